/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DOMAIN_H
#define DW_POLICY_DOMAIN_H

#include "policy/text.h"

/*
 * Host names in rules. A value is a name, which covers itself alone, or ".name", which covers the
 * name and every name below it, at label boundaries. Values are read as letters, digits, hyphens
 * (not at an end of a label) and `_`, at most 253 characters, in lower case, the final dot off. No
 * wildcards, no addresses, no name whose last label is a number: none could ever match.
 *
 * A fact that begins with a dot is covered by nothing. The name "*.example.com" of a certificate
 * is an ordinary text here: admin.example.com does not cover it, .example.com does, as whoever
 * holds that certificate speaks for names below example.com.
 */

/* A confirmed name: as above, and with a dot inside. */
extern const struct policy_text_kind policy_domain_host;
/* A certificate's dNSName: may be a single label. */
extern const struct policy_text_kind policy_domain_san;

/* For look-ups: one name with a dot inside, and no ".name". */
extern const struct policy_text_kind policy_domain_name;
/* Likewise, at most 189 characters: an IPv6 address in nibbles comes before it (RFC 5782 2.4). */
extern const struct policy_text_kind policy_domain_zone;

#endif
