/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_DECISION_TEXT_H
#define DW_AUTHZ_DECISION_TEXT_H

/* Texts that may be cut, of which the last AUTHZ_DECISION_CLAIMS are the client's claims. */
enum authz_decision_text {
	AUTHZ_TEXT_DETAIL,
	AUTHZ_TEXT_POLICY,
	AUTHZ_TEXT_CERT_SUBJECT,
	AUTHZ_TEXT_CERT_SAN,
	AUTHZ_TEXT_IGNORED,
	AUTHZ_TEXT_METHOD,
	AUTHZ_TEXT_HTTP_HOST,
	AUTHZ_TEXT_URI,
	AUTHZ_TEXT_USER_AGENT
};
#define AUTHZ_TEXTS (AUTHZ_TEXT_USER_AGENT + 1)
#define AUTHZ_DECISION_CLAIMS (AUTHZ_TEXTS - AUTHZ_TEXT_METHOD)

/* The field's name, as "user_agent". */
const char *authz_decision_text_word(enum authz_decision_text text);

#endif
