/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Whatever can be configured reads back from its dump to the same: each key and each form of a rule
 * by itself, and thousands of configurations put together at random. "The same" is the dump of it,
 * and every decision for clients of all kinds.
 */

#include "unit/config/support.h"
#include "unit/policy/kit.h"

#define ROUNDS 4000

/* Each form of a term: every field with every operator that it takes. %s: the folder of lists. */
static const char *const terms[] = {
	"ip 192.0.2.0/24",
	"!ip 2001:db8::/32",
	"ip in file:%s/nets",
	"ip in json:%s/nets.json",
	"host .crawl.example",
	"!host a.crawl.example",
	"host ~ ^[a-z]\\.crawl\\.example$",
	"host ~ (^|\\.)a&b\\x26[;]\\.example$",
	"host in file:%s/names",
	"forward home.example",
	"!forward in file:%s/hosts",
	"dnsbl zen.example = 127.0.0.2-11, 127.0.1.4 error 127.0.0.250",
	"!dnsbl bl.example = 127.0.0-255.1-3",
	"rate 10/s",
	"!rate 100/m",
	"rate host 1000/h",
	"rate cert 5/s",
	"rate asn 5/s",
	"rate net/24,48 5/s",
	"asn 64496-64511, AS1",
	"!country de, AT",
	"country known",
	"cert present",
	"!cert verified",
	"cert.dns .partner.example",
	"cert.dns ~ ^vpn\\.partner\\.example$",
	"cert.dns in file:%s/names",
	"cert.ip 198.51.100.0/24",
	"cert.ip in file:%s/nets",
	"cert.email Ann@partner.example",
	"cert.email ~ @partner\\.example$",
	"cert.uri spiffe://partner.example/door",
	"!cert.uri ~ ^spiffe:",
	"cert.upn ann@Corp.example",
	"!cert.upn ~ @corp\\.example$",
	"cert.srv _LDAP.partner.example.",
	"cert.smtp_utf8 m\xc3\xbcller@Partner.example",
	"cert.eku TLS Web Client Authentication",
	"!cert.eku 1.3.6.1.5.5.7.3.2",
	"cert.policy anyPolicy",
	"cert.key rsa>=3072",
	"!cert.key secp256r1",
	"!cert.self_signed",
	"cert.cn Ann Other",
	"cert.subject CN=Ann Other,O=Partner",
	"cert.subject ~ (^|,)O=Partner$",
	"cert.issuer CN=Partner CA",
	"cert.serial 0xA1:B2:C3",
	"cert.serial ~ ^a1",
	"!cert.sha256 " KIT_SHA256,
	"cert.spki " KIT_SPKI,
	"cert.issuer_spki " KIT_ISSUER_SPKI,
	"!cert.anchor " KIT_ANCHOR,
	"user_agent ~ googlebot",
	"user_agent Mozilla/5.0 (Googlebot/2.1)",
	"uri ~ x=1&y=2",
	"!uri /a/b",
	"uri_raw /a/b;c?x",
	"method GET",
	"method in file:%s/methods",
	"http_host WWW.example.org.",
	"!http_host ~ ^www\\.",
};

/* What rules about networks need. */
#define NETWORKS "[networks]\nasn_database = /n/asn.mmdb\ncountry_database = /n/country.mmdb\n"

static const char *const pins[] = {"a.crawl.example 192.0.2.0/24, 2001:db8::/32",
	".crawl.example 192.0.2.7", ".home.example 198.51.100.0/24", "home.example 192.0.2.7"};

/* A generator of its own, so that every run has the same configurations. */
static uint32_t next(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*state >> 33);
}

static bool one_in(uint64_t *state, uint32_t n)
{
	return next(state) % n == 0;
}

static struct config *load(const char *text)
{
	struct diag diag;

	diag_init(&diag);
	struct config *config = config_load_text("t", str_view(text), &diag);

	diag_clear(&diag);
	return config;
}

static size_t index_of(const struct policy_rules *rules, const struct policy_rule *rule)
{
	for (size_t i = 0; i < policy_rules_count(rules); i++) {
		if (policy_rules_at(rules, i) == rule) {
			return i;
		}
	}
	assert_null(rule);
	return SIZE_MAX;
}

static void expect_same_verdict(
	const struct policy *a, const struct policy *b, const struct policy_facts *facts)
{
	struct policy_verdict x;
	struct policy_verdict y;

	policy_evaluate(a, facts, NULL, &x);
	policy_evaluate(b, facts, NULL, &y);
	assert_int_equal(x.outcome, y.outcome);
	assert_int_equal(x.reason, y.reason);
	assert_int_equal(x.name, y.name);
	assert_int_equal(x.claims_used, y.claims_used);
	assert_int_equal(x.lacks.names, y.lacks.names);
	assert_int_equal(index_of(a->rules, x.rule), index_of(b->rules, y.rule));
}

