/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_PROBE_H
#define DW_PROBE_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* What machines ask about the process itself. */
enum probe {
	PROBE_HEALTHZ, /* 200 while the process answers */
	PROBE_READYZ,  /* 200 while it takes requests, 503 once it ends */
	PROBE_METRICS  /* Prometheus text, version 0.0.4 */
};

struct probe_state {
	int64_t started_wall_s;
	bool draining;
};

/* Appends the answer as CGI header lines and a body. */
void probe_answer(enum probe probe, const struct probe_state *state, struct bytes *out);
/* The answer to what is not there, and to who may not see it. */
void probe_not_found(struct bytes *out);
void probe_forbidden(struct bytes *out);

#endif
