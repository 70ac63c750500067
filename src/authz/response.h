/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_RESPONSE_H
#define DW_AUTHZ_RESPONSE_H

#include "authz/decision.h"
#include "authz/request_id.h"
#include "base/bytes.h"

struct recent_fields; /* recent/fields.h */

/*
 * The response as CGI header lines and a body (RFC 3875 section 6), `Status` first. No byte of a
 * client's input gets into it unescaped.
 */
enum authz_response_form {
	/*
	 * To a FastCGI or CGI responder's front end: the facts about the client, on allow and on
	 * denial, because nginx reads both.
	 */
	AUTHZ_RESPONSE_RESPONDER,
	/*
	 * Of a FastCGI authorizer: the facts as Variable-*, and none of them on a denial, because
	 * the front end sends that to the client; only its identifier, as X-Doorward-Id.
	 */
	AUTHZ_RESPONSE_AUTHORIZER,
	/* As for a responder, but without a body. A front end sends a denial on to the client. */
	AUTHZ_RESPONSE_HTTP
};

/* The part that is the same for the same input. */
struct authz_response {
	/*
	 * In one form; between the two stands how long the response may be kept. Absent when out of
	 * memory.
	 */
	struct str head;
	struct str tail;
	const char
		*id_header; /* what stands before the identifier; NULL: the policy leaves it out */
	struct str log_fields;   /* the decision log's fields, without claims and times */
	unsigned log_fields_cut; /* see authz_decision_log_fields */
	/* Set by the caller, which holds it; NULL: recent decisions are not kept. */
	struct recent_fields *recent_fields;
	enum authz_verdict verdict;
	enum policy_reason reason;
};

/* The texts are views of `room`, which must be empty before. */
struct authz_response authz_response_make(const struct authz_decision *decision,
	enum authz_response_form form, const struct config *config, struct bytes *room);
/*
 * Appends the response as it is sent, with an identifier; without its texts, `out` fails. An
 * authorizer's front end is not told how long the response may be kept. X-Accel-Expires is for
 * nginx alone, which keeps the response for itself. Cache-Control is for all; a denial over HTTP,
 * whose headers the client gets, is no-store.
 */
void authz_response_append(const struct authz_response *response, enum authz_response_form form,
	uint32_t max_age_s, const struct authz_request_id *id, struct bytes *out);

#endif
