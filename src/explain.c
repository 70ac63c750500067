/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain.h"

#include "base/clock.h"
#include "base/json.h"
#include "reply.h"

struct explain_query {
	struct explain_query *next;
	struct fcrdns_trace_step step;
};

struct explain_step {
	struct explain_step *next;
	const struct policy_rule *rule;
	enum policy_truth truth;
	enum policy_truth *terms;
};

static const char *truth_word(enum policy_truth truth)
{
	static const char *const words[] = {
		[POLICY_FALSE] = "false",
		[POLICY_TRUE] = "true",
		[POLICY_UNKNOWN] = "unknown",
		[POLICY_UNFETCHED] = "not looked up",
		[POLICY_NOT_EVALUATED] = "not evaluated",
	};

	return words[truth];
}

static void on_query(void *ctx, const struct fcrdns_trace_step *step)
{
	struct explain *e = ctx;
	struct explain_query *query = arena_alloc(&e->arena, 1, sizeof(*query));

	if (query == NULL) {
		return;
	}
	query->step = *step;
	query->step.name = arena_dup(&e->arena, step->name);
	query->step.answer = arena_dup(&e->arena, step->answer);
	query->step.server = arena_dup(&e->arena, step->server);
	*e->last_query = query;
	e->last_query = &query->next;
}

/* Rules are asked anew once the names are there: only the last round counts. */
static void on_rule(void *ctx, const struct policy_rule *rule, enum policy_truth truth,
	const enum policy_truth *terms)
{
	struct explain *e = ctx;
	size_t count = policy_rule_term_count(rule);
	struct explain_step *step = arena_alloc(&e->arena, 1, sizeof(*step));

	if (e->steps != NULL && e->steps->rule == rule) {
		e->steps = NULL;
		e->last_step = &e->steps;
	}
	if (step == NULL) {
		return;
	}
	*step = (struct explain_step){.rule = rule, .truth = truth};
	step->terms = arena_alloc(&e->arena, count, sizeof(*step->terms));
	for (size_t i = 0; step->terms != NULL && i < count; i++) {
		step->terms[i] = terms[i];
	}
	*e->last_step = step;
	e->last_step = &step->next;
}

void explain_init(struct explain *e)
{
	*e = (struct explain){
		.dns = {.step = on_query, .ctx = e}, .policy = {.rule = on_rule, .ctx = e}};
	e->trace = (struct authz_trace){.dns = &e->dns, .policy = &e->policy};
	e->last_query = &e->queries;
	e->last_step = &e->steps;
	arena_init(&e->arena, 4096);
}

void explain_clear(struct explain *e)
{
	arena_clear(&e->arena);
}

static struct str_list names_of(const struct authz *a)
{
	return a->fetch.rdns != NULL ? a->fetch.rdns->names : (struct str_list){NULL, 0};
}

static void json_query(struct bytes *out, const struct fcrdns_trace_step *step)
{
	char type[16];

	json_open(out, '{');
	json_key(out, "name");
	json_str(out, step->name);
	json_key(out, "type");
	json_text(out, dns_type_word(step->type, type));
	json_key(out, "answer");
	json_str(out, step->answer);
	json_key(out, "ttl");
	json_u64(out, step->ttl_s);
	json_key(out, "ms");
	json_u64(out, step->ms);
	json_key(out, "server");
	json_str(out, step->server);
	json_key(out, "cached");
	json_bool(out, step->cached);
	json_key(out, "joined");
	json_bool(out, step->joined);
	json_close(out, '}');
}

static void json_rdns(const struct explain *e, const struct authz *a, struct bytes *out)
{
	json_open(out, '{');
	json_key(out, "result");
	json_text(out, fcrdns_status_word(authz_rdns_status(a)));
	json_key(out, "hostname");
	json_str(out, a->hostname);
	json_key(out, "names");
	json_str_list(out, names_of(a));
	json_key(out, "ptr");
	json_str_list(out, a->fetch.rdns != NULL ? a->fetch.rdns->ptr : (struct str_list){NULL, 0});
	json_key(out, "queries");
	json_open(out, '[');
	for (const struct explain_query *q = e->queries; q != NULL; q = q->next) {
		json_query(out, &q->step);
	}
	json_close(out, ']');
	json_close(out, '}');
}

static void json_time(struct bytes *out, const char *key, const int64_t *wall_s)
{
	char text[CLOCK_TEXT_MAX];

	json_key(out, key);
	if (wall_s == NULL) {
		json_null(out);
		return;
	}
	clock_format(*wall_s, text);
	json_text(out, text);
}

