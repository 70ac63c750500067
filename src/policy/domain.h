/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DOMAIN_H
#define DW_POLICY_DOMAIN_H

#include "policy/text.h"

/*
 * Host names in rules. A value is a name, which covers itself alone, or ".name", which covers the
 * name and every name below it, at label boundaries. Values are letters, digits, hyphens (not at an
 * end of a label) and `_`, at most 253 characters, converted to lower case without the final dot.
 * Wildcards, addresses, and names whose last label is a number are errors: they could never match.
 *
 * No value covers a fact that begins with a dot. The name "*.example.com" of a certificate is an
 * ordinary text here: admin.example.com does not cover it, .example.com does, because the holder of
 * that certificate speaks for names below example.com.
 */

/* A confirmed name: as above, and with a dot inside. */
extern const struct policy_text_kind policy_domain_host;
/* A certificate's dNSName: may be a single label. */
extern const struct policy_text_kind policy_domain_san;
/* A certificate's SRVName (RFC 4985): `_service.host`, which covers itself alone. */
extern const struct policy_text_kind policy_domain_srv;

/* For lookups: one name with a dot inside, and not a ".name". */
extern const struct policy_text_kind policy_domain_name;
/*
 * As policy_domain_name, at most 189 characters: an IPv6 address in nibbles comes before it (RFC
 * 5782 2.4).
 */
extern const struct policy_text_kind policy_domain_zone;

#endif
