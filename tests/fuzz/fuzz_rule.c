/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Rules are read line by line up to an empty one; what follows is the file that a rule means by
 * `in file:100` or `in json:100`, and the bytes that stand for a client's names and claims. Then a
 * few clients are decided, and what must hold of any rules is checked.
 */

#include "policy/evaluate.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LIST_FD 100
#define RULES_MAX 8

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "fuzz_rule: broken: %s\n", what);
		abort();
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int fd = memfd_create("list", 0);

	require(fd >= 0 && dup2(fd, LIST_FD) == LIST_FD, "a file to read from");
	close(fd);
	return 0;
}

static void write_list(struct str text)
{
	require(ftruncate(LIST_FD, 0) == 0 &&
			pwrite(LIST_FD, text.data, text.len, 0) == (ssize_t)text.len,
		"the file was written");
}

/* Whether every `word`, "file:" or "json:", is followed by the one list that is there. */
static bool opens_only_the_list(struct str rule, const char *word)
{
	static const char list[] = "100";
	const char *at = rule.data;

	while ((at = memmem(at, rule.len - (size_t)(at - rule.data), word, strlen(word))) != NULL) {
		at += strlen(word);
		struct str rest = str_from(rule, (size_t)(at - rule.data));

		if (!str_starts_with(rest, list) ||
			(rest.len > strlen(list) && rest.data[strlen(list)] != ' ')) {
			return false;
		}
	}
	return true;
}

/* `in file:PATH` reads any regular file: only the one that is meant for it is opened here. */
static bool is_harmless(struct str rule)
{
	return opens_only_the_list(rule, "file:") && opens_only_the_list(rule, "json:");
}

struct rules {
	struct policy_rules *list;
	size_t count;
	bool allows;
	bool denies;
};

static void add_rule(struct rules *r, struct str line, struct diag *diag)
{
	static const struct place place = {"/proc/self/fd/x", 1, 9};
	bool allow = line.len > 0 && line.data[0] == '+';
	bool rdns = line.len > 0 && line.data[0] == '~';
	enum policy_action action = allow ? POLICY_ACTION_ALLOW : POLICY_ACTION_DENY;
	struct str text = allow || rdns ? str_from(line, 1) : line;
	size_t errors = diag->errors;

	if (!is_harmless(text)) {
		return;
	}
	bool added = rdns ? policy_rules_add_rdns(r->list, action, text, &place, diag)
			  : policy_rules_add(r->list, action, text, &place, diag);

	require(added == (diag->errors == errors), "an error is told exactly when a rule is bad");
	r->count += added;
	require(policy_rules_count(r->list) == r->count, "only good rules are in the list");
	if (!added) {
		return;
	}
	const struct policy_rule *rule = policy_rules_at(r->list, r->count - 1);

	r->allows = r->allows || action == POLICY_ACTION_ALLOW;
	r->denies = r->denies || action == POLICY_ACTION_DENY;
	require(policy_rule_term_count(rule) >= 1, "a rule has a term");
	/* What a rule shows is a rule that means the same. */
	struct policy_rules *again = policy_rules_new();

	require(again != NULL &&
			policy_rules_add(again, action, policy_rule_text(rule), &place, diag),
		"a rule's text is a rule");
	require(policy_rule_term_count(policy_rules_at(again, 0)) == policy_rule_term_count(rule),
		"a rule's text has its terms");
	policy_rules_free(again);
}

static bool is_rate(struct str term)
{
	return str_starts_with(str_from(term, str_starts_with(term, "!")), "rate");
}

static void on_rule(void *ctx, const struct policy_rule *rule, enum policy_truth truth,
	const enum policy_truth *terms)
{
	enum policy_truth expected = POLICY_TRUE;
	bool waits = false; /* for the names that a rate counts by */

	for (size_t i = 0; i < policy_rule_term_count(rule); i++) {
		if (terms[i] == POLICY_FALSE) {
			expected = POLICY_FALSE;
		} else if (terms[i] == POLICY_UNFETCHED && expected != POLICY_FALSE) {
			expected = POLICY_UNFETCHED;
		} else if (terms[i] == POLICY_UNKNOWN && expected == POLICY_TRUE) {
			expected = POLICY_UNKNOWN;
		}
		require(terms[i] != POLICY_NOT_EVALUATED || truth == POLICY_FALSE ||
				(truth != POLICY_TRUE && is_rate(policy_rule_term_text(rule, i))),
			"only a false rule leaves terms out, or rates one that is not true");
		waits = waits || (terms[i] == POLICY_NOT_EVALUATED && truth == POLICY_UNFETCHED);
	}
	require(truth == expected || (waits && expected == POLICY_TRUE),
		"a rule is the and of its terms");
	(*(size_t *)ctx)++;
}

