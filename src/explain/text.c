/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/explain.h"

#include "authz/agent_text.h"
#include "base/duration.h"
#include "explain/explain_private.h"
#include "explain/layout.h"
#include "explain/reason.h"

#include <string.h>

#define ALIASES_MAX 16 /* steps of a chain of CNAMEs, more than a resolver follows */

static void text_client(const struct authz_decision *d, struct bytes *out)
{
	static const struct {
		const char *label;
		enum authz_input_name input;
	} claims[] = {
		{"User agent", AUTHZ_INPUT_USER_AGENT},
		{"URI", AUTHZ_INPUT_REQUEST_URI},
		{"Method", AUTHZ_INPUT_REQUEST_METHOD},
		{"Host", AUTHZ_INPUT_HOST},
	};
	struct str policy = explain_policy_name(d);
	struct bytes text;
	char ip[ADDR_TEXT_MAX];

	bytes_init(&text, 0);
	addr_format(&d->trusted.ip, ip);
	if (d->trusted.ip.family != ADDR_NONE) {
		bytes_append_text(&text, ip);
	} else if (d->reason == POLICY_REASON_BAD_ADDRESS) {
		bytes_append_json(&text, d->request->input.values[AUTHZ_INPUT_REMOTE_ADDR]);
		bytes_append_text(&text, ", which is not an address");
	} else {
		bytes_append_text(&text, "no usable address");
	}
	explain_line_take(out, "Client", &text);
	if (d->policy != NULL) {
		bytes_append_str(&text, policy);
	} else {
		bytes_append_json(&text, policy.data != NULL ? policy : str_view("default"));
		bytes_append_text(&text, ", which is not configured");
	}
	explain_line_take(out, "Policy", &text);
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		if (d->request->input.values[claims[i].input].data != NULL) {
			bytes_append_json(&text, d->request->input.values[claims[i].input]);
			explain_line_take(out, claims[i].label, &text);
		}
	}
}

static void text_kept_out(struct bytes *out, struct str name, const struct policy_pin *pin)
{
	struct bytes text;

	bytes_init(&text, 0);
	bytes_append_str(&text, name);
	bytes_append_text(&text, ", as the address is outside the networks of its pin, ");
	bytes_append_str(&text, pin->place);
	explain_line_take(out, "Kept out", &text);
}

static const char *rdns_meaning(const struct authz_decision *d)
{
	switch (d->names.status) {
	case DNS_FCRDNS_VERIFIED:
		return "verified: the address has a name that points back to it";
	case DNS_FCRDNS_UNVERIFIED:
		return "unverified: names that the address claims (rdns = single)";
	case DNS_FCRDNS_MISMATCH:
		return d->names.rdns->names.count > 0
			       ? "mismatch: the address has names, and pins keep them out"
			       : "mismatch: the address has names, and none points back to it";
	case DNS_FCRDNS_NONE:
		return "none: the address has no name";
	case DNS_FCRDNS_PRIVATE:
		return "private: not asked, as the address is of a private network (or another of "
		       "special use); private_ptr = yes in [dns] asks";
	case DNS_FCRDNS_ERROR:
		return d->names.rdns != NULL && d->names.rdns->unasked.count > 0
			       ? "error: no name that was looked up points back to the address, "
				 "and "
				 "it has more than max_ptr"
			       : "error: DNS failed, so whether the address has a name is unknown";
	case DNS_FCRDNS_OFF:
		break;
	}
	return d->policy != NULL && d->policy->rdns == POLICY_RDNS_OFF
		       ? "off: the policy does not ask for names"
		       : "off: not looked up, the decision did not need it";
}

/* The last answer for a name of this type, at the end of its CNAMEs; NULL: no answer. */
static const struct dns_fcrdns_trace_step *answer_for(
	const struct explain *e, struct str name, enum dns_type type)
{
	static const char alias[] = "CNAME ";
	const struct dns_fcrdns_trace_step *found = NULL;

	for (int i = 0; i < ALIASES_MAX; i++) {
		found = NULL;
		for (const struct explain_query *q = e->queries; q != NULL; q = q->next) {
			if (q->step.type == type && str_eq_nocase(q->step.name, name)) {
				found = &q->step;
			}
		}
		if (found == NULL || !str_starts_with(found->answer, alias) ||
			str_eq_text(found->answer, "CNAME loop")) {
			break;
		}
		name = str_from(found->answer, strlen(alias));
	}
	return found;
}

