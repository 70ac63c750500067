/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/decision_text.h"

static const char *const text_fields[] = {
	[AUTHZ_TEXT_DETAIL] = "detail",
	[AUTHZ_TEXT_POLICY] = "policy",
	[AUTHZ_TEXT_CERT_SUBJECT] = "cert_subject",
	[AUTHZ_TEXT_CERT_SAN] = "cert_san",
	[AUTHZ_TEXT_IGNORED] = "ignored",
	[AUTHZ_TEXT_METHOD] = "method",
	[AUTHZ_TEXT_HTTP_HOST] = "http_host",
	[AUTHZ_TEXT_URI] = "uri",
	[AUTHZ_TEXT_USER_AGENT] = "user_agent",
};

const char *authz_decision_text_word(enum authz_decision_text text)
{
	return text_fields[text];
}
