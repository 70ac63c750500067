/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/message.h"

#include "base/reader.h"
#include "dns/wire/answer.h"
#include "dns/wire/validate.h"

#include <string.h>

#define SOA_FROM_MINIMUM 4 /* octets from the start of the field MINIMUM to the end of a SOA */

/* A record of the answer section that can matter. Offsets as in struct dns_record. */
struct kept {
	uint16_t owner;
	uint16_t rdata;
	uint16_t end;
	uint16_t type;
	uint32_t ttl;
};

struct kept_records {
	struct dns_walk walk;
	size_t count;
	struct kept all[DNS_RECORDS_MAX];
};

static bool is_of(
	const struct kept_records *records, const struct kept *record, const struct dns_name *owner)
{
	struct dns_name name;

	return dns_walk_name(&records->walk, record->owner, &name) && name.len == owner->len &&
	       memcmp(name.wire, owner->wire, owner->len) == 0;
}

enum link { LINK_NONE, LINK_DATA, LINK_CNAME, LINK_BAD };

/* What the records contain about answer->target; *next is where its CNAME leads. */
static enum link find_link(
	const struct kept_records *records, struct dns_answer *answer, struct dns_name *next)
{
	enum link link = LINK_NONE;

	for (size_t i = 0; i < records->count; i++) {
		const struct kept *record = &records->all[i];
		struct dns_name to;

		if (!is_of(records, record, &answer->target)) {
			continue;
		}
		if (record->type == (uint16_t)answer->type) {
			if (link == LINK_CNAME) {
				return LINK_BAD;
			}
			link = LINK_DATA;
			continue;
		}
		if (!dns_walk_name(&records->walk, record->rdata, &to) || link == LINK_DATA ||
			(link == LINK_CNAME && !dns_name_eq(&to, next))) {
			return LINK_BAD;
		}
		link = LINK_CNAME;
		*next = to;
		dns_answer_take_ttl(answer, record->ttl);
	}
	return link;
}

/*
 * Joins the character strings (RFC 1035 section 3.3) as far as there is room. False if the RDATA is
 * not whole strings.
 */
static bool read_text(
	const struct kept_records *records, const struct kept *record, struct dns_text *out)
{
	struct reader r;

	out->len = 0;
	reader_init(&r, records->walk.message + record->rdata, (size_t)record->end - record->rdata);
	while (reader_left(&r) > 0 && !r.failed) {
		size_t len = reader_u8(&r);
		const uint8_t *octets = reader_take(&r, len);
		size_t room = sizeof(out->octets) - out->len;

		if (octets != NULL) {
			len = len < room ? len : room;
			memcpy(out->octets + out->len, octets, len);
			out->len = (uint8_t)(out->len + len);
		}
	}
	return !r.failed;
}

static bool add_data(
	const struct kept_records *records, const struct kept *record, struct dns_answer *answer)
{
	struct addr addr = {.family = answer->type == DNS_TYPE_AAAA ? ADDR_V6 : ADDR_V4};
	struct dns_name name;
	struct dns_text text;

	switch (answer->type) {
	case DNS_TYPE_A:
	case DNS_TYPE_AAAA:
		memcpy(addr.bytes, records->walk.message + record->rdata, addr_len(&addr));
		dns_answer_add_addr(answer, &addr);
		return true;
	case DNS_TYPE_NS:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_SOA:
	case DNS_TYPE_PTR:
		if (!dns_walk_name(&records->walk, record->rdata, &name)) {
			return false;
		}
		dns_answer_add_name(answer, &name);
		return true;
	case DNS_TYPE_TXT:
		if (!read_text(records, record, &text)) {
			return false;
		}
		dns_answer_add_text(answer, &text);
		return true;
	default:
		answer->left_out++;
		return true;
	}
}