static bool same(const struct policy_verdict *a, const struct policy_verdict *b)
{
	return a->outcome == b->outcome && a->rule == b->rule && a->reason == b->reason;
}

static void check_lookups(
	const struct rules *r, const struct policy_facts *facts, const struct policy_verdict *v)
{
	uint64_t rates = policy_rules_rate_count(r->list) == POLICY_RATES_MAX
				 ? UINT64_MAX
				 : (UINT64_C(1) << policy_rules_rate_count(r->list)) - 1;
	bool lacks = v->lacks.names || v->lacks.rates != 0;

	require((v->lacks.rates & (~rates | facts->rates_asked)) == 0,
		"only rates that there are, and none is asked twice");
	require(v->lacks.rates == 0 || (v->outcome == POLICY_NEED && v->rates_used),
		"rates are asked for only to decide");
	require(v->reason != POLICY_REASON_RATE || (facts->rates_over & rates) != 0,
		"a rate decides only about who is above it");
	for (size_t i = 0; i < POLICY_LOOKUPS_MAX; i++) {
		bool lacking = policy_lookup_set_has(&v->lacks.lookups, i);
		bool used = policy_lookup_set_has(&v->lookups_used, i);

		require((!lacking && !used) || i < policy_rules_lookup_count(r->list),
			"only lookups that there are");
		require(!used || facts->lookup_truths[i] != POLICY_UNFETCHED,
			"only truths are used");
		/* A code of a list can be an error for a rule. */
		require(!lacking ||
				(v->outcome == POLICY_NEED
						? facts->lookup_truths[i] == POLICY_UNFETCHED
						: facts->lookup_truths[i] == POLICY_UNKNOWN ||
							  facts->lookup_truths[i] == POLICY_TRUE),
			"what is asked for is not there, and what is not known is unknown");
		lacks = lacks || lacking;
	}
	require(lacks == (v->outcome == POLICY_NEED || v->reason == POLICY_REASON_DNS_ERROR),
		"what is lacking is named");
}

static void check_verdict(const struct rules *r, const struct policy *policy,
	const struct policy_facts *facts, const struct policy_verdict *v)
{
	require(!v->lacks.names || v->outcome != POLICY_NEED ||
			(facts->names_state == POLICY_FACT_UNFETCHED &&
				policy_rules_need_names(r->list)),
		"names are asked for only where they are not known");
	check_lookups(r, facts, v);
	require(v->outcome != POLICY_ERROR ||
			(v->reason == POLICY_REASON_DNS_ERROR &&
				policy->on_dns_error == POLICY_ON_ERROR_ERROR),
		"an error comes from DNS");
	require(v->reason != POLICY_REASON_DNS_ERROR || !v->lacks.names ||
			facts->names_state == POLICY_FACT_UNKNOWN ||
			facts->names_state == POLICY_FACT_KNOWN_IN_PART,
		"a DNS error comes from what is unknown");
	require(v->reason != POLICY_REASON_CERT_UNTRUSTED ||
			(v->outcome == POLICY_DENY && facts->cert != NULL &&
				(facts->cert->issuer_spki.data == NULL ||
					facts->cert->anchor.data == NULL)),
		"a chain that is not known denies");
	require(v->reason != POLICY_REASON_NETWORK_UNKNOWN ||
			(v->outcome == POLICY_DENY &&
				(facts->asn.data == NULL || facts->country.data == NULL)),
		"a network that is not known denies");
	require(v->reason != POLICY_REASON_REGEX_LIMIT || v->outcome == POLICY_DENY,
		"a regex at its limit denies");
	require((v->rule == NULL) == (v->reason == POLICY_REASON_DEFAULT),
		"no rule is the default");
	require(v->name == SIZE_MAX || v->name < facts->names.count, "a name there is");
	if (!r->allows && policy->default_action == POLICY_ACTION_DENY &&
		policy->on_dns_error != POLICY_ON_ERROR_ALLOW) {
		require(v->outcome != POLICY_ALLOW, "nothing is allowed that no rule allows");
	}
	if (v->outcome == POLICY_ALLOW && v->reason == POLICY_REASON_RULE) {
		require(policy_rule_action(v->rule) == POLICY_ACTION_ALLOW, "an allow allows");
	}
}

static void decide(const struct rules *r, struct policy *policy, struct policy_facts *facts)
{
	struct policy_verdict v;
	size_t told = 0;
	struct policy_trace trace = {on_rule, &told};

	policy_evaluate(policy, facts, &trace, &v);
	require(told <= r->count, "each rule is told of once at most");
	check_verdict(r, policy, facts, &v);

	struct policy_verdict w;

	policy_evaluate(policy, facts, NULL, &w);
	require(same(&v, &w), "the same facts give the same verdict");
	for (int i = 0; i < POLICY_CLAIM_COUNT; i++) {
		struct str kept = facts->claims[i];

		if ((v.claims_used & 1u << i) == 0) {
			facts->claims[i] = str_view("another");
			policy_evaluate(policy, facts, NULL, &w);
			require(same(&v, &w), "a claim that was not read has no say");
			facts->claims[i] = kept;
		}
	}
}