/* The members are always the same; NULL: there is none. */
static void json_identity(const struct cert_identity *identity_or_null, struct bytes *out)
{
	static const struct cert_identity none;
	const struct cert_identity *identity = identity_or_null != NULL ? identity_or_null : &none;
	const struct {
		const char *key;
		struct str value;
	} words[] = {
		{"subject", identity->subject},
		{"issuer", identity->issuer},
		{"serial", identity->serial},
		{"sha256", identity->sha256},
		{"spki_sha256", identity->spki},
	};
	const struct {
		const char *key;
		struct str_list value;
	} lists[] = {
		{"dns", identity->dns},
		{"email", identity->email},
		{"uri", identity->uri},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		json_key(out, words[i].key);
		json_str(out, words[i].value);
	}
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		json_key(out, lists[i].key);
		json_str_list(out, lists[i].value);
	}
	json_key(out, "ip");
	json_open(out, '[');
	for (size_t i = 0; i < identity->ip_count; i++) {
		char text[ADDR_TEXT_MAX];

		addr_format(&identity->ip[i], text);
		json_text(out, text);
	}
	json_close(out, ']');
	json_time(out, "not_before", identity != &none ? &identity->not_before : NULL);
	json_time(out, "not_after", identity != &none ? &identity->not_after : NULL);
}

/* What is wrong with the certificate; NULL if nothing is. */
static const char *cert_error(const struct authz *a)
{
	if (a->verdict == AUTHZ_ALLOW || a->reason < REASON_CERT_MISSING ||
		a->reason > REASON_CERT_HOST_MISMATCH) {
		return NULL;
	}
	return a->detail != NULL ? a->detail : policy_reason_word(a->reason);
}

static void json_cert(const struct authz *a, struct bytes *out)
{
	json_open(out, '{');
	json_key(out, "present");
	json_bool(out, a->cert_present);
	json_key(out, "verified");
	json_bool(out, a->cert_verified);
	json_key(out, "error");
	json_text(out, cert_error(a));
	json_identity(a->identity, out);
	json_close(out, '}');
}

static void json_step(struct bytes *out, const struct explain_step *step)
{
	json_open(out, '{');
	json_key(out, "rule");
	json_str(out, policy_rule_place(step->rule));
	json_key(out, "text");
	json_str(out, policy_rule_text(step->rule));
	json_key(out, "action");
	json_text(out, policy_rule_action(step->rule) == POLICY_ACTION_ALLOW ? "allow" : "deny");
	json_key(out, "outcome");
	json_text(out, truth_word(step->truth));
	json_key(out, "terms");
	json_open(out, '[');
	for (size_t i = 0; step->terms != NULL && i < policy_rule_term_count(step->rule); i++) {
		json_open(out, '{');
		json_key(out, "text");
		json_str(out, policy_rule_term_text(step->rule, i));
		json_key(out, "outcome");
		json_text(out, truth_word(step->terms[i]));
		json_close(out, '}');
	}
	json_close(out, ']');
	json_close(out, '}');
}

void explain_json(const struct explain *e, const struct authz *a, struct bytes *out)
{
	char ip[ADDR_TEXT_MAX];

	addr_format(&a->ip, ip);
	json_open(out, '{');
	json_key(out, "verdict");
	json_text(out, authz_verdict_word(a->verdict));
	json_key(out, "status");
	json_u64(out, a->status);
	json_key(out, "reason");
	json_text(out, policy_reason_word(a->reason));
	json_key(out, "rule");
	json_str(out, a->rule != NULL ? policy_rule_place(a->rule) : (struct str){NULL, 0});
	json_key(out, "policy");
	json_str(out, a->policy != NULL ? a->policy->name : a->input.values[INPUT_DOORWARD_POLICY]);
	json_key(out, "ip");
	json_text(out, a->ip.family != ADDR_NONE ? ip : NULL);
	json_key(out, "rdns");
	json_rdns(e, a, out);
	json_key(out, "cert");
	json_cert(a, out);
	json_key(out, "max_age");
	json_u64(out, a->max_age_s);
	json_key(out, "steps");
	json_open(out, '[');
	for (const struct explain_step *s = e->steps; s != NULL; s = s->next) {
		json_step(out, s);
	}
	json_close(out, ']');
	json_close(out, '}');
	bytes_append_text(out, "\n");
}

