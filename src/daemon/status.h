/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_STATUS_H
#define DW_DAEMON_STATUS_H

#include "authz/rates_near.h"
#include "base/bytes.h"
#include "daemon/live_config.h"
#include "daemon/sockets.h"
#include "metrics/history.h"
#include "metrics/metrics.h"
#include "recent/recent.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The verdicts since the start, as they were at a moment. */
struct daemon_status_sample {
	uint64_t at_ms;
	uint64_t verdicts[AUTHZ_VERDICTS];
};

#define DAEMON_STATUS_SAMPLE_MS 5000
#define DAEMON_STATUS_SAMPLES 13 /* a minute */

/* What the process tells about itself on its admin listener. Used by the main thread alone. */
struct daemon_status {
	/* borrowed for its life */
	struct daemon_live_config *live;
	const struct daemon_sockets *sockets;
	const struct metrics *metrics;
	struct metrics_history *history;
	struct recent *recent;         /* NULL: recent decisions are not kept */
	struct authz_rates_near *near; /* NULL: who is near to a rate is not noted */
	bool writable;                 /* the admin listener takes changes */
	bool ready;                    /* all workers have responded to the last ping in time */
	struct daemon_status_sample samples[DAEMON_STATUS_SAMPLES]; /* the newest is the last */
	size_t sample_count;
};

/* Remembers the counters of now; to be called every DAEMON_STATUS_SAMPLE_MS. */
void daemon_status_sample(struct daemon_status *status);
/* Appends the document as JSON: see doorward(8). */
void daemon_status_write(const struct daemon_status *status, struct bytes *out);

#endif
