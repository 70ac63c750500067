/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_CLAIMS_H
#define DW_AUTHZ_CLAIMS_H

#include "authz/authz_private.h"

/* What the client claims of its request, for rules. */

/* The facts out of the input. */
void authz_claims_take(struct authz *a);
/* Makes it the decision's detail why the rules could not tell (verdict.claims_unclear). */
void authz_claims_explain(struct authz *a);

#endif
