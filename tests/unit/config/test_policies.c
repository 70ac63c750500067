/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "unit/config/support.h"

static const struct policy *find(const struct config *config, const char *name)
{
	const struct policy *policy = config_policy(config, str_view(name));

	assert_non_null(policy);
	assert_true(str_eq_text(policy->name, name));
	return policy;
}

static void defaults(void **state)
{
	struct config *config = load_expecting("[policy default]\n", "");
	const struct policy *p = find(config, "default");

	assert_int_equal(p->rdns, POLICY_RDNS_DOUBLE);
	assert_int_equal(p->rdns_when, POLICY_WHEN_ALWAYS);
	assert_int_equal(p->client_cert, POLICY_CERT_OFF);
	assert_false(p->cn_fallback);
	assert_int_equal(p->on_dns_error, POLICY_ON_ERROR_DENY);
	assert_int_equal(p->default_action, POLICY_ACTION_DENY);
	assert_int_equal(p->deny_status, 403);
	assert_int_equal(p->max_cache_s, 300);
	assert_int_equal(p->cached_claims, 0);
	assert_non_null(p->rules);
	assert_int_equal(policy_rules_count(p->rules), 0);
	config_unref(config);
}

static void every_key(void **state)
{
	struct config *config = load_expecting(
		"[policy default]\nparent =\nrdns = on\nrdns_when = needed\nclient_cert = "
		"required\n"
		"verify = frontend\ncn_fallback = yes\non_dns_error = error\ndefault = allow\n"
		"deny_status = 401\nmax_cache = 0s\ncached_claims = user_agent, uri\n"
		"cached_claims = method\ndeny = host .bad.example\nrdns_allow = ^a$\nrdns_deny = "
		"b$\n"
		"allow = cert.dns .x &\n  ip 192.0.2.0/24\n",
		"t:15:14: warning: host with rdns = single in [policy default]: the owner of an "
		"address chooses its names; rdns = double confirms them\n"
		"t:12:17: warning: cached_claims = user_agent: no rule of [policy default] asks "
		"about it\n"
		"t:12:17: warning: cached_claims = uri: no rule of [policy default] asks about "
		"it\n"
		"t:12:17: warning: cached_claims = method: no rule of [policy default] asks about "
		"it\n"
		"t:14:8: warning: deny by host, and then every client is allowed: the owner of the "
		"reverse zone of an address can take the name away, and gets in; expected deny by "
		"ip, or an allow that says who may come in\n");
	const struct policy *p = find(config, "default");
	static const char *const texts[] = {
		"host .bad.example", "host ~ ^a$", "host ~ b$", "cert.dns .x & ip 192.0.2.0/24"};

	assert_int_equal(p->rdns, POLICY_RDNS_SINGLE);
	assert_int_equal(p->rdns_when, POLICY_WHEN_NEEDED);
	assert_int_equal(p->client_cert, POLICY_CERT_REQUIRED);
	assert_true(p->cn_fallback);
	assert_int_equal(p->on_dns_error, POLICY_ON_ERROR_ERROR);
	assert_int_equal(p->default_action, POLICY_ACTION_ALLOW);
	assert_int_equal(p->deny_status, 401);
	assert_int_equal(p->max_cache_s, 0);
	assert_int_equal(p->cached_claims,
		1U << POLICY_CLAIM_USER_AGENT | 1U << POLICY_CLAIM_URI | 1U << POLICY_CLAIM_METHOD);
	assert_int_equal(policy_rules_count(p->rules), 4);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct policy_rule *rule = policy_rules_at(p->rules, i);

		assert_true(str_eq_text(policy_rule_text(rule), texts[i]));
		assert_int_equal(policy_rule_action(rule),
			i % 2 == 0 ? POLICY_ACTION_DENY : POLICY_ACTION_ALLOW);
	}
	assert_true(str_eq_text(policy_rule_place(policy_rules_at(p->rules, 3)), "t:17"));
	config_unref(config);
}

