/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DN_H
#define DW_POLICY_DN_H

#include "policy/text.h"

/*
 * Distinguished names in rules: RFC 2253 text as OpenSSL prints it (`CN=client,O=Example`),
 * compared byte by byte with a certificate's. A value is brought into that form from RFC 4514 text
 * and what programs print: blanks around `=`, `,` and `+`, quoted values, UTF-8 as it is, escapes
 * in either case, names of attributes in any case, by other words or by OID.
 *
 * Programs disagree about the order, and certificates are made either way round. So both orders are
 * the same value, where the types of the attributes tell them apart; where they do not
 * (`DC=a,DC=b`), the order is that of RFC 2253, and a value in the style of a program that prints
 * the other one is an error. The order inside of a part with several attributes does not count.
 */
extern const struct policy_text_kind policy_text_dn;

#endif
