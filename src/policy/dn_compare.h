/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DN_COMPARE_H
#define DW_POLICY_DN_COMPARE_H

#include "policy/text.h"

/*
 * Names as RFC 5280 section 7.1 compares them, and as OpenSSL does: without the case of ASCII
 * letters, without blanks around a value, and with a single blank for several inside of it.
 */

/* Orders two names in RFC 2253 text. */
int policy_dn_compare(struct str a, struct str b);

/* The value of one attribute of a name, without escapes. */
extern const struct policy_text_kind policy_text_attribute;

#endif
