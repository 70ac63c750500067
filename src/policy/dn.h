/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DN_H
#define DW_POLICY_DN_H

#include "policy/text.h"

/*
 * Distinguished names in rules: RFC 2253 text as OpenSSL prints it (`CN=client,O=Example`),
 * compared with a certificate's as policy_dn_compare does it. A value may be RFC 4514 text or what
 * programs print, and is converted: blanks around `=`, `,` and `+`, quoted values, UTF-8 as it is,
 * escapes in either case, slashes (`/O=Example/CN=client`, from the root on), names of attributes
 * in any case, by other names or by OID.
 *
 * Programs print the attributes in one order or the other, and so do certificates contain them.
 * Both orders are the same value if the types of the attributes tell them apart; if they do not
 * (`DC=a,DC=b`), the order is that of RFC 2253, and a value in the style of a program that prints
 * the other order is an error. The order inside of a part with several attributes does not count.
 */
extern const struct policy_text_kind policy_text_dn;

#endif
