/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_DECISION_CERT_H
#define DW_AUTHZ_DECISION_CERT_H

#include "authz/authz_private.h"
#include "base/util.h"

/* The certificate's part of a decision, for authz.c and evaluation.c. */

enum authz_cert_step {
	AUTHZ_CERT_PASSED, /* go on */
	AUTHZ_CERT_DENIED, /* *reason is set */
	AUTHZ_CERT_ASK     /* the certificate of a->check must be checked first */
};

/* Reads the certificate that came, and the result of the front end's check. */
NODISCARD enum authz_cert_step authz_cert_take(struct authz *a, enum policy_reason *reason);
/* Judges a->checked by the policy and the time. Never ASK. */
NODISCARD enum authz_cert_step authz_cert_judge(struct authz *a, enum policy_reason *reason);
/* Why the chain of a certificate that passed is unknown, or a part of it: a static string. */
const char *authz_cert_unknown_why(const struct authz_decision *decision);
/* Whether a confirmed name must match the certificate (cert_host). */
bool authz_cert_binds_name(const struct authz *a);
/* Whether one of the names matches. */
NODISCARD bool authz_cert_agrees(const struct authz *a);

#endif
