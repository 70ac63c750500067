/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Terms about the network of the address, and rates by network. */

#include "policy/network.h"

#include "base/util.h"
#include "policy/rate.h"
#include "unit/policy/kit.h"

/* `asn` UINT32_MAX: not known; `country` NULL: not known. */
static void know(
	struct client *c, char fact[POLICY_ASN_FACT_MAX], uint32_t asn, const char *country)
{
	c->facts.asn = (struct str){NULL, 0};
	c->facts.country = str_view(country);
	if (asn != UINT32_MAX) {
		policy_network_asn_fact(asn, fact);
		c->facts.asn = str_view(fact);
	}
}

/* The truth of the term as the only one of an allow: of what the rest is denied by default. */
static enum policy_truth truth_of(const char *term, uint32_t asn, const char *country)
{
	char fact[POLICY_ASN_FACT_MAX];
	struct client c;
	struct book b;

	client_init(&c);
	know(&c, fact, asn, country);
	book_init(&b);
	b.policy.on_dns_error = POLICY_ON_ERROR_ALLOW;
	book_add(&b, POLICY_ACTION_ALLOW, term);
	struct policy_verdict v = book_decide(&b, &c);

	book_clear(&b);
	if (v.reason == POLICY_REASON_NETWORK_UNKNOWN) {
		assert_int_equal(v.outcome, POLICY_DENY);
		return POLICY_UNKNOWN;
	}
	return v.outcome == POLICY_ALLOW ? POLICY_TRUE : POLICY_FALSE;
}

static void networks_are_compared(void **state)
{
	static const struct {
		const char *term;
		uint32_t asn;
		const char *country;
		enum policy_truth truth;
	} cases[] = {
		{"asn 64496", 64496, NULL, POLICY_TRUE},
		{"asn AS64496", 64496, NULL, POLICY_TRUE},
		{"asn as64496", 64496, NULL, POLICY_TRUE},
		{"asn 64496", 64497, NULL, POLICY_FALSE},
		{"asn 64496", 644960, NULL, POLICY_FALSE},
		{"asn 0", 0, NULL, POLICY_TRUE},
		{"asn 4294967295", 4294967294, NULL, POLICY_FALSE},
		{"asn 64496-64511", 64496, NULL, POLICY_TRUE},
		{"asn AS64496-AS64511", 64511, NULL, POLICY_TRUE},
		{"asn 64496-64511", 64512, NULL, POLICY_FALSE},
		{"asn 64496-64511", 64495, NULL, POLICY_FALSE},
		{"asn 1, 64496-64511 , AS65536", 64500, NULL, POLICY_TRUE},
		{"asn 1, 64496-64511 , AS65536", 65536, NULL, POLICY_TRUE},
		{"asn 1, 64496-64511 , AS65536", 2, NULL, POLICY_FALSE},
		{"asn 1-10, 5-20", 15, NULL, POLICY_TRUE},
		{"asn 1-100, 5-20", 50, NULL, POLICY_TRUE},
		{"!asn 64496", 64497, NULL, POLICY_TRUE},
		{"!asn 64496, 64497", 64497, NULL, POLICY_FALSE},
		{"country DE", UINT32_MAX, "DE", POLICY_TRUE},
		{"country de", UINT32_MAX, "DE", POLICY_TRUE},
		{"country DE", UINT32_MAX, "AT", POLICY_FALSE},
		{"country at, de,CH", UINT32_MAX, "DE", POLICY_TRUE},
		{"country at, de,CH", UINT32_MAX, "FR", POLICY_FALSE},
		{"!country at, de", UINT32_MAX, "FR", POLICY_TRUE},
		/* Unknown is neither. */
		{"asn 64496", UINT32_MAX, "DE", POLICY_UNKNOWN},
		{"!asn 64496", UINT32_MAX, "DE", POLICY_UNKNOWN},
		{"asn 1, 2", UINT32_MAX, NULL, POLICY_UNKNOWN},
		{"country DE", 64496, NULL, POLICY_UNKNOWN},
		{"!country DE", 64496, NULL, POLICY_UNKNOWN},
		{"asn known", 0, NULL, POLICY_TRUE},
		{"asn known", UINT32_MAX, "DE", POLICY_FALSE},
		{"!asn known", UINT32_MAX, "DE", POLICY_TRUE},
		{"country known", 1, "DE", POLICY_TRUE},
		{"!country known", 1, NULL, POLICY_TRUE},
		/* A false term decides, whatever is unknown. */
		{"country known & country DE", 1, NULL, POLICY_FALSE},
		{"country DE & asn 5", 1, NULL, POLICY_FALSE},
		{"country DE & asn 1", 1, NULL, POLICY_UNKNOWN},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum policy_truth truth = truth_of(cases[i].term, cases[i].asn, cases[i].country);

		if (truth != cases[i].truth) {
			print_error("%s (case %zu)\n", cases[i].term, i);
		}
		assert_int_equal(truth, cases[i].truth);
	}
}

