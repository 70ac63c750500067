/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/explain.h"

#include "authz/agent_text.h"
#include "base/clock.h"
#include "base/json.h"
#include "explain/cert_rules.h"
#include "explain/explain_private.h"
#include "explain/reason.h"

const char *explain_truth_word(enum policy_truth truth)
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

static void on_query(void *ctx, const struct dns_fcrdns_trace_step *step)
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

/* Rules are evaluated again once the names are known: only the last round counts. */
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

struct str_list explain_names(const struct authz_decision *d)
{
	return d->names.passed;
}

void explain_each_kept_out(const struct authz_decision *d,
	void (*told)(struct bytes *out, struct str name, const struct policy_pin *pin),
	struct bytes *out)
{
	const struct policy *policy = d->policy;
	struct str_list names =
		d->names.rdns != NULL ? d->names.rdns->names : (struct str_list){NULL, 0};

	for (size_t i = 0; d->names.pin != NULL && i < names.count; i++) {
		const struct policy_pin *pin =
			policy_pins_keep_out(policy->pins, names.items[i], &d->trusted.ip);

		if (pin != NULL) {
			told(out, names.items[i], pin);
		}
	}
	for (size_t i = 0; d->names.lookups_asked && i < policy_rules_lookup_count(policy->rules);
		i++) {
		const struct policy_lookup *lookup = policy_rules_lookup(policy->rules, i);
		const struct policy_pin *pin =
			lookup->kind == POLICY_LOOKUP_FORWARD
				? policy_pins_keep_out(policy->pins, lookup->name, &d->trusted.ip)
				: NULL;

		if (pin != NULL) {
			told(out, lookup->name, pin);
		}
	}
}

static void json_kept_out(struct bytes *out, struct str name, const struct policy_pin *pin)
{
	json_open(out, '{');
	json_member_str(out, "name", name);
	json_member_str(out, "pin", pin->place);
	json_close(out, '}');
}

struct str_list explain_ptr(const struct authz_decision *d)
{
	return d->names.rdns != NULL ? d->names.rdns->ptr : (struct str_list){NULL, 0};
}

struct str explain_policy_name(const struct authz_decision *d)
{
	return d->policy != NULL ? d->policy->name
				 : d->request->input.values[AUTHZ_INPUT_DOORWARD_POLICY];
}

static void json_query(struct bytes *out, const struct dns_fcrdns_trace_step *step)
{
	char type[16];

	json_open(out, '{');
	json_member_str(out, "name", step->name);
	json_member_text(out, "type", dns_type_word(step->type, type));
	json_member_str(out, "answer", step->answer);
	json_member_u64(out, "ttl", step->ttl_s);
	json_member_u64(out, "ms", step->us / 1000);
	json_member_u64(out, "us", step->us);
	json_member_str(out, "server", step->server);
	json_member_bool(out, "cached", step->cached);
	json_member_bool(out, "joined", step->joined);
	json_close(out, '}');
}

static void json_rdns(const struct explain *e, const struct authz_decision *d, struct bytes *out)
{
	json_open(out, '{');
	json_member_text(out, "result", dns_fcrdns_status_word(d->names.status));
	json_member_str(out, "hostname", d->hostname);
	json_member_str_list(out, "names", explain_names(d));
	json_member_str_list(out, "ptr", explain_ptr(d));
	json_member_open(out, "queries", '[');
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
		json_none(out);
		return;
	}
	clock_format(*wall_s, text);
	json_text(out, text);
}

static void json_dn_values(struct bytes *out, const char *key, const struct dn_values *values)
{
	json_member_open(out, key, '{');
	for (size_t i = 0; i < DN_ATTRIBUTES; i++) {
		json_member_str_list(out, dn_attribute_words[i], values->of[i]);
	}
	json_close(out, '}');
}

/* Always writes the same members; NULL: each is null. */
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
		{"cn", identity->subject_values.of[DN_CN]},
		{"dns", identity->dns},
		{"email", identity->email},
		{"uri", identity->uri},
		{"upn", identity->upn},
		{"srv", identity->srv},
		{"smtp_utf8", identity->smtp_utf8},
		{"eku", identity->eku},
		{"policy", identity->policies},
		{"key", identity->key},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		json_member_str(out, words[i].key, words[i].value);
	}
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		json_member_str_list(out, lists[i].key, lists[i].value);
	}
	json_dn_values(out, "subject_values", &identity->subject_values);
	json_dn_values(out, "issuer_values", &identity->issuer_values);
	json_member_open(out, "ip", '[');
	for (size_t i = 0; i < identity->ip_count; i++) {
		char text[ADDR_TEXT_MAX];

		addr_format(&identity->ip[i], text);
		json_text(out, text);
	}
	json_close(out, ']');
	if (identity != &none) {
		json_member_bool(out, "self_signed", identity->self_signed);
	} else {
		json_member_text(out, "self_signed", NULL);
	}
	json_member_u64(out, "unusable_names", identity->unusable_names);
	json_time(out, "not_before", identity != &none ? &identity->not_before : NULL);
	json_time(out, "not_after", identity != &none ? &identity->not_after : NULL);
}

