/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * A decision with a memory against the same without one: random lists of rules, random clients,
 * each asked over and over, with memories of which some hold next to nothing.
 */

#include "base/bytes.h"
#include "policy/match_cache.h"
#include "policy/rule.h"

#include "unit/policy/kit.h"

#define CLIENTS 24
#define LOOKUPS 4

static const char *const terms[] = {
	"host a.crawl.example",
	"host .crawl.example",
	"host b.example",
	"host .test",
	"host ~ ^[ab]\\.crawl\\.",
	"host ~ example$",
	"host ~ \\.test$",
	"host ~ (a+)+$",
	"!host .crawl.example",
	"!host ~ b",
	"cert.dns .partner.example",
	"cert.dns ~ vpn",
	"cert.email ~ ann@",
	("cert.sha256 " KIT_SHA256),
	"cert.issuer_spki " KIT_ISSUER_SPKI,
	"cert.anchor " KIT_ANCHOR,
	"!cert.anchor " KIT_ANCHOR,
	"cert.subject ~ ^CN=Ann",
	"cert.cn ~ (a+)+$",
	"cert.upn ann@Corp.example",
	"cert.eku clientAuth",
	"!cert.key ec >= 384",
	"cert.key P-256",
	"cert.self_signed",
	"!cert.self_signed",
	"!cert.dns ~ vpn",
	"cert.ip 198.51.100.0/24",
	"cert present",
	"cert verified",
	"ip 192.0.2.0/28",
	"ip 192.0.2.7",
	"ip 2001:db8::/32",
	"!ip 192.0.2.0/30",
	"asn 64496-64511, 1",
	"!asn AS2",
	"country de, AT",
	"!country known",
	"user_agent ~ googlebot",
	"user_agent ~ (a+)+$",
	"uri /a",
	"!uri ~ ^/a",
	"uri_raw //a",
	"!method GET",
	"forward one.example",
	"forward two.example",
	"!forward one.example",
	"dnsbl bl.example = 127.0.0.2-10 error 127.0.0.11",
	"!dnsbl other.example = 127.0.0.3",
};

struct lot {
	uint64_t state;
};

static size_t draw(struct lot *lot, size_t below)
{
	lot->state = lot->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)(lot->state >> 33) % below;
}

static void fill(struct book *b, struct lot *lot, size_t rules, const char *file)
{
	char in_file[PATH_MAX + 16];
	struct bytes text;

	snprintf(in_file, sizeof(in_file), "host in file:%s", file);
	bytes_init(&text, 0);
	/* Each number of a lookup is given out, whatever the rules ask. */
	book_add(b, POLICY_ACTION_DENY,
		"uri /never & forward one.example & forward two.example & dnsbl bl.example & "
		"dnsbl other.example");
	for (size_t i = 0; i < rules; i++) {
		size_t count = 1 + draw(lot, 4);

		bytes_reset(&text, SIZE_MAX);
		for (size_t k = 0; k < count; k++) {
			size_t term = draw(lot, ARRAY_LEN(terms) + 1);

			bytes_append_text(&text, k > 0 ? " & " : "");
			bytes_append_text(&text, term < ARRAY_LEN(terms) ? terms[term] : in_file);
		}
		/* Most rules are about others, as they are in long lists. */
		if (draw(lot, 4) > 0) {
			bytes_appendf(&text, " & %s%zu.invalid",
				draw(lot, 2) > 0 ? "host n" : "cert.dns n", i);
		}
		bytes_append_u8(&text, 0);
		assert_false(text.failed);
		book_add(b, (enum policy_action)draw(lot, 2), (const char *)text.data);
	}
	bytes_clear(&text);
	b->policy.default_action = (enum policy_action)draw(lot, 2);
	b->policy.on_dns_error = (enum policy_on_error)draw(lot, 3);
}

static const struct policy_dnsbl_code codes[] = {
	{{127, 0, 0, 2}}, {{127, 0, 0, 3}}, {{127, 0, 0, 11}}, {{127, 0, 0, 12}}};
static const struct policy_lookup_codes lookup_codes[][LOOKUPS] = {
	{{codes, 1}, {codes, 1}, {codes, 1}, {codes, 1}},
	{{codes, 2}, {codes, 3}, {codes + 1, 1}, {codes + 3, 1}},
	{{codes + 3, 1}, {NULL, 0}, {codes + 2, 2}, {codes, 4}},
};

