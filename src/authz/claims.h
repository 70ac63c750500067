/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_CLAIMS_H
#define DW_AUTHZ_CLAIMS_H

#include "authz/authz.h"

/* What the client claims of its request, for rules. */

/* The facts out of the input. */
void authz_claims_take(struct authz *a);
/* Why the rules could not tell (decided.claims_unclear); NULL when out of memory. */
const char *authz_claims_detail(struct authz *a);

#endif
