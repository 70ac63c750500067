/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_CLAIMS_H
#define DW_AUTHZ_CLAIMS_H

#include "authz/authz_private.h"

/* The client's claims about its request, as facts for rules. Sets the facts from the input. */
void authz_claims_take(struct authz *a);
/* Sets the decision's detail to why a claim is unclear (verdict.claims_unclear). */
void authz_claims_explain(struct authz *a);

#endif
