/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FCGI_APP_H
#define DW_FCGI_APP_H

#include "base/addr.h"
#include "fcgi/params.h"

enum fcgi_role { FCGI_ROLE_RESPONDER = 1, FCGI_ROLE_AUTHORIZER = 2 };

struct fcgi_request; /* one request on one connection, as the server sees it */

/*
 * The application's side of FastCGI. `request` is called for each request whose PARAMS are
 * complete; the application reads `params` to their end. Views of them are valid until fcgi_reply,
 * and never longer than the call. With a fault, before or after, the parameters are incomplete, so
 * the request must be denied. The application answers with fcgi_reply, either inside the call, and
 * returns NULL; or later, and returns its own request. `abort` is called for that if the front end
 * aborts it or leaves before; no fcgi_reply may follow. fcgi_reply may be called for any request
 * from inside any of these; the server must not be closed from inside them.
 */
struct fcgi_app {
	void *ctx;
	void *(*request)(void *ctx, struct fcgi_request *request, enum fcgi_role role,
		struct fcgi_params *params);
	void (*abort)(void *app_request);
	/*
	 * A request, or the rest of a connection whose stream is broken, was rejected: `what` says
	 * why, and what may help. NULL: not called.
	 */
	void (*refused)(void *ctx, const struct addr *from, const char *what);
};

#endif