/* Every state of the names, with and without a certificate, under each policy. */
static void decide_all(const struct rules *r, struct policy_facts *facts, enum policy_truth *truths,
	const struct policy_cert *cert)
{
	struct policy policy = {.rules = r->list, .rdns = POLICY_RDNS_DOUBLE};
	for (unsigned i = 0; i < 4 * 2 * 3; i++) {
		for (size_t l = 0; l < POLICY_LOOKUPS_MAX; l++) {
			truths[l] = (enum policy_truth)((i + l + l / 3) % 4);
		}
		facts->names_state = (enum policy_fact_state)(i % 4);
		facts->rates_asked = UINT64_C(0x9249249249249249) << i % 3;
		facts->asn = i % 3 == 0 ? str_view("0000064496") : (struct str){NULL, 0};
		facts->country = i % 5 < 3 ? str_view("DE") : (struct str){NULL, 0};
		facts->rates_over = facts->rates_asked & UINT64_C(0xccccccccaaaaaaaa) << i % 2;
		facts->cert = i / 4 % 2 == 0 ? cert : NULL;
		facts->cert_present = i % 2 == 0 || facts->cert != NULL;
		policy.on_dns_error = (enum policy_on_error)(i / 8);
		policy.default_action = (enum policy_action)(i % 2);
		decide(r, &policy, facts);
	}
}

static void decide_client(const struct rules *r, struct str bytes)
{
	struct addr ip = {.family = bytes.len % 2 == 0 ? ADDR_V4 : ADDR_V6};
	struct str parts[6] = {{NULL, 0}};
	struct str part;

	memcpy(ip.bytes, bytes.data, bytes.len < addr_len(&ip) ? bytes.len : addr_len(&ip));
	for (size_t i = 0; i < ARRAY_LEN(parts) && str_split_next(&bytes, '\n', &part); i++) {
		parts[i] = part;
	}
	struct policy_cert cert = {.subject = parts[0],
		.issuer = parts[1],
		.serial = str_view("a1"),
		.sha256 = parts[2],
		.spki = parts[3],
		.issuer_spki = parts[4],
		.anchor = parts[5],
		.subject_values.of[DN_CN] = {parts, 2},
		.issuer_values.of[DN_O] = {parts, 2},
		.dns = {parts, ARRAY_LEN(parts)},
		.email = {parts + 1, 2},
		.uri = {parts + 2, 2},
		.upn = {parts, 2},
		.srv = {parts + 1, 2},
		.smtp_utf8 = {parts + 2, 2},
		.eku = {parts + 3, 2},
		.policies = {parts, 2},
		.key = {parts + 4, 2},
		.self_signed = bytes.len % 3 == 0,
		.ip = &ip,
		.ip_count = 1};
	enum policy_truth truths[POLICY_LOOKUPS_MAX];
	struct policy_dnsbl_code codes[2] = {
		{{127, 0, 0, 2}}, {{127, ip.bytes[1], ip.bytes[2], 3}}};
	struct policy_lookup_codes lookup_codes[POLICY_LOOKUPS_MAX];
	struct policy_facts facts = {.ip = &ip,
		.names = {parts, ARRAY_LEN(parts)},
		.lookup_truths = truths,
		.lookup_codes = lookup_codes};

	for (size_t i = 0; i < POLICY_LOOKUPS_MAX; i++) {
		lookup_codes[i] = (struct policy_lookup_codes){codes, i % 3};
	}

	for (int i = 0; i < POLICY_CLAIM_COUNT; i++) {
		facts.claims[i] = parts[i];
	}
	decide_all(r, &facts, truths, &cert);
	facts.names.count = 0;
	decide_all(r, &facts, truths, &cert);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_from_bytes(data, size);
	struct rules r = {.list = policy_rules_new()};
	struct str lines[RULES_MAX];
	size_t count = 0;
	struct diag diag;
	struct str line;

	require(r.list != NULL, "memory");
	diag_init(&diag);
	while (count < RULES_MAX && str_split_next(&rest, '\n', &line) && line.len > 0) {
		lines[count++] = line;
	}
	if (rest.data == NULL) {
		rest = str_view("");
	}
	write_list(rest);
	for (size_t i = 0; i < count; i++) {
		add_rule(&r, lines[i], &diag);
	}
	decide_client(&r, rest);
	policy_rules_free(r.list);
	diag_clear(&diag);
	return 0;
}
