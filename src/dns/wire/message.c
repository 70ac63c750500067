/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/message.h"

#include "base/reader.h"
#include "dns/wire/validate.h"

#include <stdio.h>
#include <string.h>

#define OPT_SIZE 11 /* without its options */
#define OPTION_HEADER_SIZE 4
#define FLAG_DO 0x8000u

_Static_assert(
	DNS_HEADER_SIZE + DNS_NAME_MAX + 4 + OPT_SIZE + OPTION_HEADER_SIZE + DNS_COOKIE_MAX <=
		DNS_QUERY_MAX,
	"the longest query fits");

const char *dns_type_word(enum dns_type type, char buffer[16])
{
	switch (type) {
	case DNS_TYPE_A:
		return "A";
	case DNS_TYPE_NS:
		return "NS";
	case DNS_TYPE_CNAME:
		return "CNAME";
	case DNS_TYPE_SOA:
		return "SOA";
	case DNS_TYPE_PTR:
		return "PTR";
	case DNS_TYPE_TXT:
		return "TXT";
	case DNS_TYPE_AAAA:
		return "AAAA";
	case DNS_TYPE_OPT:
		return "OPT";
	}
	snprintf(buffer, 16, "TYPE%u", (unsigned)type & 0xffff);
	return buffer;
}

/* An OPT record (RFC 6891 section 6.1.2), with the cookie (RFC 7873) if there is one. */
static size_t put_opt(const struct dns_query *query, uint8_t *out)
{
	const struct dns_cookie *cookie = &query->cookie;
	size_t options_len = cookie->len > 0 ? OPTION_HEADER_SIZE + (size_t)cookie->len : 0;

	out[0] = 0; /* the root */
	put_u16(out + 1, DNS_TYPE_OPT);
	put_u16(out + 3, query->edns_size);
	put_u16(out + 5, 0); /* extended rcode, version */
	put_u16(out + 7, query->dnssec_ok ? FLAG_DO : 0);
	put_u16(out + 9, (uint16_t)options_len);
	if (cookie->len > 0) {
		put_u16(out + OPT_SIZE, DNS_OPTION_COOKIE);
		put_u16(out + OPT_SIZE + 2, cookie->len);
		memcpy(out + OPT_SIZE + OPTION_HEADER_SIZE, cookie->bytes, cookie->len);
	}
	return OPT_SIZE + options_len;
}

size_t dns_query_build(const struct dns_query *query, uint8_t out[DNS_QUERY_MAX])
{
	size_t len = DNS_HEADER_SIZE;

	put_u16(out, query->id);
	put_u16(out + 2, (uint16_t)(DNS_FLAG_RD | (query->want_ad ? DNS_FLAG_AD : 0)));
	put_u16(out + 4, 1);
	put_u16(out + 6, 0);
	put_u16(out + 8, 0);
	put_u16(out + 10, query->edns_size > 0);
	memcpy(out + len, query->name.wire, query->name.len);
	len += query->name.len;
	put_u16(out + len, (uint16_t)query->type);
	put_u16(out + len + 2, DNS_CLASS_IN);
	len += 4;
	return query->edns_size > 0 ? len + put_opt(query, out + len) : len;
}

/* An error that a server may send without its copy of the question section. */
static bool rcode_without_question(unsigned rcode)
{
	return rcode == DNS_RCODE_FORMERR || rcode == DNS_RCODE_SERVFAIL ||
	       rcode == DNS_RCODE_NOTIMP || rcode == DNS_RCODE_REFUSED;
}

static bool folds_to(const struct dns_name *name, const uint8_t *wire)
{
	struct dns_name other = {.len = name->len};
	struct dns_name lower = *name;

	memcpy(other.wire, wire, other.len);
	dns_name_lower(&other);
	dns_name_lower(&lower);
	return dns_name_eq(&lower, &other);
}

enum dns_match dns_reply_match(const struct dns_query *query, const uint8_t *reply, size_t len)
{
	struct dns_header header;
	struct reader r;

	if (!dns_header_read(reply, len, &header) || (header.flags & DNS_FLAG_QR) == 0 ||
		(header.flags & DNS_FLAG_OPCODE) != 0) {
		return DNS_MATCH_NOT_A_REPLY;
	}
	if (header.id != query->id) {
		return DNS_MATCH_WRONG_ID;
	}
	if (header.questions == 0) {
		return rcode_without_question(header.flags & DNS_FLAG_RCODE) &&
				       header.records[0] == 0 && header.records[1] == 0 &&
				       header.records[2] == 0
			       ? DNS_MATCH_YES
			       : DNS_MATCH_WRONG_QUESTION;
	}
	reader_init(&r, reply + DNS_HEADER_SIZE, len - DNS_HEADER_SIZE);
	const uint8_t *name = reader_take(&r, query->name.len);
	uint16_t type = reader_u16(&r);
	uint16_t class = reader_u16(&r);

	/*
	 * RFC 5452 section 4.2; the case of the name is random, and must come back as it was sent.
	 */
	if (r.failed || header.questions != 1 || type != (uint16_t)query->type ||
		class != DNS_CLASS_IN) {
		return DNS_MATCH_WRONG_QUESTION;
	}
	if (memcmp(name, query->name.wire, query->name.len) == 0) {
		return DNS_MATCH_YES;
	}
	return folds_to(&query->name, name) ? DNS_MATCH_WRONG_CASE : DNS_MATCH_WRONG_QUESTION;
}