/* Both policies decide alike for clients with more and less of what a client can have. */
static void expect_same_decisions(const struct policy *a, const struct policy *b)
{
	static const char *const addresses[] = {"192.0.2.7", "203.0.113.9", "2001:db8::7"};
	static const struct policy_dnsbl_code all[] = {
		{{127, 0, 0, 2}}, {{127, 0, 1, 4}}, {{127, 0, 0, 250}}};
	enum policy_truth truths[POLICY_LOOKUPS_MAX];
	struct policy_lookup_codes codes[POLICY_LOOKUPS_MAX];
	struct client c;

	assert_int_equal(policy_rules_count(a->rules), policy_rules_count(b->rules));
	assert_int_equal(a->deny_status, b->deny_status);
	assert_int_equal(a->cached_claims, b->cached_claims);
	assert_int_equal(a->max_cache_s, b->max_cache_s);
	client_init(&c);
	for (unsigned i = 0; i < 3 * 4 * 2 * 2 * 4; i++) {
		c.ip = address(addresses[i % 3]);
		c.facts.names_state = (enum policy_fact_state)(i / 3 % 4);
		c.facts.cert = i / 12 % 2 == 0 ? &c.cert : NULL;
		c.facts.claims[POLICY_CLAIM_URI] = str_view(i / 24 % 2 == 0 ? "/a?x=1&y=2" : "");
		for (size_t n = 0; n < POLICY_LOOKUPS_MAX; n++) {
			truths[n] = (enum policy_truth)((i / 48 + n) % 4);
			codes[n] = (struct policy_lookup_codes){&all[i % 3], 1};
		}
		c.facts.lookup_truths = truths;
		c.facts.lookup_codes = codes;
		expect_same_verdict(a, b, &c.facts);
	}
}

/* False if the text is no configuration. */
static bool round_trip(const char *text)
{
	struct config *config = load(text);

	if (config == NULL) {
		return false;
	}
	char *first = dump_of(config);
	struct config *again = load(first);

	if (again == NULL) {
		print_error("the dump does not load:\n%s\nof\n%s\n", first, text);
	}
	assert_non_null(again);
	char *second = dump_of(again);

	assert_string_equal(first, second);
	assert_int_equal(config->policy_count, again->policy_count);
	for (size_t i = 0; i < config->policy_count; i++) {
		assert_true(str_eq(config->policies[i].name, again->policies[i].name));
		expect_same_decisions(&config->policies[i], &again->policies[i]);
	}
	free(first);
	free(second);
	config_unref(config);
	config_unref(again);
	return true;
}

static void each_key(void **state)
{
	(void)state;
	for (size_t s = 0; s < CONFIG_SECTION_COUNT; s++) {
		const struct config_section_schema *schema = &config_sections[s];

		for (size_t k = 0; k < schema->key_count; k++) {
			char *text;

			assert_true(
				asprintf(&text, "[policy default]\n[%s%s]\n%s\n", schema->name,
					schema->named ? " x" : "", schema->keys[k].example) > 0);
			assert_true(round_trip(text));
			free(text);
		}
	}
}

static void lists_init(struct folder *f)
{
	folder_init(f);
	folder_write(f, "nets", "192.0.2.0/28\n2001:db8::/64\n");
	folder_write(f, "nets.json",
		"{\"prefixes\": [{\"ipv4Prefix\": \"192.0.2.0/28\"}, {\"ipv6Prefix\": "
		"\"2001:db8::/64\"}]}");
	folder_write(f, "names", ".crawl.example\nvpn.partner.example\n");
	folder_write(f, "hosts", "home.example\nother.example\n");
	folder_write(f, "methods", "GET\nPUT\n");
}

static void append_term(const char *form, const char *folder, struct bytes *out)
{
	const char *at = strstr(form, "%s");

	bytes_append(out, form, at != NULL ? (size_t)(at - form) : strlen(form));
	if (at != NULL) {
		bytes_append_text(out, folder);
		bytes_append_text(out, at + 2);
	}
}

static void each_term(void **state)
{
	struct folder f;

	(void)state;
	lists_init(&f);
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		struct bytes text;

		bytes_init(&text, 0);
		bytes_append_text(&text, NETWORKS
			"[policy default]\nclient_cert = optional\nca_file = /pki/ca.pem\ndeny = ");
		append_term(terms[i], f.path, &text);
		bytes_append_text(&text, "\nallow=ip ::1 \t&\n ");
		append_term(terms[i], f.path, &text);
		bytes_append_text(&text, " ; said\n");
		bytes_append_u8(&text, '\0');
		if (!round_trip((const char *)text.data)) {
			assert_string_equal(terms[i], "a good term");
		}
		bytes_clear(&text);
	}
	folder_clear(&f);
}

static void append_number(const struct config_key *key, uint64_t *state, struct bytes *out)
{
	uint64_t value = key->min + next(state) % (key->max - key->min + 1);
	const char *unit = "";

	if (one_in(state, 8)) {
		value = one_in(state, 2) ? key->min : key->max;
	}
	if (key->type == CONFIG_TIME_MS) {
		unit = "ms";
	} else if (key->type == CONFIG_TIME_S) {
		unit = "s";
	} else if (key->type == CONFIG_BIG_SIZE) {
		value /= 1024;
		unit = "K";
	}
	bytes_appendf(out, "%llu%s", (unsigned long long)value, unit);
}