static void parents(void **state)
{
	struct config *config = load_expecting(
		"[policy child]\nparent = mother\ndeny_status = 401\n"
		"[policy mother]\nparent = default\nrdns = off\ncached_claims = uri\n"
		"deny = ip 192.0.2.1 & uri /\nallow = ip 192.0.2.0/24\n"
		"[policy default]\nmax_cache = 7s\ncn_fallback = yes\ncached_claims = method\n"
		"deny = method PUT\nallow = *\n"
		"[policy own]\nparent = child\nrdns = double\ncached_claims =\nallow = host "
		"a.example\n",
		"");
	const struct policy *child = find(config, "child");
	const struct policy *mother = find(config, "mother");
	const struct policy *own = find(config, "own");

	assert_int_equal(child->deny_status, 401);
	assert_int_equal(child->rdns, POLICY_RDNS_OFF);
	assert_int_equal(child->max_cache_s, 7);
	assert_true(child->cn_fallback);
	assert_int_equal(child->cached_claims, 1U << POLICY_CLAIM_URI);
	assert_ptr_equal(child->rules, mother->rules);
	assert_int_equal(policy_rules_count(mother->rules), 2);
	assert_int_equal(mother->deny_status, 403);
	assert_int_equal(own->deny_status, 401);
	assert_int_equal(own->rdns, POLICY_RDNS_DOUBLE);
	assert_int_equal(own->cached_claims, 0);
	assert_int_equal(policy_rules_count(own->rules), 1);
	assert_int_equal(find(config, "default")->cached_claims, 1U << POLICY_CLAIM_METHOD);
	config_unref(config);
}

static void bad_parents(void **state)
{
	assert_null(load_expecting("[policy default]\nparent = absent\n",
		"t:2:10: error: parent = absent: expected the name of a policy; there is no "
		"[policy "
		"absent]\n"));
	assert_null(load_expecting("[policy default]\nparent = default\n",
		"t:2:10: error: parent = default: the policy is its own ancestor\n"));
	assert_null(load_expecting(
		"[policy default]\nparent = a\n[policy a]\nparent = b\n[policy b]\nparent = a\n",
		"t:4:10: error: parent = b: the policy is its own ancestor\n"
		"t:6:10: error: parent = a: the policy is its own ancestor\n"));
}

static void depth_of_parents(void **state)
{
	for (unsigned ancestors = 32; ancestors <= 33; ancestors++) {
		struct bytes text;

		bytes_init(&text, 0);
		bytes_append_text(&text, "[policy default]\nparent = p1\n");
		for (unsigned i = 1; i < ancestors; i++) {
			bytes_appendf(&text, "[policy p%u]\nparent = p%u\n", i, i + 1);
		}
		bytes_appendf(&text, "[policy p%u]\ndeny_status = 401\n", ancestors);
		bytes_append_u8(&text, '\0');
		struct config *config = load_expecting((char *)text.data,
			ancestors == 32
				? ""
				: "t:2:10: error: parent = p1: expected at most 32 ancestors\n");

		if (config != NULL) {
			assert_int_equal(find(config, "default")->deny_status, 401);
		}
		config_unref(config);
		bytes_clear(&text);
	}
}

/* A name that reads back, and may stand in a header, a path or a parameter. */
static void names(void **state)
{
	struct config *config = load_expecting(
		"[policy a]\n[policy  A.b_c-9 ]\n[policy default]\n[policy 9]\n", "");

	assert_int_equal(config->policy_count, 4);
	assert_true(str_eq_text(config->policies[1].name, "A.b_c-9"));
	find(config, "a");
	find(config, "9");
	assert_null(config_policy(config, str_view("b")));
	assert_null(config_policy(config, str_view("")));
	assert_null(config_policy(config, (struct str){NULL, 0}));
	assert_null(config_policy(config, str_view("defaul")));
	assert_null(config_policy(config, str_view("default2")));
	assert_null(config_policy(config, str_from_bytes("a\0", 2)));
	config_unref(config);
#define NAME "expected [policy NAME], the name of letters, digits, \".\", \"_\" and \"-\"\n"
	assert_null(load_expecting("[policy default]\n[policy @rdns-double]\n",
		"t:2:1: error: [policy @rdns-double]: " NAME));
	assert_null(load_expecting("[policy default]\n[policy]\n[policy a/b]\n[policy -a]\n[policy "
				   "a b]\n[policy \xc3\xa4]\n",
		"t:2:1: error: [policy]: " NAME "t:3:1: error: [policy a/b]: " NAME
		"t:4:1: error: [policy -a]: " NAME "t:5:1: error: [policy a b]: " NAME
		"t:6:1: error: [policy \xc3\xa4]: " NAME));
}