/* The records of the type asked for at the chain's end. */
static bool take_data(const struct kept_records *records, struct dns_answer *answer)
{
	for (size_t i = 0; i < records->count; i++) {
		const struct kept *record = &records->all[i];

		if (record->type != (uint16_t)answer->type ||
			!is_of(records, record, &answer->target)) {
			continue;
		}
		dns_answer_take_ttl(answer, record->ttl);
		if (!add_data(records, record, answer)) {
			return false;
		}
	}
	return true;
}

/* Follows the CNAMEs. NODATA stands for a chain without data at its end. */
static enum dns_answer_kind follow_chain(
	const struct kept_records *records, struct dns_answer *answer)
{
	struct dns_chain chain;
	struct dns_name next = {.len = 0};

	for (;;) {
		switch (find_link(records, answer, &next)) {
		case LINK_BAD:
			return DNS_ANSWER_MALFORMED;
		case LINK_NONE:
			return DNS_ANSWER_NODATA;
		case LINK_DATA:
			return take_data(records, answer) ? DNS_ANSWER_DATA : DNS_ANSWER_MALFORMED;
		case LINK_CNAME:
			break;
		}
		enum dns_answer_kind kind = dns_answer_follow(answer, &chain, &next);

		if (kind != DNS_ANSWER_CNAME) {
			return kind;
		}
	}
}

/* What the authority section says about a negative answer. */
struct authority {
	bool soa; /* at or above the chain's end */
	uint32_t soa_ttl;
	uint32_t soa_minimum;
	bool ns;
};

static bool read_soa(const struct dns_walk *walk, const struct dns_record *record,
	const struct dns_answer *answer, struct authority *out)
{
	struct dns_name owner;
	struct reader r;

	if (!dns_walk_name(walk, record->owner, &owner)) {
		return false;
	}
	if (dns_name_under(&answer->target, &owner)) {
		reader_init(&r, walk->message + record->end - SOA_FROM_MINIMUM, SOA_FROM_MINIMUM);
		out->soa = true;
		out->soa_ttl = record->ttl;
		out->soa_minimum = reader_u32(&r);
	}
	return true;
}

static bool read_authority(
	const uint8_t *reply, size_t len, const struct dns_answer *answer, struct authority *out)
{
	struct dns_walk walk;
	struct dns_record record;

	*out = (struct authority){.soa = false};
	if (!dns_walk_init(&walk, reply, len)) {
		return false;
	}
	while (dns_walk_next(&walk, &record) == DNS_WALK_RECORD) {
		if (record.section != DNS_SECTION_AUTHORITY || record.class != DNS_CLASS_IN) {
			continue;
		}
		out->ns |= record.type == DNS_TYPE_NS;
		if (record.type == DNS_TYPE_SOA && !out->soa &&
			!read_soa(&walk, &record, answer, out)) {
			return false;
		}
	}
	return true;
}

/* What a chain without data at its end means (RFC 2308 section 2, RFC 6604). */
static enum dns_answer_kind read_negative(const struct dns_header *header, bool nxdomain,
	const uint8_t *reply, size_t len, struct dns_answer *answer)
{
	bool authoritative = (header->flags & DNS_FLAG_AA) != 0;
	bool recursive = (header->flags & DNS_FLAG_RA) != 0;
	struct authority authority;

	if (!read_authority(reply, len, answer, &authority)) {
		return DNS_ANSWER_MALFORMED;
	}
	if (!nxdomain && !authority.soa && answer->cnames > 0) {
		return DNS_ANSWER_CNAME;
	}
	if (!authoritative && (!recursive || (!nxdomain && !authority.soa && authority.ns))) {
		return DNS_ANSWER_LAME;
	}
	if (authority.soa) {
		dns_answer_take_ttl(answer, authority.soa_ttl);
		dns_answer_take_ttl(answer, authority.soa_minimum);
	} else {
		answer->has_ttl = false;
	}
	return nxdomain ? DNS_ANSWER_NXDOMAIN : DNS_ANSWER_NODATA;
}

