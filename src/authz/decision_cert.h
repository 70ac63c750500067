/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_DECISION_CERT_H
#define DW_AUTHZ_DECISION_CERT_H

#include "authz/authz_private.h"
#include "base/util.h"

/* The certificate's part of a decision, for authz.c and evaluation.c. */

enum authz_cert_step {
	AUTHZ_CERT_PASSED, /* go on */
	AUTHZ_CERT_DENIED, /* *reason says why */
	AUTHZ_CERT_ASK     /* the certificate of a->check must be checked first */
};

/* Looks at what came, and at what the front end says of it. */
NODISCARD enum authz_cert_step authz_cert_take(struct authz *a, enum policy_reason *reason);
/* Judges what a->checked says by the policy and the time. Never ASK. */
NODISCARD enum authz_cert_step authz_cert_judge(struct authz *a, enum policy_reason *reason);
/* Whether the client must have a name that agrees with its certificate's. */
bool authz_cert_binds_name(const struct authz *a);
/* Whether one of the names does. */
NODISCARD bool authz_cert_agrees(const struct authz *a);

#endif