/* Never false in a deny: an address that is in no database does not get in by the default. */
static void unknown_denies(void **state)
{
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	b.policy.default_action = POLICY_ACTION_ALLOW;
	b.policy.on_dns_error = POLICY_ON_ERROR_ALLOW;
	book_add(&b, POLICY_ACTION_DENY, "country RU");
	struct policy_verdict v = book_decide(&b, &c);

	assert_int_equal(v.outcome, POLICY_DENY);
	assert_int_equal(v.reason, POLICY_REASON_NETWORK_UNKNOWN);
	assert_true(v.rule == policy_rules_at(b.rules, 0));
	c.facts.country = str_view("DE");
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
	c.facts.country = str_view("RU");
	assert_int_equal(book_decide(&b, &c).reason, POLICY_REASON_RULE);
	book_clear(&b);
}

#define NOT_AN_AS                                                                                  \
	" is not an AS number: expected a number, such as 64496 or AS64496, or a range, such as "  \
	"64496-64511"
#define NOT_A_COUNTRY " is not a country: expected two letters of ISO 3166-1, such as DE"

static void bad_values_say_what_is_expected(void **state)
{
	static const char *const asns[] = {
		"AS", "ASN1", "4294967296", "-1", "1-", "2-1", "1.5", "x", "AS 5", "1 2", "0x10"};
	static const char *const countries[] = {"D", "DEU", "D1", "Germany", "de at", "*"};
	char term[64];
	char expected[256];

	for (size_t i = 0; i < ARRAY_LEN(asns); i++) {
		snprintf(term, sizeof(term), "asn %s", asns[i]);
		snprintf(expected, sizeof(expected), "13: error: \"%s\"" NOT_AN_AS, asns[i]);
		assert_refused_at(term, expected);
	}
	for (size_t i = 0; i < ARRAY_LEN(countries); i++) {
		snprintf(term, sizeof(term), "country %s", countries[i]);
		snprintf(expected, sizeof(expected), "17: error: \"%s\"" NOT_A_COUNTRY,
			countries[i]);
		assert_refused_at(term, expected);
	}
	assert_refused_at("country de, x", "21: error: \"x\"" NOT_A_COUNTRY);
	assert_refused_at("country de,", "20: error: \"\"" NOT_A_COUNTRY);
	assert_refused_at("asn 1,,2", "15: error: \"\"" NOT_AN_AS);
	assert_refused_at(
		"country UK", "17: error: \"UK\" is not a country of ISO 3166-1: expected GB");
	assert_refused_at("asn ~ 64", "13: error: asn takes no regex: expected a number, such as "
				      "64496 or AS64496, or a range, such as 64496-64511");
	assert_refused_at("country in json:x", "20: error: country takes no JSON, which holds "
					       "addresses: expected file:PATH");
}

static void numbers_are_shown_without_zeros(void **state)
{
	static const struct {
		uint32_t asn;
		const char *shown;
	} cases[] = {{0, "0"}, {7, "7"}, {64496, "64496"}, {UINT32_MAX, "4294967295"}};
	char fact[POLICY_ASN_FACT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		policy_network_asn_fact(cases[i].asn, fact);
		assert_str(policy_network_asn_digits(str_view(fact)), cases[i].shown);
	}
}

static void values_may_stand_in_files(void **state)
{
	static const char text[] = "# networks\nAS64496\n64500-64511\n";
	char *path = file_with(text, strlen(text));
	char term[256];

	snprintf(term, sizeof(term), "asn in file:%s", path);
	assert_int_equal(truth_of(term, 64496, NULL), POLICY_TRUE);
	assert_int_equal(truth_of(term, 64511, NULL), POLICY_TRUE);
	assert_int_equal(truth_of(term, 64497, NULL), POLICY_FALSE);
	assert_int_equal(truth_of(term, UINT32_MAX, NULL), POLICY_UNKNOWN);
	remove_file(path);
}

static void rules_say_what_they_need(void **state)
{
	struct book b;

	book_init(&b);
	assert_false(policy_rules_need_asn(b.rules) || policy_rules_need_country(b.rules));
	book_add(&b, POLICY_ACTION_ALLOW, "country known & ip 192.0.2.1");
	assert_false(policy_rules_need_asn(b.rules));
	assert_true(policy_rules_need_country(b.rules));
	book_add(&b, POLICY_ACTION_DENY, "rate asn 5/s");
	assert_true(policy_rules_need_asn(b.rules));
	book_clear(&b);
	assert_false(policy_rules_need_asn(NULL) || policy_rules_need_country(NULL));
}

