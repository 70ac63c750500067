/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_ENDPOINTS_H
#define DW_WORKER_ENDPOINTS_H

#include "authz/input.h"
#include "base/bytes.h"
#include "metrics/metrics.h"

#include <stdbool.h>

/* Endpoints about the process itself. */
enum worker_endpoint {
	WORKER_ENDPOINT_HEALTHZ, /* 200 while the process responds */
	WORKER_ENDPOINT_READYZ,  /* 200 while it accepts requests, 503 once it shuts down */
	WORKER_ENDPOINT_METRICS, /* Prometheus text, version 0.0.4 */
	WORKER_ENDPOINT_COUNT    /* no endpoint of that name: 404 */
};

struct worker_endpoint_state {
	const struct metrics *metrics;
	const struct authz_snapshot *snapshot;
	bool draining;
};

/* Appends the response as CGI header lines and a body. */
void worker_endpoint_respond(enum worker_endpoint endpoint,
	const struct worker_endpoint_state *state, struct bytes *out);
/* The response to a peer without permission. */
void worker_endpoint_forbidden(struct bytes *out);

/* By its word: "healthz", "readyz", "metrics". */
enum worker_endpoint worker_endpoint_of(struct str word);

/*
 * Whether a FastCGI responder is asked, by a location of its own, for the endpoint that
 * DOORWARD_ENDPOINT names. In a location that auth_request uses, a response to the same parameter
 * would allow every request: so it is ignored if any parameter is about an authorization, which is
 * a policy, a client without a URI, or a URI of the client's that differs from the location's. The
 * location's is SCRIPT_NAME, `script`; if that is absent, a slash and the endpoint's word.
 */
bool worker_endpoint_is_asked(const struct authz_input *input, struct str script);

#endif
