/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_APP_H
#define DW_FCGI_APP_H

#include "base/addr.h"
#include "fcgi/params.h"

enum fcgi_role { FCGI_ROLE_RESPONDER = 1, FCGI_ROLE_AUTHORIZER = 2 };

struct fcgi_request; /* one request on one connection, as the server sees it */

/*
 * What the server asks of the application. `request` comes for each request whose PARAMS are there;
 * the application reads `params` to their end. Views of them are good until fcgi_reply, and never
 * longer than the call. With a fault, before or after, what came is not the whole, so the request
 * must be denied. The application answers with fcgi_reply, either inside the call, and returns
 * NULL; or later, and returns its own request. That one gets `abort` if the front end aborts it or
 * leaves before; no fcgi_reply may follow. fcgi_reply may be called for any request from inside any
 * of these; the server must not be closed from inside them.
 */
struct fcgi_app {
	void *ctx;
	void *(*request)(void *ctx, struct fcgi_request *request, enum fcgi_role role,
		struct fcgi_params *params);
	void (*abort)(void *app_request);
	/* A request, or the rest of a connection that means nothing from here on, was refused:
	 * `what` says why, and what may help. NULL: it is not told. */
	void (*refused)(void *ctx, const struct addr *from, const char *what);
};

#endif