/* Needs a message that dns_validate accepts. */
static bool collect(
	const uint8_t *reply, size_t len, enum dns_type type, struct kept_records *records)
{
	struct dns_record record;

	records->count = 0;
	if (len > UINT16_MAX || !dns_walk_init(&records->walk, reply, len)) {
		return false;
	}
	struct dns_walk walk = records->walk;

	while (dns_walk_next(&walk, &record) == DNS_WALK_RECORD &&
		record.section == DNS_SECTION_ANSWER) {
		if (record.class != DNS_CLASS_IN ||
			(record.type != (uint16_t)type && record.type != DNS_TYPE_CNAME)) {
			continue;
		}
		if (records->count == ARRAY_LEN(records->all)) {
			return false;
		}
		records->all[records->count++] = (struct kept){.owner = (uint16_t)record.owner,
			.rdata = (uint16_t)record.rdata,
			.end = (uint16_t)record.end,
			.type = record.type,
			.ttl = record.ttl};
	}
	return true;
}

static enum dns_answer_kind read_records(
	const uint8_t *reply, size_t len, bool nxdomain, struct dns_answer *answer)
{
	struct kept_records records;

	if (!collect(reply, len, answer->type, &records)) {
		return DNS_ANSWER_MALFORMED;
	}
	const struct dns_header *header = &records.walk.header;
	enum dns_answer_kind kind = follow_chain(&records, answer);

	if (kind == DNS_ANSWER_NODATA) {
		kind = read_negative(header, nxdomain, reply, len, answer);
	} else if (kind == DNS_ANSWER_DATA && nxdomain) {
		kind = DNS_ANSWER_MALFORMED;
	}
	answer->authentic = (header->flags & DNS_FLAG_AD) != 0;
	return kind;
}

static enum dns_answer_kind read_reply(
	const struct dns_query *query, const uint8_t *reply, size_t len, struct dns_answer *answer)
{
	struct dns_header header;
	unsigned rcode;

	enum dns_match match = dns_reply_match(query, reply, len);

	if ((match != DNS_MATCH_YES && !(match == DNS_MATCH_WRONG_CASE && query->over_tcp)) ||
		!dns_header_read(reply, len, &header)) {
		return DNS_ANSWER_MALFORMED;
	}
	if ((header.flags & DNS_FLAG_TC) != 0) {
		return DNS_ANSWER_TRUNCATED;
	}
	if (!dns_validate(reply, len, &rcode)) {
		return DNS_ANSWER_MALFORMED;
	}
	switch (rcode) {
	case DNS_RCODE_NOERROR:
	case DNS_RCODE_NXDOMAIN:
		return read_records(reply, len, rcode == DNS_RCODE_NXDOMAIN, answer);
	case DNS_RCODE_FORMERR:
	case DNS_RCODE_NOTIMP:
		return query->edns_size > 0 ? DNS_ANSWER_NO_EDNS : DNS_ANSWER_SERVFAIL;
	case DNS_RCODE_REFUSED:
		return DNS_ANSWER_REFUSED;
	case DNS_RCODE_BADCOOKIE:
		return query->cookie.len > 0 ? DNS_ANSWER_BAD_COOKIE : DNS_ANSWER_EXTENDED;
	default:
		return rcode > DNS_FLAG_RCODE ? DNS_ANSWER_EXTENDED : DNS_ANSWER_SERVFAIL;
	}
}

void dns_reply_read(
	const struct dns_query *query, const uint8_t *reply, size_t len, struct dns_answer *answer)
{
	dns_answer_init(answer, &query->name, query->type);
	enum dns_answer_kind kind = read_reply(query, reply, len, answer);

	switch (kind) {
	case DNS_ANSWER_DATA:
	case DNS_ANSWER_CNAME:
	case DNS_ANSWER_NODATA:
	case DNS_ANSWER_NXDOMAIN:
	case DNS_ANSWER_CNAME_LOOP:
		break;
	default:
		/* A failure has no data, whatever was parsed before it showed. */
		dns_answer_init(answer, &query->name, query->type);
		break;
	}
	answer->kind = kind;
}
