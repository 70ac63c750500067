/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_RESPONSE_H
#define DW_AUTHZ_RESPONSE_H

#include "authz/decision.h"
#include "base/bytes.h"

/*
 * The response as CGI header lines and a body (RFC 3875 section 6), `Status` first. No byte of a
 * client's input gets in unescaped.
 */
enum authz_response_form {
	/* To a FastCGI or CGI responder's front end: what is known of the client on allow and
	 * denial alike, since nginx reads both. */
	AUTHZ_RESPONSE_RESPONDER,
	/* Of a FastCGI authorizer: that as Variable-*, and nothing of it on a denial, since the
	 * front end hands that to the client. */
	AUTHZ_RESPONSE_AUTHORIZER,
	/* As for a responder, but without a body. A front end hands a denial on to the client. */
	AUTHZ_RESPONSE_HTTP
};

/* What is the same for the same input. */
struct authz_response {
	/* In one form; between the two stands for how long the response may be kept. Absent when
	 * out of memory. */
	struct str head;
	struct str tail;
	struct str log_fields;   /* what the decision log says of it, but for claims and times */
	unsigned log_fields_cut; /* see authz_decision_log_fields */
	enum authz_verdict verdict;
	enum policy_reason reason;
};

/* The texts are views of `room`, which is empty before. */
struct authz_response authz_response_make(const struct authz_decision *decision,
	enum authz_response_form form, const struct config *config, struct bytes *room);
/*
 * Appends the response as it is sent; without its texts, `out` fails. For how long it may be kept,
 * an authorizer's front end is not told. X-Accel-Expires is for nginx alone, which keeps the
 * response for itself. Cache-Control is for all; a denial over HTTP, which the client gets with it,
 * is no-store.
 */
void authz_response_append(const struct authz_response *response, enum authz_response_form form,
	uint32_t max_age_s, struct bytes *out);

#endif