static void json_rule(void *ctx, const struct explain_cert_rule *rule)
{
	struct bytes *out = ctx;

	json_open(out, '{');
	json_member_text(out, "field", rule->field);
	json_member_str(out, "value", rule->value);
	json_member_str(out, "rule", rule->lines);
	json_member_str(out, "file_line", rule->file_line);
	json_close(out, '}');
}

const char *explain_cert_error(const struct authz_decision *d)
{
	if (d->verdict == AUTHZ_ALLOW || d->reason < POLICY_REASON_CERT_MISSING ||
		d->reason > POLICY_REASON_CERT_HOST_MISMATCH) {
		return NULL;
	}
	return d->detail != NULL ? d->detail : policy_reason_word(d->reason);
}

static void json_cert(const struct authz_decision *d, struct bytes *out)
{
	json_open(out, '{');
	json_member_bool(out, "present", d->cert_present);
	json_member_bool(out, "verified", d->cert_verified);
	json_member_text(out, "error", explain_cert_error(d));
	json_identity(d->identity, out);
	json_member_str(out, "issuer_spki_sha256", d->chain_keys.issuer);
	json_member_str(out, "anchor_spki_sha256", d->chain_keys.anchor);
	json_member_open(out, "rules", '[');
	if (d->identity != NULL) {
		explain_each_cert_rule(d->identity, &d->chain_keys, json_rule, out);
	}
	json_close(out, ']');
	json_close(out, '}');
}

static void json_agent(const struct authz_agent *agent, struct bytes *out)
{
	struct bytes why;

	if (!agent->is_known) {
		json_none(out);
		return;
	}
	bytes_init(&why, 0);
	authz_agent_text(agent, &why);
	json_open(out, '{');
	json_member_text(out, "status", agent_state_word(agent->state));
	json_member_text(out, "reason", agent_reason_word(agent->reason));
	json_member_str(out, "url", agent->url);
	json_member_str(out, "why", bytes_view(&why));
	json_close(out, '}');
	bytes_clear(&why);
}

static void json_network(const struct authz_network *network, struct bytes *out)
{
	if (!network->asked) {
		json_none(out);
		return;
	}
	json_open(out, '{');
	if (network->asn_known) {
		json_member_u64(out, "asn", network->asn);
	} else {
		json_member_text(out, "asn", NULL);
	}
	json_member_text(out, "country", network->country_known ? network->country : NULL);
	json_close(out, '}');
}

static void json_step(struct bytes *out, const struct explain_step *step)
{
	json_open(out, '{');
	json_member_str(out, "rule", policy_rule_place(step->rule));
	json_member_str(out, "text", policy_rule_text(step->rule));
	json_member_text(out, "action", explain_action_word(policy_rule_action(step->rule)));
	json_member_text(out, "outcome", explain_truth_word(step->truth));
	json_member_open(out, "terms", '[');
	for (size_t i = 0; step->terms != NULL && i < policy_rule_term_count(step->rule); i++) {
		json_open(out, '{');
		json_member_str(out, "text", policy_rule_term_text(step->rule, i));
		json_member_text(out, "outcome", explain_truth_word(step->terms[i]));
		json_close(out, '}');
	}
	json_close(out, ']');
	json_close(out, '}');
}

void explain_json(const struct explain *e, const struct authz_decision *d,
	const struct explain_replay *then, struct bytes *out)
{
	char ip[ADDR_TEXT_MAX];

	addr_format(&d->trusted.ip, ip);
	json_open(out, '{');
	json_member_text(out, "verdict", authz_verdict_word(d->verdict));
	json_member_u64(out, "status", d->status);
	json_member_text(out, "reason", policy_reason_word(d->reason));
	json_member_str(
		out, "rule", d->rule != NULL ? policy_rule_place(d->rule) : (struct str){NULL, 0});
	json_member_str(out, "policy", explain_policy_name(d));
	json_member_text(out, "ip", d->trusted.ip.family != ADDR_NONE ? ip : NULL);
	json_key(out, "rdns");
	json_rdns(e, d, out);
	json_member_open(out, "kept_out", '[');
	explain_each_kept_out(d, json_kept_out, out);
	json_close(out, ']');
	json_key(out, "cert");
	json_cert(d, out);
	json_key(out, "agent");
	json_agent(&d->agent, out);
	json_key(out, "network");
	json_network(&d->network, out);
	json_member_u64(out, "max_age", d->max_age_s);
	json_member_text(out, "max_age_reason", authz_bound_word(d->bound));
	json_member_text(out, "store", e->has_store ? "not asked" : NULL);
	json_member_open(out, "steps", '[');
	for (const struct explain_step *s = e->steps; s != NULL; s = s->next) {
		json_step(out, s);
	}
	json_close(out, ']');
	if (then != NULL) {
		json_key(out, "log");
		explain_replay_json(then, d, out);
	}
	json_close(out, '}');
	bytes_append_text(out, "\n");
}
