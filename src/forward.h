/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_FORWARD_H
#define DW_FORWARD_H

#include "authz.h"
#include "http/head.h"
#include "http/route.h"

/*
 * What a forward-auth request over HTTP says, as input of a decision. Headers come in as HTTP_*,
 * whoever wrote them: none can become a param.
 */

/* Takes the request of a peer that may ask. */
void forward_input(struct authz *a, const struct config *config, const struct http_head *head,
	const struct http_route *route);
/* Marks the input of a peer that may not; the reason names the line that would let it. */
void forward_refuse(struct authz *a, const struct addr *from);

#endif
