/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_REQUEST_H
#define DW_AGENT_REQUEST_H

#include "base/str.h"

#include <stdbool.h>

/*
 * What is known of a request. Texts are as the client sent them, of the client's request and not of
 * the front end's question. An absent text (data NULL) was not passed: a signature that covers it
 * is unverified.
 */
struct agent_request {
	/* Header fields. Several lines of one field are joined with ", ". */
	struct str signature_input;
	struct str signature;
	struct str signature_agent;
	struct str method;
	struct str scheme;    /* "https" or "http", in any case */
	struct str authority; /* the Host field, or :authority; with its port */
	/* The request target in origin form: the path and, from the first `?` on, the query. */
	struct str target;
	/*
	 * Other fields that a signature may cover. True with *value, if the front end passes the
	 * field of that name (in lower case) and the request has it; several lines are joined.
	 * NULL: no other fields.
	 */
	bool (*header)(void *ctx, struct str name, struct str *value);
	void *ctx;
	/*
	 * What tells clients apart who send many signatures, as their address; may be empty. It
	 * decides only whether a signature is checked when there are too many.
	 */
	struct str client;
};

#endif
