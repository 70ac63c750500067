/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/membership_judge.h"

#include <string.h>

/*
 * RFC 5782 sections 2.1 and 2.4: as in the reverse zones, with `zone` in place of the last two
 * labels.
 */
static bool name_below(const struct addr *addr, const struct dns_name *zone, struct dns_name *out)
{
	struct dns_name reverse;
	size_t len = 0;

	dns_name_reverse(addr, &reverse);
	for (unsigned labels = addr->family == ADDR_V4 ? 4 : 32; labels > 0; labels--) {
		len += (size_t)reverse.wire[len] + 1;
	}
	if (len + zone->len > DNS_NAME_MAX) {
		return false;
	}
	memcpy(out->wire, reverse.wire, len);
	memcpy(out->wire + len, zone->wire, zone->len);
	out->len = (uint8_t)(len + zone->len);
	return true;
}

bool dns_membership_ask(
	const struct dns_membership_query *query, struct dns_name *name, enum dns_type *type)
{
	struct dns_name given;

	if (!dns_name_from_text(query->name, &given)) {
		return false;
	}
	if (query->kind == DNS_MEMBERSHIP_DNSBL) {
		*type = DNS_TYPE_A;
		return name_below(query->addr, &given, name);
	}
	*type = query->addr->family == ADDR_V4 ? DNS_TYPE_A : DNS_TYPE_AAAA;
	*name = given;
	return true;
}

static enum dns_membership_status judge_forward(
	const struct dns_answer *answer, const struct addr *addr)
{
	for (size_t i = 0; i < answer->count; i++) {
		if (addr_eq(&answer->addrs[i], addr)) {
			return DNS_MEMBERSHIP_YES;
		}
	}
	/* The address may be among the records that were left out. */
	return answer->left_out > 0 ? DNS_MEMBERSHIP_UNKNOWN : DNS_MEMBERSHIP_NO;
}

/* The first address that says that the list does not work; NULL: no address says so. */
static const struct addr *find_refusal(const struct dns_answer *answer)
{
	static const struct prefix listed = {{ADDR_V4, {127}}, 8};
	static const struct prefix refused[] = {
		{{ADDR_V4, {127, 0, 0, 0}}, 31},
		{{ADDR_V4, {127, 0, 0, 255}}, 32},
		{{ADDR_V4, {127, 255, 255}}, 24},
	};

	for (size_t i = 0; i < answer->count; i++) {
		const struct addr *addr = &answer->addrs[i];

		if (!prefix_contains(&listed, addr)) {
			return addr;
		}
		for (size_t k = 0; k < ARRAY_LEN(refused); k++) {
			if (prefix_contains(&refused[k], addr)) {
				return addr;
			}
		}
	}
	return NULL;
}

static enum dns_membership_status judge_dnsbl(const struct dns_answer *answer)
{
	if (answer->left_out > 0 || answer->count > DNS_CODES_MAX || find_refusal(answer) != NULL) {
		return DNS_MEMBERSHIP_UNKNOWN;
	}
	return answer->count > 0 ? DNS_MEMBERSHIP_YES : DNS_MEMBERSHIP_NO;
}

enum dns_membership_status dns_membership_judge(
	enum dns_membership_kind kind, const struct addr *addr, const struct dns_request_end *end)
{
	switch (end->status) {
	case DNS_STATUS_DATA:
		return kind == DNS_MEMBERSHIP_DNSBL ? judge_dnsbl(end->answer)
						    : judge_forward(end->answer, addr);
	case DNS_STATUS_NODATA:
	case DNS_STATUS_NXDOMAIN:
		return DNS_MEMBERSHIP_NO;
	case DNS_STATUS_CNAME_LOOP:
		/*
		 * A looping name may belong to any stranger and has no address; a list whose names
		 * loop is broken.
		 */
		return kind == DNS_MEMBERSHIP_DNSBL ? DNS_MEMBERSHIP_UNKNOWN : DNS_MEMBERSHIP_NO;
	default:
		return DNS_MEMBERSHIP_UNKNOWN;
	}
}

struct dns_membership_result dns_membership_result_of(
	enum dns_membership_kind kind, const struct addr *addr, const struct dns_request_end *end)
{
	bool list = kind == DNS_MEMBERSHIP_DNSBL && end->status == DNS_STATUS_DATA;
	const struct addr *refusal = list ? find_refusal(end->answer) : NULL;
	struct dns_membership_result result = {.status = dns_membership_judge(kind, addr, end),
		.overload = end->status == DNS_STATUS_OVERLOAD,
		.refusal = refusal != NULL ? *refusal : (struct addr){.family = ADDR_NONE},
		.expires_ms = end->expires_ms};

	if (list && result.status == DNS_MEMBERSHIP_YES) {
		result.code_count = (uint8_t)end->answer->count;
		for (size_t i = 0; i < end->answer->count; i++) {
			memcpy(result.codes[i].octets, end->answer->addrs[i].bytes,
				sizeof(result.codes[i].octets));
		}
	}
	return result;
}