static void built_in_policies(void **state)
{
	struct config *config = load_expecting("[policy default]\n[policy b]\n", "");
	const struct policy *p = config_lookup_policy(config, str_view("@rdns-single"));

	assert_non_null(p);
	assert_int_equal(p->rdns, POLICY_RDNS_SINGLE);
	assert_int_equal(p->rdns_when, POLICY_WHEN_ALWAYS);
	assert_int_equal(p->client_cert, POLICY_CERT_OFF);
	assert_int_equal(p->default_action, POLICY_ACTION_ALLOW);
	assert_int_equal(policy_rules_count(p->rules), 0);
	assert_int_equal(p->number, 2);
	p = config_lookup_policy(config, str_view("@rdns-double"));
	assert_int_equal(p->rdns, POLICY_RDNS_DOUBLE);
	assert_int_equal(p->number, 3);
	assert_int_equal(config_all_policies(config), 4);
	assert_null(config_lookup_policy(config, str_view("default")));
	assert_null(config_lookup_policy(config, (struct str){NULL, 0}));
	assert_null(config_policy(config, str_view("@rdns-double")));
	config_unref(config);
}

static void many_policies(void **state)
{
	struct bytes text;

	bytes_init(&text, 0);
	for (unsigned i = 0; i < 500; i++) {
		bytes_appendf(&text, "[policy p%u]\nmax_cache = %us\n", (i * 7919) % 500, i);
	}
	bytes_append_text(&text, "[policy default]\n");
	bytes_append_u8(&text, '\0');
	struct config *config = load_expecting((char *)text.data, "");

	for (unsigned i = 0; i < 500; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%u", (i * 7919) % 500);
		assert_int_equal(find(config, name)->max_cache_s, i);
		assert_true(str_eq_text(config->policies[i].name, name));
	}
	config_unref(config);
	bytes_clear(&text);
}

static void no_default(void **state)
{
	struct config *config = load_expecting("[policy a]\nallow = *\n",
		"t: warning: no [policy default]: requests that name no policy are denied\n");

	assert_non_null(config);
	config_unref(config);
	config = load_expecting(
		"", "t: warning: no [policy default]: requests that name no policy are denied\n");
	assert_int_equal(config->policy_count, 0);
	assert_null(config_policy(config, str_view("default")));
	config_unref(config);
}

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define CAS "expected ca_file or ca_dir, by which doorward verifies certificates, in [policy "
#define UNKNOWN "]; otherwise doorward does not know the chain\n"

/* A rule about what the policy does not look at would hold never, or always. */
static void rules_about_what_is_off(void **state)
{
	assert_null(load_expecting(
		"[policy default]\nrdns = off\nallow = host a.example\ndeny = ip 192.0.2.1 & !host "
		".b\n"
		"rdns_deny = x\nallow = cert present\nallow = ip 192.0.2.1 &\n\t!cert.dns .c\n"
		"allow = http_host ~ host & uri ~ cert & ip ::1\n",
		"t:3:9: error: host: expected rdns = single or double in [policy default]\n"
		"t:4:8: error: host: expected rdns = single or double in [policy default]\n"
		"t:5:13: error: host: expected rdns = single or double in [policy default]\n"
		"t:6:9: error: cert: expected client_cert = optional or required in [policy "
		"default]\n"
		"t:7:9: error: cert: expected client_cert = optional or required in [policy "
		"default]\n"));
	/* Inherited rules meet the keys of the one that inherits them. */
	assert_null(load_expecting(
		"[policy default]\nclient_cert = optional\nallow = host .a & cert verified\n"
		"[policy b]\nparent = default\nrdns = off\n[policy c]\nparent = b\nrdns = single\n"
		"client_cert = off\n",
		"t:3:9: error: host: expected rdns = single or double in [policy b]\n"
		"t:3:9: warning: host with rdns = single in [policy c]: the owner of an address "
		"chooses its names; rdns = double confirms them\n"
		"t:3:9: error: cert: expected client_cert = optional or required in [policy c]\n"));
	/* What doorward does not verify has no chain; a policy without rules inherits its parent's.
	 */
	assert_null(load_expecting(
		"[policy default]\nclient_cert = optional\nallow = cert.anchor " HEX "\n"
		"deny = ip ::1 & !cert.issuer_spki " HEX "\n"
		"[policy b]\nparent = default\ncert_pins = /x\n[policy c]\nparent = b\n"
		"[policy d]\nparent = default\nca_dir = /x\nverify = local\n"
		"[policy e]\nparent = d\nverify = frontend\n",
		"t:3:9: error: cert.anchor: " CAS "default" UNKNOWN
		"t:4:8: error: cert.issuer_spki: " CAS "default" UNKNOWN
		"t:3:9: error: cert.anchor: expected verify = local or both, and not frontend, in "
		"[policy e" UNKNOWN "t:4:8: error: cert.issuer_spki: expected verify = local or "
		"both, and not frontend, "
		"in [policy e" UNKNOWN));
	/* A refused key is told once, not through what it would have meant. */
	assert_null(load_expecting(
		"[policy default]\nclient_cert = yes\nallow = cert verified\n[policy b]\nparent = "
		"default\n",
		"t:2:15: error: client_cert = yes: expected off, optional or required\n"));
}

