/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_OID_H
#define DW_POLICY_OID_H

#include "policy/text.h"

/*
 * Object identifiers in dotted decimal; rules may write the names of base/oid_names.h instead,
 * without case. Other words are errors. Regexes are errors, too, as they would miss the names.
 */
extern const struct policy_text_kind policy_text_eku;    /* oid_usages */
extern const struct policy_text_kind policy_text_policy; /* oid_policies */

#endif
