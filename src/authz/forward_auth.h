/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_FORWARD_AUTH_H
#define DW_AUTHZ_FORWARD_AUTH_H

#include "authz/input.h"
#include "base/addr.h"
#include "config/config.h"
#include "http/head.h"
#include "http/route.h"

#define AUTHZ_FORWARD_WHY_MAX (128 + 2 * ADDR_TEXT_MAX)

/*
 * What a forward-auth request over HTTP says, as input of a decision. Headers come in as HTTP_*,
 * so that no header can become a param.
 */

/* Takes the request of a peer that may ask; values are views of the head and the route. */
void authz_forward_input(struct authz_input *input, const struct config *config,
	const struct http_head *head, const struct http_route *route);
/*
 * Over HTTP, the headers that told that claim ("X-Original-URL and X-Forwarded-Host"), or where it
 * did not come, those that could have with the profile ("X-Forwarded-Uri or X-Original-URI or
 * X-Original-URL").
 * False, and nothing is written, for an input that came otherwise, and for a name that comes as
 * what it is.
 */
bool authz_forward_words(const struct authz_input *input, const struct config *config,
	enum authz_input_name name, struct bytes *out);
/* Marks the input of a peer that may not; `why`, to which it refers from then on, names the line
 * that would let it. */
void authz_forward_refuse(
	struct authz_input *input, const struct addr *from, char why[AUTHZ_FORWARD_WHY_MAX]);

#endif
