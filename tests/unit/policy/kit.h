/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TESTS_POLICY_KIT_H
#define DW_TESTS_POLICY_KIT_H

#include "base/diag.h"
#include "policy/evaluate.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A client with all it could have, to be bent by each test. */
struct client {
	struct addr ip;
	struct str names[4];
	struct policy_cert cert;
	struct str cert_dns[4];
	struct str cert_email[2];
	struct str cert_uri[2];
	struct str cert_upn[2];
	struct str cert_srv[1];
	struct str cert_smtp_utf8[1];
	struct str cert_eku[2];
	struct str cert_policies[2];
	struct str cert_key[2];
	struct str cert_cn[2];
	struct str cert_o[2];
	struct str issuer_cn[2];
	struct addr cert_ip[2];
	struct policy_facts facts;
};

static inline struct addr address(const char *text)
{
	struct addr a;

	assert_true(addr_parse(str_view(text), &a));
	return a;
}

#define KIT_SHA256 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define KIT_SPKI "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define KIT_ISSUER_SPKI "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KIT_ANCHOR "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static inline void client_init(struct client *c)
{
	*c = (struct client){.ip = address("192.0.2.7")};
	c->names[0] = str_view("a.crawl.example");
	c->names[1] = str_view("b.crawl.example");
	c->cert_dns[0] = str_view("vpn.partner.example");
	c->cert_dns[1] = str_view("*.wild.example");
	c->cert_email[0] = str_view("Ann@Partner.example");
	c->cert_uri[0] = str_view("spiffe://partner.example/door");
	c->cert_upn[0] = str_view("Ann@Corp.example");
	c->cert_srv[0] = str_view("_ldap.partner.example");
	c->cert_smtp_utf8[0] = str_view("m\xc3\xbcller@Partner.example");
	c->cert_eku[0] = str_view("1.3.6.1.5.5.7.3.2");
	c->cert_eku[1] = str_view("1.3.6.1.4.1.311.20.2.2");
	c->cert_policies[0] = str_view("1.3.6.1.4.1.99999.1");
	c->cert_key[0] = str_view("ec 256");
	c->cert_key[1] = str_view("P-256");
	c->cert_cn[0] = str_view("Ann Other");
	c->cert_o[0] = str_view("Partner");
	c->issuer_cn[0] = str_view("Partner CA");
	c->cert_ip[0] = address("198.51.100.9");
	c->cert = (struct policy_cert){.subject = str_view("CN=Ann Other,O=Partner"),
		.issuer = str_view("CN=Partner CA"),
		.serial = str_view("a1b2c3"),
		.sha256 = str_view(KIT_SHA256),
		.spki = str_view(KIT_SPKI),
		.issuer_spki = str_view(KIT_ISSUER_SPKI),
		.anchor = str_view(KIT_ANCHOR),
		.subject_values.of = {[DN_CN] = {c->cert_cn, 1}, [DN_O] = {c->cert_o, 1}},
		.issuer_values.of[DN_CN] = {c->issuer_cn, 1},
		.dns = {c->cert_dns, 2},
		.email = {c->cert_email, 1},
		.uri = {c->cert_uri, 1},
		.upn = {c->cert_upn, 1},
		.srv = {c->cert_srv, 1},
		.smtp_utf8 = {c->cert_smtp_utf8, 1},
		.eku = {c->cert_eku, 2},
		.policies = {c->cert_policies, 1},
		.key = {c->cert_key, 2},
		.ip = c->cert_ip,
		.ip_count = 1};
	c->facts = (struct policy_facts){.ip = &c->ip,
		.names_state = POLICY_FACT_KNOWN,
		.names = {c->names, 2},
		.cert_present = true,
		.cert = &c->cert};
	c->facts.claims[POLICY_CLAIM_USER_AGENT] = str_view("Mozilla/5.0 (Googlebot/2.1)");
	c->facts.claims[POLICY_CLAIM_URI] = str_view("/a/b?x=1&y=2");
	c->facts.claims[POLICY_CLAIM_METHOD] = str_view("GET");
	c->facts.claims[POLICY_CLAIM_HTTP_HOST] = str_view("www.Example.org");
}

/* Rules and the policy around them. */
struct book {
	struct policy policy;
	struct policy_rules *rules;
	struct diag diag;
	struct place place;
};

static inline void book_init(struct book *b)
{
	*b = (struct book){.rules = policy_rules_new(), .place = {"doorward.conf", 7, 9}};
	assert_non_null(b->rules);
	diag_init(&b->diag);
	b->policy.rules = b->rules;
	b->policy.rdns = POLICY_RDNS_DOUBLE;
}

static inline void book_clear(struct book *b)
{
	policy_rules_free(b->rules);
	diag_clear(&b->diag);
}

static inline bool book_try(struct book *b, enum policy_action action, const char *text)
{
	return policy_rules_add(b->rules, action, str_view(text), &b->place, &b->diag);
}

static inline void print_diag(const struct diag *d)
{
	if (d->text.len > 0) {
		print_error("%.*s", (int)d->text.len, (const char *)d->text.data);
	}
}

static inline void book_add(struct book *b, enum policy_action action, const char *text)
{
	bool added = book_try(b, action, text);

	if (!added) {
		print_diag(&b->diag);
	}
	assert_true(added);
}

/* The rule is refused with exactly these findings, and the rules are as before. */
static inline void assert_refused(const char *text, const char *expected)
{
	struct book b;

	book_init(&b);
	book_add(&b, POLICY_ACTION_DENY, "*");
	assert_false(book_try(&b, POLICY_ACTION_DENY, text));
	if (!str_eq_text(bytes_view(&b.diag.text), expected)) {
		print_error("%s\n%s", text, expected);
		print_diag(&b.diag);
	}
	assert_true(str_eq_text(bytes_view(&b.diag.text), expected));
	assert_int_equal(policy_rules_count(b.rules), 1);
	assert_int_equal(policy_rules_lookup_count(b.rules), 0);
	assert_int_equal(policy_rules_rate_count(b.rules), 0);
	assert_false(policy_rules_need_names(b.rules));
	book_clear(&b);
}

/* The same with one finding, from the column on. */
static inline void assert_refused_at(const char *text, const char *expected)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "doorward.conf:7:%s\n", expected);
	assert_refused(text, whole);
}

static inline struct policy_verdict book_decide(const struct book *b, const struct client *c)
{
	struct policy_verdict v;

	memset(&v, 0xa5, sizeof(v));
	policy_evaluate(&b->policy, &c->facts, NULL, &v);
	return v;
}

static inline void assert_str(struct str got, const char *expected)
{
	if (!str_eq_text(got, expected)) {
		print_error("got \"%.*s\", expected \"%s\"\n", (int)got.len, got.data, expected);
	}
	assert_true(str_eq_text(got, expected));
}

/* A file of `len` bytes for the length of a test; the path is the caller's to free. */
static inline char *file_with(const void *data, size_t len)
{
	const char *folder = getenv("TMPDIR");
	char *path = malloc(PATH_MAX);

	assert_non_null(path);
	snprintf(path, PATH_MAX, "%s/doorward-list-XXXXXX", folder != NULL ? folder : "/tmp");

	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return path;
}

static inline void remove_file(char *path)
{
	assert_int_equal(unlink(path), 0);
	free(path);
}

#endif
