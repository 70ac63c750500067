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
 * Reads a forward-auth request over HTTP as the input of a decision. Headers come in as HTTP_*, so
 * that no header can become a param. For a peer that may ask; values are views of the head and the
 * route, and of `fields`, which is written if the request is signed.
 */
void authz_forward_input(struct authz_input *input, const struct config *config,
	const struct http_head *head, const struct http_route *route, struct authz_fields *fields);
/*
 * Over HTTP, the headers that contained the claim ("X-Original-URL and X-Forwarded-Host"), or if it
 * did not come, those that could contain it with the profile ("X-Forwarded-Uri or X-Original-URI or
 * X-Original-URL"). False, and nothing is written, for other inputs, and for a claim that comes
 * under its own name.
 */
bool authz_forward_words(const struct authz_input *input, const struct config *config,
	enum authz_input_name name, struct bytes *out);
/*
 * Marks the input of a peer that may not ask; `why`, which it keeps a view of, names the line that
 * would allow it.
 */
void authz_forward_refuse(
	struct authz_input *input, const struct addr *from, char why[AUTHZ_FORWARD_WHY_MAX]);

#endif
