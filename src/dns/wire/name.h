/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_WIRE_NAME_H
#define DW_DNS_WIRE_NAME_H

#include "base/addr.h"
#include "base/random.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_MAX 255 /* octets on the wire (RFC 1035 2.3.4) */
#define DNS_LABEL_MAX 63
#define DNS_HOST_MAX 253       /* characters of a host name as text */
#define DNS_NAME_TEXT_MAX 1024 /* presentation form, escapes and NUL included */

/* A domain name in uncompressed wire form, ending in the root label. Letters keep their case. */
struct dns_name {
	uint8_t len; /* octets, 1 for the root */
	uint8_t wire[DNS_NAME_MAX];
};

/*
 * Text of labels and dots, with or without the final dot; \ escapes as in RFC 1035 5.1. Blanks and
 * bytes that are not printable ASCII must be escaped. "." is the root; "" is not a name.
 */
NODISCARD bool dns_name_from_text(struct str text, struct dns_name *out);
/* in-addr.arpa (RFC 1035 3.5) or ip6.arpa (RFC 3596 2.5). */
void dns_name_reverse(const struct addr *addr, struct dns_name *out);
/* Caseless in ASCII (RFC 4343). */
bool dns_name_eq(const struct dns_name *a, const struct dns_name *b);
/* True if `name` is `ancestor` or below it, caselessly. */
bool dns_name_under(const struct dns_name *name, const struct dns_name *ancestor);
/* Below 0, 0 or above 0: the order of their texts, byte by byte, caselessly. */
int dns_name_compare_text(const struct dns_name *a, const struct dns_name *b);
void dns_name_lower(struct dns_name *name);
/* The same for `len` octets of a name in a message. */
void dns_wire_lower(uint8_t *wire, size_t len);
/* Letters in random case (draft-vixie-dnsext-dns0x20). */
void dns_name_randomize_case(struct dns_name *name, struct random_pool *random);

/*
 * The name as a host name: lower-case text without the final dot, NUL-terminated. False unless its
 * labels are letters, digits, hyphens (not at an end of a label) and `_`, at most 253 characters in
 * all, with a dot in it, and its last label is not a number (decimal, or 0x and hexadecimal
 * digits): what a URL parser or inet_aton would take for an IPv4 address is refused.
 */
NODISCARD bool dns_name_to_host(const struct dns_name *name, char out[DNS_HOST_MAX + 1]);
/*
 * Any name, for logs and people, without the final dot ("." for the root): blanks and bytes that
 * are not printable ASCII, and dots and backslashes inside a label, are escaped (RFC 4343 2.1).
 */
void dns_name_to_text(const struct dns_name *name, char out[DNS_NAME_TEXT_MAX]);

#endif
