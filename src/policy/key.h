/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_KEY_H
#define DW_POLICY_KEY_H

#include "policy/text.h"

/*
 * Public keys. A rule writes `TYPE`, `TYPE BITS` or `TYPE >= BITS` (or <=, >, <), or the name of a
 * curve; types and curves by the names or object identifiers of base/oid_names.h, or by any other
 * object identifier, without case. Facts are those of cert_identity.key. All else is an error, and
 * so are regexes.
 */
extern const struct policy_text_kind policy_text_key;

#endif
