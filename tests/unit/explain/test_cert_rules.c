/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/cert_rules.h"

#include "authz/cert_facts.h"
#include "unit/policy/kit.h"

#define SHA256 KIT_SHA256
#define SUBJECT "CN=ann,O=Example"
#define ISSUER "CN=CA"

/* A certificate with one value of the field under test, beside those that each has. */
struct sample {
	struct cert_identity id;
	struct cert_chain_keys keys;
	struct str value;
	struct addr ip;
};

static void sample_init(struct sample *s)
{
	*s = (struct sample){.id = {.subject = str_view(SUBJECT),
				     .issuer = str_view(ISSUER),
				     .serial = str_view("1a2b"),
				     .sha256 = str_view(SHA256),
				     .spki = str_view(KIT_SPKI)}};
}

/* Collects the rules of one field. */
struct found {
	const char *field;
	struct bytes text;
	size_t count;
};

static void collect(void *ctx, const struct explain_cert_rule *rule)
{
	struct found *f = ctx;

	if (strcmp(rule->field, f->field) != 0) {
		return;
	}
	f->count++;
	bytes_append_str(&f->text,
		rule->lines.data != NULL ? rule->lines : str_view("(too long, or unwritable)"));
	if (rule->file_line.data != NULL) {
		bytes_append_text(&f->text, "|");
		bytes_append_str(&f->text, rule->file_line);
	}
}

static void rule_of(const struct sample *s, const char *field, struct found *f)
{
	*f = (struct found){.field = field};
	bytes_init(&f->text, 0);
	explain_each_cert_rule(&s->id, &s->keys, collect, f);
}

static void assert_rule(const struct sample *s, const char *field, const char *expected)
{
	struct found f;

	rule_of(s, field, &f);
	assert_int_equal(f.count, 1);
	assert_str(bytes_view(&f.text), expected);
	bytes_clear(&f.text);
}

static void values_are_written_as_rules_need_it(void **state)
{
	static const char *const values[][2] = {
		{"Ann Other", "Ann Other"},
		{"B\xc3\xbcro", "B\xc3\xbcro"},
		{"a  b", "a  b"},
		{"R&D", "R&D"},
		{"a;b", "a;b"},
		{"a #b", "a #b"},
		{"#a", "#a"},
		{"\"a\"", "\"a\""},
		{"*", "*"},
		{"Smith & Sons", "~ ^Smith\\x20\\x26\\x20Sons$"},
		{"x & rate 1/s", "~ ^x\\x20\\x26\\x20rate\\x201\\/s$"},
		{"a &b", "~ ^a\\x20\\x26b$"},
		{"a&", "~ ^a\\x26$"},
		{"&a", "~ ^\\x26a$"},
		{"a ;b", "~ ^a\\x20\\x3bb$"},
		{";a", "~ ^\\x3ba$"},
		{" a", "~ ^\\x20a$"},
		{"a ", "~ ^a\\x20$"},
		{" ", "~ ^\\x20$"},
		{"~ x", "~ ^\\~\\x20x$"},
		{"in file:/etc/passwd", "~ ^in\\x20file\\:\\/etc\\/passwd$"},
		{"in", "~ ^in$"},
		{"inside", "inside"},
		{"= x", "~ ^\\=\\x20x$"},
		{"!x", "~ ^\\!x$"},
		{"a\xe2\x80\xae"
		 "b",
			"~ ^a\\xe2\\x80\\xaeb$"},
		{"a.b[c]{2}(d)|e?+*^$\\", "a.b[c]{2}(d)|e?+*^$\\"},
		{" a.b[c]{2}(d)|e?+*^$\\",
			"~ ^\\x20a\\.b\\[c\\]\\{2\\}\\(d\\)\\|e\\?\\+\\*\\^\\$\\\\$"},
	};
	struct sample s;
	char expected[300];

	sample_init(&s);
	s.id.subject_values.of[DN_OU] = (struct str_list){&s.value, 1};
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		s.value = str_view(values[i][0]);
		snprintf(expected, sizeof(expected), "allow = cert.ou %s", values[i][1]);
		assert_rule(&s, "cert.ou", expected);
	}
}

static void names_keep_their_escapes(void **state)
{
	static const char *const values[][2] = {
		{"CN=ann", "CN=ann"},
		{"CN=Smith & Sons\\; x,O=a\\,b", "CN=Smith \\26 Sons\\; x,O=a\\,b"},
		{"CN=B\\C3\\BCro", "CN=B\\C3\\BCro"},
		{"CN=\\ a\\ ", "CN=\\ a\\20"},
		{"CN=a\\\\", "CN=a\\\\"},
		{"DC=a,DC=b", "DC=a,DC=b"},
		{"OU=x+CN=y,O=z", "OU=x+CN=y,O=z"},
		{"2.5.4.1234=#0C0161,CN=a", "2.5.4.1234=#0C0161,CN=a"},
		{"", "~ ^$"},
		/* More attributes in one part than a rule may have. */
		{"CN=a+OU=b+O=c+L=d,C=e", "~ ^CN\\=a\\+OU\\=b\\+O\\=c\\+L\\=d\\,C\\=e$"},
	};
	struct sample s;
	char expected[300];

	sample_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		s.id.subject = str_view(values[i][0]);
		snprintf(expected, sizeof(expected), "allow = cert.subject %s", values[i][1]);
		assert_rule(&s, "cert.subject", expected);
	}
}