/* Whether two clients share a bucket, here and on each machine. */
static bool share(const char *rate, const char *one, const char *other, uint32_t asn)
{
	struct policy_token_buckets *buckets = policy_token_buckets_new(16);
	char fact[POLICY_ASN_FACT_MAX];
	struct bytes names[2];
	uint64_t keys[2];
	struct client c;
	struct book b;

	assert_non_null(buckets);
	book_init(&b);
	book_add(&b, POLICY_ACTION_DENY, rate);
	for (size_t i = 0; i < 2; i++) {
		client_init(&c);
		know(&c, fact, asn, NULL);
		c.ip = address(i == 0 ? one : other);
		keys[i] = policy_rate_key(
			buckets, &b.policy, policy_rules_rate(b.rules, 0), &c.facts);
		bytes_init(&names[i], 0);
		policy_rate_identity(&b.policy, policy_rules_rate(b.rules, 0), &c.facts, &names[i]);
	}
	bool same = keys[0] == keys[1];

	assert_int_equal(same, str_eq(bytes_view(&names[0]), bytes_view(&names[1])));
	bytes_clear(&names[0]);
	bytes_clear(&names[1]);
	policy_token_buckets_unref(buckets);
	book_clear(&b);
	return same;
}

static void rates_by_network(void **state)
{
	assert_true(share("rate net/24 5/s", "192.0.2.1", "192.0.2.255", UINT32_MAX));
	assert_false(share("rate net/24 5/s", "192.0.2.1", "192.0.3.1", UINT32_MAX));
	assert_true(share("rate net/8 5/s", "10.0.0.1", "10.255.255.255", UINT32_MAX));
	assert_false(share("rate net/32 5/s", "10.0.0.1", "10.0.0.2", UINT32_MAX));
	/* IPv6: a /64, or what is said. */
	assert_true(share("rate net/24 5/s", "2001:db8::1", "2001:db8::ffff:1", UINT32_MAX));
	assert_false(share("rate net/24 5/s", "2001:db8::1", "2001:db8:0:1::1", UINT32_MAX));
	assert_true(share("rate net/24,48 5/s", "2001:db8::1", "2001:db8:0:1::1", UINT32_MAX));
	assert_false(share("rate net/24,48 5/s", "2001:db8::1", "2001:db8:1::1", UINT32_MAX));
	assert_false(share("rate net/24,128 5/s", "2001:db8::1", "2001:db8::2", UINT32_MAX));
	/* 1::/24 and 0.1.0.0/24 are others. */
	assert_false(share("rate net/24,24 5/s", "1.0.0.1", "100::", UINT32_MAX));
	assert_true(share("rate asn 5/s", "192.0.2.1", "2001:db8::1", 64496));
	/* Without an AS each address has its own. */
	assert_false(share("rate asn 5/s", "192.0.2.1", "192.0.2.2", UINT32_MAX));
	assert_true(share("rate asn 5/s", "192.0.2.1", "192.0.2.1", UINT32_MAX));
}

static void bad_rates_say_what_is_expected(void **state)
{
	static const char *const bad[] = {"net/", "net/0", "net/33", "net/x", "net/24,", "net/24,0",
		"net/24,129", "net/24,48,1", "net/-1", "net/24/24"};
	char term[64];
	char expected[256];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(term, sizeof(term), "rate %s 5/s", bad[i]);
		snprintf(expected, sizeof(expected),
			"14: error: \"%s\" after rate: expected net/ and the bits of a prefix of "
			"IPv4, from 1 to 32, and for another than /64 of IPv6 a comma and its "
			"bits, as in net/24 or net/24,48",
			bad[i]);
		assert_refused_at(term, expected);
	}
	assert_refused_at(
		"rate net/24", "20: error: nothing after rate net/24: expected N/s, N/m or N/h");
	assert_refused_at("rate net 5/s", "14: error: \"net 5/s\" after rate: expected N/s, N/m or "
					  "N/h, or host, cert, asn or net/BITS before that");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_are_compared),
		cmocka_unit_test(unknown_denies),
		cmocka_unit_test(bad_values_say_what_is_expected),
		cmocka_unit_test(numbers_are_shown_without_zeros),
		cmocka_unit_test(values_may_stand_in_files),
		cmocka_unit_test(rules_say_what_they_need),
		cmocka_unit_test(rates_by_network),
		cmocka_unit_test(bad_rates_say_what_is_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