/* Paths begin at the file's folder; children add nothing to a list, they have their own. */
static void trust(void **state)
{
	struct config *config = load_expecting(
		"[policy a]\nclient_cert = required\nca_file = /pki/ca.pem\nca_dir = /pki/more\n"
		"crl_file = /pki/a.crl\ncrl_file = /pki/crls, old\nverify_depth = 1\n"
		"security_level = 3\npartial_chain = yes\nx509_strict = yes\n"
		"allow_missing_eku = yes\ncert_pins = /pki/pins\ncert_host = exact\n"
		"cert_policy = 1.2.3, 2.999.1\ncert_policy = 0.39.0\n"
		"[policy b]\nparent = a\nca_file = /other\ncrl_file = /x\nverify = local\n"
		"[policy c]\nparent = a\nca_file =\nca_dir =\ncert_pins =\ncrl_file =\n"
		"cert_policy =\n"
		"[policy default]\n",
		"");
	const struct policy *a = find(config, "a");
	const struct policy *b = find(config, "b");
	const struct policy *c = find(config, "c");
	char *text = dump_of(config);
	struct config *again = load_expecting(text, "");
	char *text_again = dump_of(again);

	assert_int_equal(a->verify, POLICY_VERIFY_BOTH);
	assert_string_equal(a->trust.ca_file, "/pki/ca.pem");
	assert_string_equal(a->trust.ca_dir, "/pki/more");
	assert_int_equal(a->trust.crl_file_count, 2);
	assert_string_equal(a->trust.crl_files[0], "/pki/a.crl");
	assert_string_equal(a->trust.crl_files[1], "/pki/crls, old");
	assert_int_equal(a->trust.verify_depth, 1);
	assert_int_equal(a->trust.security_level, 3);
	assert_true(a->trust.partial_chain && a->trust.x509_strict && a->trust.allow_missing_eku);
	assert_string_equal(a->trust.cert_pins, "/pki/pins");
	assert_int_equal(a->trust.cert_policy_count, 3);
	assert_string_equal(a->trust.cert_policies[0], "1.2.3");
	assert_string_equal(a->trust.cert_policies[1], "2.999.1");
	assert_string_equal(a->trust.cert_policies[2], "0.39.0");
	assert_int_equal(b->trust.cert_policy_count, 3);
	assert_int_equal(a->cert_host, POLICY_CERT_HOST_EXACT);
	assert_int_equal(b->verify, POLICY_VERIFY_LOCAL);
	assert_string_equal(b->trust.ca_file, "/other");
	assert_string_equal(b->trust.ca_dir, "/pki/more");
	assert_int_equal(b->trust.crl_file_count, 1);
	assert_string_equal(b->trust.crl_files[0], "/x");
	assert_int_equal(b->cert_host, POLICY_CERT_HOST_EXACT);
	assert_int_equal(c->verify, POLICY_VERIFY_FRONTEND);
	assert_null(c->trust.ca_file);
	assert_int_equal(c->trust.crl_file_count, 0);
	assert_int_equal(c->trust.cert_policy_count, 0);
	assert_int_equal(find(config, "default")->verify, POLICY_VERIFY_FRONTEND);
	assert_string_equal(text, text_again);
	free(text);
	free(text_again);
	config_unref(config);
	config_unref(again);
}

#define POLICIES_NEED                                                                              \
	"expected ca_file or ca_dir, and verify = local or both, in [policy default], otherwise "  \
	"no chain is checked\n"
#define OIDS "expected object identifiers such as 2.16.840.1.101.3.2.1.48.1, separated by commas\n"

