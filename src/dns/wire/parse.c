/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/wire/message.h"

#include "dns/wire/answer.h"
#include "dns/wire/validate.h"

#include <ldns/ldns.h>
#include <string.h>

#define SOA_MINIMUM 6 /* the index of this field in a SOA */

/* Parses one record of the walk with ldns; NULL if ldns does not read exactly that record. */
static ldns_rr *parse_record(const struct dns_walk *walk, const struct dns_record *record)
{
	ldns_rr *rr = NULL;
	size_t at = record->owner;

	if (ldns_wire2rr(&rr, walk->message, walk->len, &at, LDNS_SECTION_ANSWER) !=
		LDNS_STATUS_OK) {
		return NULL;
	}
	ldns_rdf *owner = ldns_rr_owner(rr);

	if (at != record->end || owner == NULL) {
		ldns_rr_free(rr);
		return NULL;
	}
	dns_wire_lower(ldns_rdf_data(owner), ldns_rdf_size(owner));
	return rr;
}

static bool rr_is(const ldns_rr *rr, const struct dns_name *owner, uint16_t type)
{
	const ldns_rdf *name = ldns_rr_owner(rr);

	return ldns_rr_get_type(rr) == (ldns_rr_type)type && ldns_rdf_size(name) == owner->len &&
	       memcmp(ldns_rdf_data(name), owner->wire, owner->len) == 0;
}

enum link { LINK_NONE, LINK_DATA, LINK_CNAME, LINK_BAD };

/* What the records contain about answer->target; *next is where its CNAME leads. */
static enum link find_link(
	const ldns_rr_list *records, struct dns_answer *answer, struct dns_name *next)
{
	enum link link = LINK_NONE;

	for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(records, i);
		struct dns_name to;

		if (rr_is(rr, &answer->target, (uint16_t)answer->type)) {
			if (link == LINK_CNAME) {
				return LINK_BAD;
			}
			link = LINK_DATA;
			continue;
		}
		if (!rr_is(rr, &answer->target, DNS_TYPE_CNAME)) {
			continue;
		}
		if (!dns_name_from_rdf(ldns_rr_rdf(rr, 0), &to) || link == LINK_DATA ||
			(link == LINK_CNAME && !dns_name_eq(&to, next))) {
			return LINK_BAD;
		}
		link = LINK_CNAME;
		*next = to;
		dns_answer_take_ttl(answer, ldns_rr_ttl(rr));
	}
	return link;
}

/* The records of the type asked for at the chain's end. */
static bool take_data(const ldns_rr_list *records, struct dns_answer *answer)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(records, i);
		const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);
		struct dns_name name;
		struct addr addr;

		if (!rr_is(rr, &answer->target, (uint16_t)answer->type)) {
			continue;
		}
		dns_answer_take_ttl(answer, ldns_rr_ttl(rr));
		switch (answer->type) {
		case DNS_TYPE_A:
		case DNS_TYPE_AAAA:
			if (!dns_addr_from_rdf(rdf, answer->type, &addr)) {
				return false;
			}
			dns_answer_add_addr(answer, &addr);
			break;
		case DNS_TYPE_NS:
		case DNS_TYPE_CNAME:
		case DNS_TYPE_SOA:
		case DNS_TYPE_PTR:
			if (!dns_name_from_rdf(rdf, &name)) {
				return false;
			}
			dns_answer_add_name(answer, &name);
			break;
		default:
			answer->left_out++;
			break;
		}
	}
	return true;
}

/* Follows the CNAMEs. NODATA stands for a chain without data at its end. */
static enum dns_answer_kind follow_chain(const ldns_rr_list *records, struct dns_answer *answer)
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
	ldns_rr *rr = parse_record(walk, record);

	if (rr == NULL) {
		return false;
	}
	const ldns_rdf *minimum = ldns_rr_rdf(rr, SOA_MINIMUM);
	struct dns_name owner;
	bool good = minimum != NULL && dns_name_from_rdf(ldns_rr_owner(rr), &owner);

	if (good && dns_name_under(&answer->target, &owner)) {
		out->soa = true;
		out->soa_ttl = ldns_rr_ttl(rr);
		out->soa_minimum = ldns_rdf2native_int32(minimum);
	}
	ldns_rr_free(rr);
	return good;
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

/* The records of the answer section that can matter; NULL if ldns cannot parse them. */
static ldns_rr_list *collect(
	const uint8_t *reply, size_t len, enum dns_type type, struct dns_header *header)
{
	struct dns_walk walk;
	struct dns_record record;
	ldns_rr_list *records = ldns_rr_list_new();

	if (records == NULL || !dns_walk_init(&walk, reply, len)) {
		goto bad;
	}
	*header = walk.header;
	while (dns_walk_next(&walk, &record) == DNS_WALK_RECORD &&
		record.section == DNS_SECTION_ANSWER) {
		if (record.class != DNS_CLASS_IN ||
			(record.type != (uint16_t)type && record.type != DNS_TYPE_CNAME)) {
			continue;
		}
		ldns_rr *rr = parse_record(&walk, &record);

		if (rr == NULL || !ldns_rr_list_push_rr(records, rr)) {
			ldns_rr_free(rr);
			goto bad;
		}
	}
	return records;
bad:
	ldns_rr_list_deep_free(records);
	return NULL;
}

static enum dns_answer_kind read_records(
	const uint8_t *reply, size_t len, bool nxdomain, struct dns_answer *answer)
{
	struct dns_header header;
	ldns_rr_list *records = collect(reply, len, answer->type, &header);

	if (records == NULL) {
		return DNS_ANSWER_MALFORMED;
	}
	enum dns_answer_kind kind = follow_chain(records, answer);

	ldns_rr_list_deep_free(records);
	if (kind == DNS_ANSWER_NODATA) {
		kind = read_negative(&header, nxdomain, reply, len, answer);
	} else if (kind == DNS_ANSWER_DATA && nxdomain) {
		kind = DNS_ANSWER_MALFORMED;
	}
	answer->authentic = (header.flags & DNS_FLAG_AD) != 0;
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