static void the_other_kinds(void **state)
{
	struct sample s;

	sample_init(&s);
	assert_rule(&s, "cert.serial", "allow = cert.serial 0x1a2b & cert.issuer CN=CA");
	s.id.serial = str_view("-1a2b");
	assert_rule(&s, "cert.serial", "allow = cert.serial -0x1a2b & cert.issuer CN=CA");
	s.id.serial = str_view("1234");
	assert_rule(&s, "cert.serial", "allow = cert.serial 0x1234 & cert.issuer CN=CA");
	assert_rule(&s, "cert.sha256", "allow = cert.sha256 " SHA256);
	assert_rule(&s, "cert.spki", "allow = cert.spki " KIT_SPKI);
	s.keys = (struct cert_chain_keys){str_view(KIT_ISSUER_SPKI), str_view(KIT_ANCHOR)};
	assert_rule(&s, "cert.issuer_spki", "allow = cert.issuer_spki " KIT_ISSUER_SPKI);
	assert_rule(&s, "cert.anchor", "allow = cert.anchor " KIT_ANCHOR);
	s.id.dns = (struct str_list){&s.value, 1};
	s.value = str_view("a.example");
	assert_rule(&s, "cert.dns", "allow = cert.dns a.example");
	s.value = str_view("*.a.example");
	assert_rule(&s, "cert.dns", "allow = cert.dns ~ (?-i)^\\*\\.a\\.example$");
	s.id.dns.count = 0;
	s.id.email = (struct str_list){&s.value, 1};
	s.value = str_view("Ann@a.example");
	assert_rule(&s, "cert.email", "allow = cert.email Ann@a.example");
	s.value = str_view("e=ann@a.example");
	assert_rule(&s, "cert.email", "allow = cert.email ~ (?-i)^e\\=ann\\@a\\.example$");
	s.id.email.count = 0;
	s.id.upn = (struct str_list){&s.value, 1};
	s.value = str_view("Ann@Corp.example");
	assert_rule(&s, "cert.upn", "allow = cert.upn Ann@Corp.example");
	s.value = str_view("CORP\\ann");
	assert_rule(&s, "cert.upn", "allow = cert.upn ~ (?-i)^CORP\\\\ann$");
	s.id.upn.count = 0;
	s.id.srv = (struct str_list){&s.value, 1};
	s.value = str_view("_ldap.a.example");
	assert_rule(&s, "cert.srv", "allow = cert.srv _ldap.a.example");
	s.id.srv.count = 0;
	s.id.smtp_utf8 = (struct str_list){&s.value, 1};
	s.value = str_view("\xc3\xbc@a.example");
	assert_rule(&s, "cert.smtp_utf8", "allow = cert.smtp_utf8 \xc3\xbc@a.example");
	s.id.smtp_utf8.count = 0;
	s.id.eku = (struct str_list){&s.value, 1};
	s.value = str_view("1.3.6.1.5.5.7.3.2");
	assert_rule(&s, "cert.eku", "allow = cert.eku clientAuth");
	s.value = str_view("1.2.3");
	assert_rule(&s, "cert.eku", "allow = cert.eku 1.2.3");
	s.id.policies = s.id.eku;
	s.id.eku.count = 0;
	assert_rule(&s, "cert.policy", "allow = cert.policy 1.2.3");
	s.value = str_view("2.5.29.32.0");
	assert_rule(&s, "cert.policy", "allow = cert.policy anyPolicy");
	s.id.key = s.id.policies;
	s.id.policies.count = 0;
	s.value = str_view("rsa 3072");
	assert_rule(&s, "cert.key", "allow = cert.key rsa 3072");
	s.value = str_view("P-256");
	assert_rule(&s, "cert.key", "allow = cert.key P-256");
	s.value = str_view("1.2.3");
	assert_rule(&s, "cert.key", "allow = cert.key 1.2.3");
	s.id.self_signed = true;
	assert_rule(&s, "cert.self_signed", "allow = cert.self_signed");
	s.ip = address("2001:db8::1");
	s.id.ip = &s.ip;
	s.id.ip_count = 1;
	assert_rule(&s, "cert.ip", "allow = cert.ip 2001:db8::1");
}

