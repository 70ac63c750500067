/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_LINT_VALUE_H
#define DW_POLICY_LINT_VALUE_H

#include "policy/term.h"

/*
 * Warns of a value, also in a list, that no certificate and no client has: in quotes, with the name
 * of its attribute, with slashes between attributes. At most once for a term; returns whether it
 * did.
 */
bool policy_value_advise(const struct policy_term *term, const struct policy_script *script);

#endif
