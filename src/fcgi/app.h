/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_APP_H
#define DW_FCGI_APP_H

#include "base/str.h"

enum fcgi_role { FCGI_ROLE_RESPONDER = 1, FCGI_ROLE_AUTHORIZER = 2 };

/* Why the parameters of a request cannot be used. */
enum fcgi_bad_params {
	FCGI_PARAMS_OVERSIZE,  /* more than max_params bytes, or a pair that announces as much */
	FCGI_PARAMS_TRUNCATED, /* the stream ended inside a name-value pair */
	FCGI_PARAMS_NO_MEMORY
};

struct fcgi_request; /* one request on one connection, as the server sees it */

/*
 * What the server asks of the application. `begin` gives the application's own request, or NULL to
 * refuse (FCGI_OVERLOADED). Then `param` for each name-value pair, its views good during the call
 * only; then exactly one of `ready` (the empty PARAMS record came: the application answers with
 * fcgi_reply, inside the call or later) and `abort` (FCGI_ABORT_REQUEST, the peer left, or a
 * time-out; may also come after `ready`, before the answer: no fcgi_reply may follow).
 * `bad_params`, at most once: what came is not the whole, so the request must be denied; no further
 * `param` comes, and `ready` still does. fcgi_reply may be called for any request that is ready
 * from inside any of these; the server must not be closed from inside them.
 */
struct fcgi_app {
	void *ctx;
	void *(*begin)(void *ctx, struct fcgi_request *request, enum fcgi_role role);
	void (*param)(void *app_request, struct str name, struct str value);
	void (*bad_params)(void *app_request, enum fcgi_bad_params why);
	void (*ready)(void *app_request);
	void (*abort)(void *app_request);
};

#endif