static void bend(struct client *c, struct lot *lot, enum policy_truth truths[LOOKUPS])
{
	static const char *const ips[] = {"192.0.2.7", "192.0.2.1", "203.0.113.9", "2001:db8::1"};
	static const char *const agents[] = {
		"", "Googlebot/2.1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"};
	static const char *const names[] = {"a.crawl.example", "b.crawl.example", "b.example",
		"x.test", "file.example", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.x-"};
	static const char *const uris[] = {
		"/a", "/%61", "//a", "/b/../a", "/b", "/%00", NULL, "/a%2f..", "http://h/a"};
	static const char *const prints[] = {KIT_SHA256, KIT_SPKI};
	static const char *const keys[] = {KIT_ISSUER_SPKI, KIT_ANCHOR, NULL};

	client_init(c);
	c->ip = address(ips[draw(lot, ARRAY_LEN(ips))]);
	c->facts.ip = &c->ip;
	c->facts.names_state =
		draw(lot, 2) > 0 ? POLICY_FACT_KNOWN : (enum policy_fact_state)draw(lot, 4);
	c->facts.names = (struct str_list){c->names, draw(lot, 4)};
	for (size_t i = 0; i < c->facts.names.count; i++) {
		c->names[i] = str_view(names[draw(lot, ARRAY_LEN(names))]);
	}
	if (c->facts.names_state == POLICY_FACT_UNFETCHED ||
		c->facts.names_state == POLICY_FACT_UNKNOWN) {
		c->facts.names.count = 0;
	}
	/* What a certificate says goes with its fingerprint. */
	size_t print = draw(lot, ARRAY_LEN(prints));

	c->cert.sha256 = str_view(prints[print]);
	if (print == 1) {
		c->cert_dns[0] = str_view("other.example");
		c->cert_cn[0] = str_view(agents[2]);
		c->cert.email.count = 0;
		c->cert.eku.count = 0;
		c->cert.self_signed = true;
		c->cert_key[0] = str_view("ec 384");
	}
	/* It can have several chains. */
	c->cert.issuer_spki = str_view(keys[draw(lot, ARRAY_LEN(keys))]);
	c->cert.anchor = str_view(keys[draw(lot, ARRAY_LEN(keys))]);
	c->cert.dns.items = c->cert_dns;
	c->cert.subject_values.of[DN_CN].items = c->cert_cn;
	c->cert.email.items = c->cert_email;
	c->cert.uri.items = c->cert_uri;
	c->cert.upn.items = c->cert_upn;
	c->cert.srv.items = c->cert_srv;
	c->cert.smtp_utf8.items = c->cert_smtp_utf8;
	c->cert.eku.items = c->cert_eku;
	c->cert.policies.items = c->cert_policies;
	c->cert.key.items = c->cert_key;
	c->cert.ip = c->cert_ip;
	c->facts.cert = draw(lot, 3) > 0 ? &c->cert : NULL;
	c->facts.cert_present = c->facts.cert != NULL || draw(lot, 2) > 0;
	if (draw(lot, 8) == 0) {
		c->cert.sha256 = (struct str){NULL, 0};
	}
	c->facts.claims[POLICY_CLAIM_USER_AGENT] = str_view(agents[draw(lot, ARRAY_LEN(agents))]);
	c->facts.claims[POLICY_CLAIM_URI] = str_view(uris[draw(lot, ARRAY_LEN(uris))]);
	c->facts.claims_disputed = draw(lot, 16) == 0 ? 1U << draw(lot, POLICY_CLAIM_COUNT) : 0;
	for (size_t i = 0; i < LOOKUPS; i++) {
		truths[i] = (enum policy_truth)draw(lot, 4);
	}
	c->facts.lookup_truths = draw(lot, 3) > 0 ? truths : NULL;
	c->facts.asn = draw(lot, 2) > 0 ? str_view("0000064500") : (struct str){NULL, 0};
	c->facts.country = draw(lot, 3) > 0 ? str_view("AT") : (struct str){NULL, 0};
	c->facts.lookup_codes = lookup_codes[draw(lot, ARRAY_LEN(lookup_codes))];
}

static void assert_same(const struct policy_verdict *got, const struct policy_verdict *expected)
{
	assert_int_equal(got->outcome, expected->outcome);
	assert_int_equal(got->reason, expected->reason);
	assert_ptr_equal(got->rule, expected->rule);
	assert_true(got->name == expected->name);
	assert_int_equal(got->lacks.names, expected->lacks.names);
	assert_memory_equal(
		&got->lacks.lookups, &expected->lacks.lookups, sizeof(got->lacks.lookups));
	assert_int_equal(got->claims_used, expected->claims_used);
	assert_int_equal(got->claims_unclear, expected->claims_unclear);
	assert_memory_equal(&got->lookups_used, &expected->lookups_used, sizeof(got->lookups_used));
	assert_true(got->names_used || !expected->names_used);
	assert_true(got->cert_used || !expected->cert_used);
}

/* Two policies with one list of rules share a memory, as they do in a configuration. */
static void check_list(
	struct lot *lot, const struct book *b, struct policy_match_cache *cache, size_t max_bytes)
{
	static struct client clients[CLIENTS];
	enum policy_truth truths[CLIENTS][LOOKUPS];
	struct policy other = b->policy;

	other.default_action = b->policy.default_action == POLICY_ACTION_ALLOW
				       ? POLICY_ACTION_DENY
				       : POLICY_ACTION_ALLOW;
	for (size_t i = 0; i < CLIENTS; i++) {
		bend(&clients[i], lot, truths[i]);
	}
	for (size_t i = 0; i < CLIENTS * 6; i++) {
		size_t who = i < CLIENTS ? i : draw(lot, CLIENTS);
		struct policy_facts facts = clients[who].facts;
		const struct policy *policy = draw(lot, 4) > 0 ? &b->policy : &other;
		struct policy_verdict expected;
		struct policy_verdict got;

		facts.claims[POLICY_CLAIM_METHOD] = str_view(draw(lot, 2) > 0 ? "GET" : "POST");
		policy_evaluate(policy, &facts, NULL, &expected);
		facts.match_cache = cache;
		memset(&got, 0xa5, sizeof(got));
		policy_evaluate(policy, &facts, NULL, &got);
		assert_same(&got, &expected);
		assert_true(policy_match_cache_bytes(cache) <= max_bytes);
		assert_true(policy_match_cache_count(cache) <= POLICY_MATCH_CACHE_ENTRIES_MAX);
	}
}

static void a_memory_changes_no_verdict(void **state)
{
	static const char list[] = "file.example\n.crawl.example\n";
	static const size_t sizes[] = {0, 300, 1000, 4000, 1 << 20};
	char *file = file_with(list, strlen(list));
	struct lot lot = {20260101};
	size_t cached = 0;

	for (size_t round = 0; round < 120; round++) {
		size_t max_bytes = sizes[round % ARRAY_LEN(sizes)];
		struct policy_match_cache *cache = policy_match_cache_new(max_bytes);
		struct book b;

		assert_non_null(cache);
		book_init(&b);
		fill(&b, &lot, 1 + draw(&lot, round % 3 == 0 ? 12 : 200), file);
		check_list(&lot, &b, cache, max_bytes);
		cached += policy_match_cache_count(cache);
		policy_match_cache_free(cache);
		book_clear(&b);
	}
	assert_true(cached > 100);
	remove_file(file);
}

static struct policy_verdict ask(const struct book *b, struct policy_match_cache *cache,
	const char *name, struct policy_verdict *linear)
{
	struct policy_verdict v;
	struct client c;

	client_init(&c);
	c.names[0] = str_view(name);
	c.facts.names = (struct str_list){c.names, 1};
	policy_evaluate(&b->policy, &c.facts, NULL, linear);
	c.facts.match_cache = cache;
	policy_evaluate(&b->policy, &c.facts, NULL, &v);
	return v;
}

/* A certificate that two CAs signed is not taken for the one when it comes by the other. */
static void another_chain_of_a_certificate_is_another_entry(void **state)
{
	static const char *const keys[] = {KIT_ANCHOR, KIT_SPKI, NULL};
	struct policy_match_cache *cache = policy_match_cache_new(1 << 20);
	struct client c;
	struct book b;

	book_init(&b);
	for (size_t i = 0; i < 80; i++) {
		book_add(&b, POLICY_ACTION_DENY, "cert.cn other");
	}
	book_add(&b, POLICY_ACTION_ALLOW, "cert.anchor " KIT_ANCHOR);
	book_add(&b, POLICY_ACTION_ALLOW, "cert.issuer_spki " KIT_ANCHOR);
	client_init(&c);
	c.facts.match_cache = cache;
	for (size_t i = 0; i < 3 * 3 * 3; i++) {
		struct policy_verdict linear;
		struct policy_verdict v;

		c.cert.anchor = str_view(keys[i % 3]);
		c.cert.issuer_spki = str_view(keys[i / 3 % 3]);
		policy_evaluate(&b.policy, &c.facts, NULL, &v);
		c.facts.match_cache = NULL;
		policy_evaluate(&b.policy, &c.facts, NULL, &linear);
		c.facts.match_cache = cache;
		assert_same(&v, &linear);
		assert_int_equal(
			v.outcome == POLICY_ALLOW, i % 3 == 0 || (i % 3 == 1 && i / 3 % 3 == 0));
	}
	assert_int_equal(policy_match_cache_count(cache), 9);
	policy_match_cache_free(cache);
	book_clear(&b);
}

/* Where the walk ends early, it finds out the rest when a later one goes further. */
static void a_later_walk_goes_further(void **state)
{
	struct policy_match_cache *cache = policy_match_cache_new(1 << 20);
	struct policy_verdict linear;
	struct policy_verdict v;
	struct client c;
	struct book b;

	book_init(&b);
	book_add(&b, POLICY_ACTION_ALLOW, "host ~ crawl & method GET");
	for (size_t i = 0; i < 50; i++) {
		char text[64];

		snprintf(text, sizeof(text), "host ~ ^n%zu\\.", i);
		book_add(&b, POLICY_ACTION_DENY, text);
	}
	book_add(&b, POLICY_ACTION_ALLOW, "host ~ crawl & method POST");
	client_init(&c);
	c.facts.match_cache = cache;
	for (size_t i = 0; i < 6; i++) {
		bool last = i % 2 == 1;

		c.facts.claims[POLICY_CLAIM_METHOD] = str_view(last ? "POST" : "GET");
		policy_evaluate(&b.policy, &c.facts, NULL, &v);
		assert_ptr_equal(v.rule, policy_rules_at(b.rules, last ? 51 : 0));
	}
	assert_int_equal(policy_match_cache_count(cache), 1);
	v = ask(&b, cache, "n49.example", &linear);
	assert_same(&v, &linear);
	assert_ptr_equal(v.rule, policy_rules_at(b.rules, 50));
	policy_match_cache_free(cache);
	book_clear(&b);
}

/* Those that come back outlast any number of those that do not. */
static void a_flood_of_strangers_passes_by(void **state)
{
	struct policy_match_cache *cache = policy_match_cache_new(20000);
	struct policy_verdict linear;
	struct policy_verdict v;
	struct book b;
	char text[64];

	book_init(&b);
	for (size_t i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "host ~ ^n%zu\\.", i);
		book_add(&b, POLICY_ACTION_ALLOW, text);
	}
	for (size_t i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "x%zu.example", i);
		v = ask(&b, cache, text, &linear);
		assert_same(&v, &linear);
		v = ask(&b, cache, "n7.example", &linear);
		assert_same(&v, &linear);
		assert_true(policy_match_cache_bytes(cache) <= 20000);
	}
	assert_true(policy_match_cache_count(cache) > 20);
	policy_match_cache_free(cache);
	book_clear(&b);
}