static void trust_that_does_not_go_together(void **state)
{
	static const struct {
		const char *keys;
		const char *message;
	} cases[] = {
		{"verify = local\n",
			"t:3:10: error: verify: expected ca_file, ca_dir or cert_pins in [policy "
			"default], by which certificates are checked here\n"},
		{"verify = both\n",
			"t:3:10: error: verify: expected ca_file, ca_dir or cert_pins in [policy "
			"default], by which certificates are checked here\n"},
		{"crl_file = /x\n",
			"t:3:12: error: crl_file: expected verify = local or both in [policy "
			"default], otherwise the list is not read\n"},
		{"cert_policy = 1.2.3\n", "t:3:15: error: cert_policy: " POLICIES_NEED},
		{"cert_policy = 1.2.3\ncert_pins = /x\n",
			"t:3:15: error: cert_policy: " POLICIES_NEED},
		{"verify = frontend\nca_file = /x\ncert_policy = 1.2.3\n",
			"t:5:15: error: cert_policy: " POLICIES_NEED},
		{"ca_file = /x\ncert_policy = 1.2.3, anyPolicy\n",
			"t:4:22: error: cert_policy = anyPolicy: " OIDS},
		{"ca_file = /x\ncert_policy = 2.5.29.32.0\n",
			"t:4:15: error: cert_policy = 2.5.29.32.0: expected the policies that "
			"count; this OID is anyPolicy, which is each\n"},
		{"ca_file = /x\ncert_policy = 1.2.03\n",
			"t:4:15: error: cert_policy = 1.2.03: " OIDS},
		{"ca_file = /x\ncert_policy = 1\n", "t:4:15: error: cert_policy = 1: " OIDS},
		{"ca_file = /x\ncert_policy = 1.40.1\n",
			"t:4:15: error: cert_policy = 1.40.1: " OIDS},
		{"ca_file = /x\ncert_policy = 1.2.3 1.2.4\n",
			"t:4:15: error: cert_policy = 1.2.3 1.2.4: " OIDS},
		{"cert_host = exact\nrdns = off\n",
			"t:3:13: error: cert_host: expected rdns = double in [policy default], "
			"which confirms names\n"},
		{"cert_host = exact\nrdns = single\n",
			"t:3:13: error: cert_host: expected rdns = double in [policy default], "
			"which confirms names\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[256];

		snprintf(text, sizeof(text), "[policy default]\nclient_cert = required\n%s",
			cases[i].keys);
		assert_null(load_expecting(text, cases[i].message));
	}
	assert_null(load_expecting("[policy default]\ncert_host = exact\n",
		"t:2:13: error: cert_host: expected client_cert = optional or required in [policy "
		"default]\n"));
}

static void refused_keys(void **state)
{
	assert_null(load_expecting(
		"[policy default]\nverify = me\nverify_depth = 8\nsecurity_level = 6\nping = x\n"
		"cert_host = yes\ndeny_status = 404\nrdns = triple\nmax_cache = 1500ms\n"
		"cached_claims = uri, cookie\ndefault = maybe\n"
		"allow = \nrdns_allow =\nallow = host ~ (\n",
		"t:2:10: error: verify = me: expected auto, frontend, local or both\n"
		"t:3:16: error: verify_depth = 8: expected a number from 0 to 7\n"
		"t:4:18: error: security_level = 6: expected a number from 0 to 5\n"
		"t:5:1: error: unknown key ping in [policy default], did you mean pin?\n"
		"t:6:13: error: cert_host = yes: expected off, exact or domain\n"
		"t:7:15: error: deny_status = 404: expected 403 or 401\n"
		"t:8:8: error: rdns = triple: expected off, single, double or on\n"
		"t:9:13: error: max_cache = 1500ms: expected a time in whole seconds from 0s to "
		"24h\n"
		"t:10:22: error: cached_claims = cookie: expected words of user_agent, uri, method "
		"and "
		"http_host, separated by commas\n"
		"t:11:11: error: default = maybe: expected deny or allow\n"
		"t:12:8: error: allow = : expected a rule\n"
		"t:13:13: error: rdns_allow = : expected a regular expression\n"
		"t:14:17: error: the regex does not compile: missing closing parenthesis\n"));
}

/* Comments end a rule where inih ends it, in its first line and in those that go on with it. */
static void comments_in_rules(void **state)
{
	struct config *config = load_expecting(
		"[policy default]\nallow = user_agent ~ a;b & ; one\n  uri ~ c ;d\n"
		"deny = uri ~ foo ;bar & ip 192.0.2.1\n",
		"t:2:9: warning: a claim alone allows: a client that sends it gets in; expected "
		"a term about "
		"the address, the name or the certificate too\n");
	const struct policy_rules *rules = find(config, "default")->rules;

	assert_true(str_eq_text(
		policy_rule_text(policy_rules_at(rules, 0)), "user_agent ~ a;b & uri ~ c"));
	assert_true(str_eq_text(policy_rule_text(policy_rules_at(rules, 1)), "uri ~ foo"));
	config_unref(config);
}

/* Whether the pin of `name` in the policy holds `addr`; false also without a pin. */
static bool pinned_to(
	const struct config *config, const char *policy, const char *name, const char *addr)
{
	const struct policy_pin *pin = policy_pins_find(find(config, policy)->pins, str_view(name));
	struct addr parsed;

	assert_true(addr_parse(str_view(addr), &parsed));
	return pin != NULL && policy_netset_contains(pin->nets, &parsed);
}

static void pins_of_parents(void **state)
{
	struct config *config = load_expecting(
		"[policy default]\npin = a.example 192.0.2.1\npin = a.example 192.0.2.2\n"
		"allow = host a.example\n"
		"[policy heir]\nparent = default\n"
		"[policy own]\nparent = default\npin = a.example 198.51.100.1\n"
		"[policy none]\nparent = own\npin =\n",
		"");

	assert_true(pinned_to(config, "default", "a.example", "192.0.2.1"));
	assert_true(pinned_to(config, "heir", "a.example", "192.0.2.2"));
	assert_true(pinned_to(config, "own", "a.example", "198.51.100.1"));
	assert_false(pinned_to(config, "own", "a.example", "192.0.2.1"));
	assert_null(find(config, "none")->pins);
	config_unref(config);
}

static void refused_pins(void **state)
{
	assert_null(load_expecting("[policy default]\nallow = host .example\n"
				   "pin = a.example\n"
				   "pin = a.example 192.0.2.0/24, 192.0.2.1/24\n"
				   "pin = a.example 192.0.2.0/24,\n"
				   "pin = 192.0.2.1 192.0.2.0/24\n"
				   "pin = *.a.example 192.0.2.0/24\n"
				   "pin = example 192.0.2.0/24\n",
		"t:3:16: error: no networks: expected them after the name, as in pin = "
		"host.example 192.0.2.0/24, 2001:db8::/32\n"
		"t:4:31: error: \"192.0.2.1/24\" is not an address or prefix: expected networks "
		"separated by commas, as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32, with no bits "
		"set after the prefix\n"
		"t:5:30: error: \"\" is not an address or prefix: expected networks "
		"separated by commas, as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32, with no bits "
		"set after the prefix\n"
		"t:6:7: error: \"192.0.2.1\" is not a host name: that is an address: expected a "
		"name, or the field ip or cert.ip\n"
		"t:7:7: error: \"*.a.example\": a rule has no wildcards, expected "
		"\".a.example\"\n"
		"t:8:7: error: \"example\" is not a host name: expected at least two parts, as in "
		"host.example\n"));
}

static void pins_that_nobody_asks_for(void **state)
{
	config_unref(load_expecting(
		"[policy default]\n"
		"pin = a.example 192.0.2.1\npin = .b.example 192.0.2.1\n"
		"pin = c.example 192.0.2.1\npin = .d.example 192.0.2.1\n"
		"pin = e.example 192.0.2.1\npin = x.f.example 192.0.2.1\n"
		"allow = host x.b.example\ndeny = !host .f.example\nallow = forward c.example\n"
		"allow = dnsbl d.example = 127.0.0.2-10\n"
		"[policy heir]\nparent = default\nallow = host e.example\n",
		"t:2:7: warning: pin of a.example: no rule of [policy default], or of a policy "
		"that has its pins, can ask for a name that it covers\n"
		"t:5:7: warning: pin of .d.example: no rule of [policy default], or of a policy "
		"that has its pins, can ask for a name that it covers\n"));
	config_unref(load_expecting("[policy default]\npin = a.example 192.0.2.1\n"
				    "allow = host ~ (^|\\.)crawl\\.example$\n",
		""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_key),
		cmocka_unit_test(parents),
		cmocka_unit_test(bad_parents),
		cmocka_unit_test(depth_of_parents),
		cmocka_unit_test(names),
		cmocka_unit_test(built_in_policies),
		cmocka_unit_test(many_policies),
		cmocka_unit_test(no_default),
		cmocka_unit_test(rules_about_what_is_off),
		cmocka_unit_test(trust),
		cmocka_unit_test(trust_that_does_not_go_together),
		cmocka_unit_test(refused_keys),
		cmocka_unit_test(comments_in_rules),
		cmocka_unit_test(pins_of_parents),
		cmocka_unit_test(refused_pins),
		cmocka_unit_test(pins_that_nobody_asks_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