static bool is_address(struct str answer)
{
	struct addr addr;
	struct str first;

	return str_split_next(&answer, ',', &first) && addr_parse(first, &addr);
}

static bool lists(struct str_list names, struct str name)
{
	for (size_t i = 0; i < names.count; i++) {
		if (str_eq_nocase(names.items[i], name)) {
			return true;
		}
	}
	return false;
}

/* Whether the name is confirmed, or why not. */
static void text_name(
	const struct explain *e, const struct authz_decision *d, struct str name, struct bytes *out)
{
	enum dns_type type = d->trusted.ip.family == ADDR_V4 ? DNS_TYPE_A : DNS_TYPE_AAAA;
	const struct dns_fcrdns_trace_step *step = answer_for(e, name, type);
	char word[16];
	char ip[ADDR_TEXT_MAX];
	struct bytes text;

	addr_format(&d->trusted.ip, ip);
	bytes_init(&text, 0);
	bytes_append_str(&text, name);
	if (d->names.pin != NULL && !lists(explain_names(d), name) &&
		lists(d->names.rdns->names, name)) {
		bytes_append_text(&text, ": kept out by its pin");
	} else if (lists(d->names.rdns->unasked, name)) {
		bytes_append_text(&text, ": not looked up, it is beyond max_ptr");
	} else if (d->names.status == DNS_FCRDNS_UNVERIFIED) {
		bytes_append_text(&text, ": claimed, and not looked up");
	} else if (lists(explain_names(d), name)) {
		bytes_appendf(&text, ": confirmed, its %s is %s", dns_type_word(type, word), ip);
	} else if (step == NULL) {
		bytes_append_text(&text, ": not confirmed, it was not looked up in time");
	} else if (is_address(step->answer)) {
		bytes_appendf(&text, ": not confirmed, its %s is %.*s and not %s",
			dns_type_word(type, word), (int)step->answer.len, step->answer.data, ip);
	} else {
		bytes_appendf(&text, ": not confirmed, looking up its %s ended with %.*s",
			dns_type_word(type, word), (int)step->answer.len, step->answer.data);
	}
	explain_spaces(out, 2);
	explain_wrap(out, 2, 6, bytes_view(&text));
	bytes_clear(&text);
}

/* Names of the PTR that were not looked up. */
static void text_left_out(
	const struct explain *e, const struct authz_decision *d, struct bytes *out)
{
	const struct dns_fcrdns_trace_step *ptr = NULL;

	for (const struct explain_query *q = e->queries; q != NULL; q = q->next) {
		if (q->step.type == DNS_TYPE_PTR) {
			ptr = &q->step;
		}
	}
	if (ptr == NULL || str_starts_with(ptr->answer, "CNAME ") ||
		(d->names.status != DNS_FCRDNS_MISMATCH && explain_ptr(d).count == 0)) {
		return;
	}
	struct str rest = ptr->answer;
	struct str name;

	while (str_split_next(&rest, ',', &name)) {
		name = str_trim(name);
		name.len = str_find(name, ' ');
		if (!lists(explain_ptr(d), name)) {
			bytes_append_text(out, "  ");
			bytes_append_visible(out, name);
			bytes_append_text(out, ": left out, it is not a host name\n");
		}
	}
}

static void text_rdns(const struct explain *e, const struct authz_decision *d, struct bytes *out)
{
	struct str_list ptr = explain_ptr(d);

	explain_line(out, "Reverse DNS", str_view(rdns_meaning(d)));
	for (size_t i = 0; i < ptr.count; i++) {
		text_name(e, d, ptr.items[i], out);
	}
	if (d->names.rdns != NULL) {
		text_left_out(e, d, out);
	}
}