/* A value that satisfies too many anchors is not remembered, and decided all the same. */
static void what_is_too_large_is_not_kept(void **state)
{
	struct policy_match_cache *cache = policy_match_cache_new(4096);
	struct policy_verdict linear;
	struct policy_verdict v;
	struct book b;

	book_init(&b);
	for (size_t i = 0; i < 500; i++) {
		book_add(&b, POLICY_ACTION_ALLOW, "host ~ example & uri /never");
	}
	for (size_t i = 0; i < 3; i++) {
		v = ask(&b, cache, "a.example", &linear);
		assert_same(&v, &linear);
		assert_int_equal(policy_match_cache_count(cache), i > 0);
		v = ask(&b, cache, "a.test", &linear);
		assert_same(&v, &linear);
		assert_int_equal(policy_match_cache_count(cache), 1);
	}
	policy_match_cache_free(cache);
	book_clear(&b);
}

/* An entry that is larger than the whole memory has no room, and evicts no other. */
static void what_is_larger_than_the_memory_has_no_room(void **state)
{
	static const uint8_t key[400] = {1};
	struct policy_match_cache *cache = policy_match_cache_new(300);
	struct policy_match_entry *entry = policy_match_cache_hold(cache, key, 1);

	assert_non_null(entry);
	policy_match_cache_release(entry);
	assert_null(policy_match_cache_hold(cache, key, sizeof(key)));
	assert_int_equal(policy_match_cache_count(cache), 1);
	policy_match_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_memory_changes_no_verdict),
		cmocka_unit_test(another_chain_of_a_certificate_is_another_entry),
		cmocka_unit_test(a_later_walk_goes_further),
		cmocka_unit_test(a_flood_of_strangers_passes_by),
		cmocka_unit_test(what_is_too_large_is_not_kept),
		cmocka_unit_test(what_is_larger_than_the_memory_has_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
