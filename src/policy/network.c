/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/network.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS (POLICY_ASN_FACT_MAX - 1)

/* A value is a range, `LOW-HIGH`; each of them as a fact. */
static struct str low_of(struct str value)
{
	return (struct str){value.data, DIGITS};
}

static struct str high_of(struct str value)
{
	return value.len > DIGITS ? str_from(value, DIGITS + 1) : value;
}

void policy_network_asn_fact(uint32_t asn, char out[POLICY_ASN_FACT_MAX])
{
	snprintf(out, POLICY_ASN_FACT_MAX, "%0*" PRIu32, DIGITS, asn);
}

struct str policy_network_asn_digits(struct str fact)
{
	while (fact.len > 1 && fact.data[0] == '0') {
		fact = str_from(fact, 1);
	}
	return fact;
}

static bool take_number(struct str text, uint32_t *out)
{
	uint64_t number;

	(void)str_take_nocase(&text, "AS");
	if (!str_to_u64(text, UINT32_MAX, &number)) {
		return false;
	}
	*out = (uint32_t)number;
	return true;
}

static bool read_asn(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	size_t dash = str_find(written, '-');
	struct str first = str_trim((struct str){written.data, dash});
	struct str last = dash < written.len ? str_trim(str_from(written, dash + 1)) : first;
	char quoted[POLICY_QUOTE_MAX];
	uint32_t low;
	uint32_t high;

	if (!take_number(first, &low) || !take_number(last, &high) || low > high) {
		diag_error(diag, place, "%s is not an AS number: expected %s",
			policy_quote(written, quoted), policy_network_asn.expected);
		return false;
	}
	policy_network_asn_fact(low, room);
	room[DIGITS] = '-';
	policy_network_asn_fact(high, room + DIGITS + 1);
	*out = (struct str){room, 2 * DIGITS + 1};
	return true;
}

/* Of ranges that begin with the same number the longest comes first. */
static int order_ranges(struct str a, struct str b)
{
	int order = policy_text_order(low_of(a), low_of(b));

	return order != 0 ? order : policy_text_order(high_of(b), high_of(a));
}

static bool range_covers(struct str value, struct str other)
{
	return policy_text_order(low_of(value), low_of(other)) <= 0 &&
	       policy_text_order(high_of(other), high_of(value)) <= 0;
}

const struct policy_text_kind policy_network_asn = {
	.expected = "a number, such as 64496 or AS64496, or a range, such as 64496-64511",
	.read = read_asn,
	.order = order_ranges,
	.covers = range_covers,
	.includes = range_covers,
	.no_regex = true,
	.several = true,
};

static bool read_country(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	char quoted[POLICY_QUOTE_MAX];

	if (written.len != 2 || !ascii_is_alpha(written.data[0]) ||
		!ascii_is_alpha(written.data[1])) {
		diag_error(diag, place, "%s is not a country: expected %s",
			policy_quote(written, quoted), policy_network_country.expected);
		return false;
	}
	for (size_t i = 0; i < 2; i++) {
		room[i] = (char)(ascii_lower(written.data[i]) - 'a' + 'A');
	}
	/* Reserved for it, and no database has it. */
	if (memcmp(room, "UK", 2) == 0) {
		diag_error(diag, place, "%s is not a country of ISO 3166-1: expected GB",
			policy_quote(written, quoted));
		return false;
	}
	*out = (struct str){room, 2};
	return true;
}

const struct policy_text_kind policy_network_country = {
	.expected = "two letters of ISO 3166-1, such as DE",
	.read = read_country,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
	.no_regex = true,
	.several = true,
};