/* The queries of the reverse DNS, and of rules that need further ones. */
static void text_queries(const struct explain *e, struct bytes *out)
{
	if (e->queries == NULL) {
		explain_line(out, "DNS queries", str_view("none"));
		return;
	}
	bytes_append_text(out, "DNS queries\n");
	for (const struct explain_query *q = e->queries; q != NULL; q = q->next) {
		const struct dns_fcrdns_trace_step *step = &q->step;
		char type[16];
		struct bytes text;

		bytes_init(&text, 0);
		bytes_appendf(&text, "%.*s: %.*s (ttl %u s, ", (int)step->name.len, step->name.data,
			(int)step->answer.len, step->answer.data, step->ttl_s);
		/* What was there already took no time. */
		if (step->us > 0) {
			duration_append_ms(&text, step->us);
			bytes_append_text(&text, " ms, ");
		}
		bytes_appendf(&text, "from %.*s%s)", (int)step->server.len, step->server.data,
			step->joined ? ", joined" : "");
		explain_item(out, dns_type_word(step->type, type), bytes_view(&text));
		bytes_clear(&text);
	}
}

static const char *rule_outcome(enum policy_truth truth)
{
	static const char *const words[] = {
		[POLICY_FALSE] = "does not hold",
		[POLICY_TRUE] = "holds",
		[POLICY_UNKNOWN] = "is unknown",
		[POLICY_UNFETCHED] = "was not looked up",
		[POLICY_NOT_EVALUATED] = "was not asked",
	};

	return words[truth];
}

static void text_step(const struct explain_step *s, struct bytes *out)
{
	struct str place = policy_rule_place(s->rule);
	struct str rule = policy_rule_text(s->rule);
	struct bytes text;

	bytes_append_text(out, "  ");
	bytes_append_visible(out, place);
	bytes_appendf(out, ": %s\n", rule_outcome(s->truth));
	bytes_init(&text, 0);
	bytes_appendf(&text, "%s = %.*s", explain_action_word(policy_rule_action(s->rule)),
		(int)rule.len, rule.data);
	explain_spaces(out, 4);
	explain_wrap(out, 4, 12, bytes_view(&text));
	for (size_t i = 0; s->terms != NULL && i < policy_rule_term_count(s->rule); i++) {
		if (s->truth == POLICY_TRUE || s->terms[i] != s->truth) {
			continue;
		}
		bytes_appendf(out, "    %-13s  ", explain_truth_word(s->terms[i]));
		explain_wrap(out, 19, 19, policy_rule_term_text(s->rule, i));
	}
	bytes_clear(&text);
}

static void text_steps(const struct explain *e, const struct authz_decision *d, struct bytes *out)
{
	size_t count = d->policy != NULL ? policy_rules_count(d->policy->rules) : 0;
	size_t asked = 0;

	if (e->steps == NULL) {
		explain_line(out, "Rules",
			str_view(d->policy != NULL && count == 0
					 ? "none: the policy has no rules"
					 : "none was asked, the decision came before them"));
		return;
	}
	bytes_append_text(out, "Rules\n");
	for (const struct explain_step *s = e->steps; s != NULL; s = s->next) {
		text_step(s, out);
		asked++;
	}
	if (asked < count) {
		bytes_appendf(out, "  %zu more after it: not asked\n", count - asked);
	}
}

static void text_network(const struct authz_network *network, struct bytes *out)
{
	if (network->asn_known) {
		bytes_appendf(out, "AS%u", network->asn);
	} else {
		bytes_append_text(out, "AS not known");
	}
	bytes_appendf(out, ", country %s", network->country_known ? network->country : "not known");
}

void explain_text(const struct explain *e, const struct authz_decision *d, struct bytes *out)
{
	struct bytes text;

	bytes_init(&text, 0);
	text_client(d, out);
	if (d->network.asked) {
		text_network(&d->network, &text);
		explain_line_take(out, "Network", &text);
	}
	bytes_append_text(out, "\n");
	text_rdns(e, d, out);
	explain_each_kept_out(d, text_kept_out, out);
	text_queries(e, out);
	bytes_append_text(out, "\n");
	explain_text_cert(d, out);
	if (d->agent.is_known) {
		authz_agent_text(&d->agent, &text);
		explain_line_take(out, "Agent", &text);
	}
	bytes_append_text(out, "\n");
	text_steps(e, d, out);
	bytes_append_text(out, "\n");
	explain_decision(d, &text);
	explain_line_take(out, "Decision", &text);
	explain_holding(e, d, &text);
	explain_line_take(out, "Valid for", &text);
	if (e->has_store) {
		explain_line(out, "Store",
			str_view("not asked: decided with this machine's own counts and names"));
	}
}