static void long_values_stand_in_a_file(void **state)
{
	static char text[5000];
	char expected[sizeof(text) + 100];
	struct sample s;

	sample_init(&s);
	memset(text, 'a', sizeof(text) - 1);
	s.id.uri = (struct str_list){&s.value, 1};
	s.value = (struct str){text, 199 - strlen("allow = cert.uri ")};
	snprintf(expected, sizeof(expected), "allow = cert.uri %.*s", (int)s.value.len, text);
	assert_rule(&s, "cert.uri", expected);
	for (s.value.len++; s.value.len <= 4096; s.value.len *= 2) {
		snprintf(expected, sizeof(expected), "allow = cert.uri in file:PATH|%.*s",
			(int)s.value.len, text);
		assert_rule(&s, "cert.uri", expected);
	}
	s.value.len = 4097;
	assert_rule(&s, "cert.uri", "(too long, or unwritable)");
	s.value.len = 300;
	text[0] = '#';
	assert_rule(&s, "cert.uri", "(too long, or unwritable)");
	memcpy(text, "CN=", 3);
	s.id.issuer = (struct str){text, 300};
	snprintf(expected, sizeof(expected),
		"allow = cert.serial 0x1a2b & cert.issuer in file:PATH|%.*s", 300, text);
	assert_rule(&s, "cert.serial", expected);
	s.id.issuer.len = 175;
	snprintf(expected, sizeof(expected),
		"allow = cert.serial 0x1a2b &\n        cert.issuer %.*s", 175, text);
	assert_rule(&s, "cert.serial", expected);
}

static void the_same_value_is_told_once(void **state)
{
	const struct str values[] = {{"a", 1}, {"b", 1}, {"a", 1}};
	struct sample s;
	struct found f;

	sample_init(&s);
	s.id.issuer_values.of[DN_O] = (struct str_list){values, 3};
	rule_of(&s, "issuer.o", &f);
	assert_int_equal(f.count, 2);
	bytes_clear(&f.text);
}

/* Rules from random texts of the signs that the language knows. */
struct trial {
	const char *field;
	const struct policy_cert *own;
	const struct policy_cert *other; /* with another value of that field */
	size_t tried;
};

static enum policy_outcome decide(const char *rule, const struct policy_cert *cert)
{
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	c.facts.cert = cert;
	book_add(&b, POLICY_ACTION_ALLOW, rule);
	b.policy.default_action = POLICY_ACTION_DENY;

	struct policy_verdict v = book_decide(&b, &c);

	book_clear(&b);
	return v.outcome;
}

static void try_rule(void *ctx, const struct explain_cert_rule *rule)
{
	struct trial *t = ctx;
	char text[400];

	if (strcmp(rule->field, t->field) != 0) {
		return;
	}
	assert_non_null(rule->lines.data);
	assert_null(rule->file_line.data);
	snprintf(text, sizeof(text), "%.*s", (int)rule->lines.len - 8, rule->lines.data + 8);
	assert_int_equal(decide(text, t->own), POLICY_ALLOW);
	assert_int_equal(decide(text, t->other), POLICY_DENY);
	t->tried++;
}

static void each_rule_matches_its_value_alone(void **state)
{
	static const char *const parts[] = {"a", "B", " ", "  ", "&", ";", "#", "in ", "file:", "~",
		"!", "=", "\"", "\\", "\\x41", "^", "$", ".", "*", "(?i)", "[", "]", "(", ")",
		"{2}", "|", "+", "\xc3\xbc", "\xe2\x80\xae", "/", ",", "'", "%41", "0x", ":", "- "};
	uint32_t number = 1;
	size_t tried = 0;

	for (int round = 0; round < 3000; round++) {
		char own[64] = "";
		char other[64];
		struct sample s;
		struct sample o;

		for (size_t i = 0, count = number >> 16 & 7; i <= count; i++) {
			number = number * 1103515245u + 12345u;
			snprintf(own + strlen(own), sizeof(own) - strlen(own), "%s",
				parts[(number >> 16) % ARRAY_LEN(parts)]);
		}
		snprintf(other, sizeof(other), "%.*sx%s", round % 2, own, own + round % 2);
		sample_init(&s);
		sample_init(&o);
		s.value = str_view(own);
		o.value = str_view(other);
		bool uri = round % 3 == 0;

		*(uri ? &s.id.uri : &s.id.subject_values.of[DN_CN]) =
			(struct str_list){&s.value, 1};
		*(uri ? &o.id.uri : &o.id.subject_values.of[DN_CN]) =
			(struct str_list){&o.value, 1};
		const struct policy_cert own_facts = authz_cert_facts(&s.id, &s.keys);
		const struct policy_cert other_facts = authz_cert_facts(&o.id, &o.keys);
		struct trial t = {uri ? "cert.uri" : "cert.cn", &own_facts, &other_facts, 0};

		explain_each_cert_rule(&s.id, &s.keys, try_rule, &t);
		tried += t.tried;
	}
	assert_int_equal(tried, 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_written_as_rules_need_it),
		cmocka_unit_test(names_keep_their_escapes),
		cmocka_unit_test(the_other_kinds),
		cmocka_unit_test(long_values_stand_in_a_file),
		cmocka_unit_test(the_same_value_is_told_once),
		cmocka_unit_test(each_rule_matches_its_value_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
