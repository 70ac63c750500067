/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_LINT_CLAIM_H
#define DW_POLICY_LINT_CLAIM_H

#include "policy/term.h"

/* Warns of a regex about uri or http_host that can match only texts that these never contain. */
void policy_claim_advise(const struct policy_term *term, const struct policy_script *script);

#endif