/* A line of a key with a value that it can have; what no number or word is comes by its example. */
static void append_key(const struct config_key *key, uint64_t *state, struct bytes *out)
{
	size_t words = 0;
	char *line;

	while (key->words != NULL && key->words[words].word != NULL) {
		words++;
	}
	switch (key->type) {
	case CONFIG_BOOL:
		bytes_appendf(out, "%s = %s\n", key->name, one_in(state, 2) ? "yes" : "off");
		return;
	case CONFIG_WORD:
	case CONFIG_NUMBER:
	case CONFIG_SIZE:
	case CONFIG_BIG_SIZE:
	case CONFIG_TIME_MS:
	case CONFIG_TIME_S:
		bytes_appendf(out, "%s = ", key->name);
		if (key->type == CONFIG_WORD || (words > 0 && one_in(state, 3))) {
			bytes_append_text(out, key->words[next(state) % words].word);
		} else {
			append_number(key, state, out);
		}
		bytes_append_u8(out, '\n');
		return;
	case CONFIG_PARENT:
	case CONFIG_PIN:
		return;
	default:
		break;
	}
	assert_true(asprintf(&line, "\n%s = ", key->name) > 0);
	const char *at = strncmp(key->example, line + 1, strlen(line + 1)) == 0
				 ? key->example
				 : strstr(key->example, line) + 1;

	bytes_append(out, at, strcspn(at, "\n"));
	bytes_append_u8(out, '\n');
	free(line);
}

static void append_section(
	const struct config_section_schema *schema, uint64_t *state, struct bytes *out)
{
	for (size_t k = 0; k < schema->key_count; k++) {
		const char *name = schema->keys[k].name;

		if (!config_key_is_rule(&schema->keys[k]) && strcmp(name, "client_cert") != 0 &&
			strcmp(name, "rdns") != 0 && strcmp(name, "ca_file") != 0 &&
			one_in(state, schema->named ? 8 : 4)) {
			append_key(&schema->keys[k], state, out);
		}
	}
}

static void append_rule(const char *folder, uint64_t *state, struct bytes *out)
{
	static const char *const joints[] = {" & ", " &\n\t", "  &\n ; why\n  ", "\t&\t"};
	uint32_t count = 1 + next(state) % 4;

	if (one_in(state, 10)) {
		bytes_appendf(out, "%s\n",
			one_in(state, 2) ? "rdns_allow = \\.a&b\\.example$"
					 : "rdns_deny=^b\\.crawl");
		return;
	}
	bytes_append_text(out, one_in(state, 2) ? "allow = " : "deny=");
	if (one_in(state, 12)) {
		bytes_append_text(out, "*\n");
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		bytes_append_text(out, i > 0 ? joints[next(state) % ARRAY_LEN(joints)] : "");
		append_term(terms[next(state) % ARRAY_LEN(terms)], folder, out);
	}
	bytes_append_text(out, one_in(state, 4) ? " \t; said\n" : "\n");
}

static void append_policy(const char *folder, uint32_t number, uint64_t *state, struct bytes *out)
{
	bytes_appendf(out, "[policy p%u]\n", number);
	if (number > 0 && one_in(state, 2)) {
		bytes_appendf(out, "parent = p%u\n", next(state) % number);
	}
	/* What most rules need. */
	bytes_append_text(out, one_in(state, 8) ? "" : "client_cert = required\n");
	bytes_append_text(out, one_in(state, 8) ? "rdns = single\n" : "rdns = double\n");
	bytes_append_text(out, one_in(state, 8) ? "" : "ca_file = /pki/ca.pem\n");
	append_section(CONFIG_POLICY_SCHEMA, state, out);
	for (uint32_t i = next(state) % 3; i > 0; i--) {
		bytes_appendf(out, "pin = %s\n", pins[next(state) % ARRAY_LEN(pins)]);
	}
	for (uint32_t i = next(state) % 6; i > 0; i--) {
		append_rule(folder, state, out);
	}
}

static void at_random(void **state)
{
	uint64_t seed = 20260101;
	unsigned loaded = 0;
	struct folder f;

	(void)state;
	lists_init(&f);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t policies = next(&seed) % 4;
		struct bytes text;

		bytes_init(&text, 0);
		for (size_t s = 0; s < CONFIG_SECTION_COUNT; s++) {
			if (strcmp(config_sections[s].name, "networks") == 0) {
				bytes_append_text(&text, one_in(&seed, 8) ? "" : NETWORKS);
			} else if (!config_sections[s].named && one_in(&seed, 3)) {
				bytes_appendf(&text, "[%s]\n", config_sections[s].name);
				append_section(&config_sections[s], &seed, &text);
			}
		}
		for (uint32_t i = 0; i < policies; i++) {
			append_policy(f.path, i, &seed, &text);
		}
		bytes_append_u8(&text, '\0');
		loaded += round_trip((const char *)text.data);
		bytes_clear(&text);
	}
	/* Many contradict themselves, and are refused. */
	print_message("%u of %u loaded\n", loaded, ROUNDS);
	assert_true(loaded > ROUNDS / 3);
	folder_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key),
		cmocka_unit_test(each_term),
		cmocka_unit_test(at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