static void text_line(struct bytes *out, const char *label, struct str value)
{
	bytes_appendf(
		out, "%-12s %.*s\n", label, (int)value.len, value.data != NULL ? value.data : "");
}

static void text_cert(const struct authz *a, struct bytes *out)
{
	const struct cert_identity *identity = a->identity;
	const char *error = cert_error(a);
	char until[CLOCK_TEXT_MAX];

	bytes_appendf(out, "%-12s %s", "certificate",
		a->cert_verified  ? "verified"
		: a->cert_present ? "not verified"
				  : "none");
	bytes_appendf(out, "%s%s\n", error != NULL ? ": " : "", error != NULL ? error : "");
	if (identity == NULL) {
		return;
	}
	clock_format(identity->not_after, until);
	bytes_appendf(
		out, "  subject    %.*s\n", (int)identity->subject.len, identity->subject.data);
	bytes_appendf(out, "  issuer     %.*s\n", (int)identity->issuer.len, identity->issuer.data);
	bytes_appendf(out, "  serial     %.*s\n", (int)identity->serial.len, identity->serial.data);
	bytes_appendf(out, "  sha256     %.*s\n", (int)identity->sha256.len, identity->sha256.data);
	bytes_appendf(out, "  not after  %s\n", until);
	bytes_append_text(out, "  names      ");
	reply_san(identity, out);
	bytes_append_text(out, "\n");
}

static void text_rdns(const struct authz *a, struct bytes *out)
{
	struct str_list names = names_of(a);

	bytes_appendf(out, "%-12s %s", "reverse dns", fcrdns_status_word(authz_rdns_status(a)));
	for (size_t i = 0; i < names.count; i++) {
		bytes_append_text(out, i == 0 ? ": " : ", ");
		bytes_append_str(out, names.items[i]);
	}
	bytes_append_text(out, "\n");
}

/* Of the reverse DNS, and of the rules that ask for more. */
static void text_queries(const struct explain *e, struct bytes *out)
{
	bytes_appendf(out, "dns queries%s\n", e->queries == NULL ? "  none" : "");
	for (const struct explain_query *q = e->queries; q != NULL; q = q->next) {
		const struct fcrdns_trace_step *step = &q->step;
		char type[16];

		bytes_appendf(out, "  %-5s %.*s\n        %.*s (ttl %u s, %u ms, from %.*s%s)\n",
			dns_type_word(step->type, type), (int)step->name.len, step->name.data,
			(int)step->answer.len, step->answer.data, step->ttl_s, step->ms,
			(int)step->server.len, step->server.data,
			step->cached   ? ", cached"
			: step->joined ? ", joined"
				       : "");
	}
}

static void text_steps(const struct explain *e, struct bytes *out)
{
	bytes_appendf(out, "rules%s\n", e->steps == NULL ? "        none was asked" : "");
	for (const struct explain_step *s = e->steps; s != NULL; s = s->next) {
		struct str place = policy_rule_place(s->rule);
		struct str text = policy_rule_text(s->rule);

		bytes_appendf(out, "  %.*s: %s = %.*s\n", (int)place.len, place.data,
			policy_rule_action(s->rule) == POLICY_ACTION_ALLOW ? "allow" : "deny",
			(int)text.len, text.data);
		for (size_t i = 0; s->terms != NULL && i < policy_rule_term_count(s->rule); i++) {
			struct str term = policy_rule_term_text(s->rule, i);

			bytes_appendf(out, "    %-13s  %.*s\n", truth_word(s->terms[i]),
				(int)term.len, term.data);
		}
	}
}

void explain_text(const struct explain *e, const struct authz *a, struct bytes *out)
{
	char ip[ADDR_TEXT_MAX];

	addr_format(&a->ip, ip);
	text_line(out, "client", str_view(ip));
	text_line(out, "policy",
		a->policy != NULL ? a->policy->name : a->input.values[INPUT_DOORWARD_POLICY]);
	text_cert(a, out);
	text_rdns(a, out);
	text_queries(e, out);
	text_steps(e, out);
	bytes_appendf(out, "%-12s %s, status %u, reason %s", "verdict",
		authz_verdict_word(a->verdict), a->status, policy_reason_word(a->reason));
	if (a->rule != NULL) {
		struct str place = policy_rule_place(a->rule);

		bytes_appendf(out, ", by %.*s", (int)place.len, place.data);
	}
	bytes_appendf(out, "\n%-12s %u s\n", "holds for", a->max_age_s);
}
