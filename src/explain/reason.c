/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/reason.h"

#include "base/clock.h"
#include "explain/explain_private.h"

const char *explain_action_word(enum policy_action action)
{
	return action == POLICY_ACTION_ALLOW ? "allow" : "deny";
}

static void append_rule(const struct authz_decision *d, struct bytes *out)
{
	struct str place = policy_rule_place(d->rule);
	struct str text = policy_rule_text(d->rule);

	bytes_appendf(out, "%.*s, %s = %.*s", (int)place.len, place.data,
		explain_action_word(policy_rule_action(d->rule)), (int)text.len, text.data);
}

static const char *on_error_word(enum policy_on_error on_error)
{
	return on_error == POLICY_ON_ERROR_ALLOW   ? "allow"
	       : on_error == POLICY_ON_ERROR_ERROR ? "error"
						   : "deny";
}

/* The explanation of a reason that has no text of its own. */
static const char *meaning(enum policy_reason reason)
{
	switch (reason) {
	case POLICY_REASON_NO_ADDRESS:
		return "there is no address of the client";
	case POLICY_REASON_BAD_ADDRESS:
		return "the client's address is not a valid IP address";
	case POLICY_REASON_CERT_MISSING:
		return "the policy requires a certificate, and the request has none";
	case POLICY_REASON_CERT_UNVERIFIED:
		return "the front end did not say that it verified the certificate";
	case POLICY_REASON_CERT_EXPIRED:
		return "the certificate has expired";
	case POLICY_REASON_CERT_NOT_YET_VALID:
		return "the certificate is not valid yet";
	case POLICY_REASON_BANNED:
		return "the client is banned";
	case POLICY_REASON_OVERLOAD:
		return "a limit of lookups or checks was reached";
	case POLICY_REASON_INTERNAL:
		return "out of memory, or a similar failure";
	default:
		return policy_reason_word(reason);
	}
}

static void append_why(const struct authz_decision *d, struct bytes *out)
{
	struct str policy = explain_policy_name(d);

	switch (d->reason) {
	case POLICY_REASON_RULE:
		bytes_append_text(out, "the rule of ");
		append_rule(d, out);
		return;
	case POLICY_REASON_RATE:
		bytes_append_text(out, "the client is above the rate in the rule of ");
		append_rule(d, out);
		return;
	case POLICY_REASON_DEFAULT:
		bytes_appendf(out, "no rule holds, and default = %s",
			explain_action_word(d->policy->default_action));
		return;
	case POLICY_REASON_UNKNOWN_POLICY:
		bytes_append_text(out, "there is no such policy as ");
		bytes_append_json(out, policy.data != NULL ? policy : str_view("default"));
		return;
	case POLICY_REASON_DUPLICATE_INPUT:
		bytes_append_text(out, d->detail);
		if (d->trusted.address != AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES) {
			bytes_append_text(out, " came twice");
		}
		break;
	case POLICY_REASON_DNS_ERROR:
		bytes_appendf(out, "DNS failed, and on_dns_error = %s",
			on_error_word(d->policy->on_dns_error));
		if (d->detail != NULL) {
			bytes_appendf(out, "; %s", d->detail);
		}
		break;
	case POLICY_REASON_AGENT_UNVERIFIED:
		bytes_append_text(out, "a rule asks for the agent, which is ");
		bytes_append_text(out, d->detail != NULL ? d->detail : "unverified");
		break;
	case POLICY_REASON_REGEX_LIMIT:
		bytes_append_text(out, "a regular expression ran into its limits");
		break;
	default:
		bytes_append_text(out, d->detail != NULL ? d->detail : meaning(d->reason));
		break;
	}
	if (d->rule != NULL) {
		bytes_append_text(out, "; the rule that asked: ");
		append_rule(d, out);
	}
}

void explain_decision(const struct authz_decision *d, struct bytes *out)
{
	bytes_appendf(out, "%s, status %u, reason %s", authz_verdict_word(d->verdict), d->status,
		policy_reason_word(d->reason));
	if (d->policy != NULL) {
		bytes_appendf(
			out, ", by policy %.*s", (int)d->policy->name.len, d->policy->name.data);
	}
	bytes_append_text(out, ": ");
	append_why(d, out);
}

static void append_claims(const struct authz_decision *d, struct bytes *out)
{
	unsigned claims = d->claims_used & ~d->policy->cached_claims;
	const char *separator = "";

	for (unsigned i = 0; i < POLICY_CLAIM_COUNT; i++) {
		if ((claims >> i & 1) != 0) {
			bytes_appendf(
				out, "%s%s", separator, policy_claim_word((enum policy_claim)i));
			separator = ", ";
		}
	}
}

/* Appends the DNS answer that expires first. */
static void append_shortest(const struct explain *e, struct bytes *out)
{
	const struct dns_fcrdns_trace_step *first = NULL;
	char type[16];

	for (const struct explain_query *q = e->queries; q != NULL; q = q->next) {
		if (first == NULL || q->step.ttl_s < first->ttl_s) {
			first = &q->step;
		}
	}
	if (first == NULL) {
		bytes_append_text(out, "what DNS said ends then");
		return;
	}
	bytes_appendf(out, "what DNS said ends then; of its answers the %s of %.*s is the first",
		dns_type_word(first->type, type), (int)first->name.len, first->name.data);
}

static void append_date(const struct authz_decision *d, struct bytes *out)
{
	bool begins = d->identity != NULL && d->request->wall_s < d->identity->not_before;
	char when[CLOCK_TEXT_MAX];

	if (d->identity == NULL) {
		return;
	}
	clock_format(begins ? d->identity->not_before : d->identity->not_after, when);
	bytes_appendf(out, "the certificate %s at %s", begins ? "begins" : "ends", when);
}

void explain_holding(const struct explain *e, const struct authz_decision *d, struct bytes *out)
{
	if (d->max_age_s > 0) {
		bytes_appendf(out, "%u s: ", d->max_age_s);
	} else {
		bytes_append_text(out, "this request only (0 s): ");
	}
	switch (d->bound) {
	case AUTHZ_BOUND_INPUT:
		bytes_append_text(out, "the request itself was refused");
		break;
	case AUTHZ_BOUND_MAX_CACHE:
		bytes_append_text(out, "max_cache of the policy");
		break;
	case AUTHZ_BOUND_DNS:
		append_shortest(e, out);
		break;
	case AUTHZ_BOUND_CERT:
		append_date(d, out);
		break;
	case AUTHZ_BOUND_CERT_CHECK:
		bytes_append_text(out, "what was found about the certificate's chain ends then");
		break;
	case AUTHZ_BOUND_CLAIM:
		bytes_append_text(out,
			"it rests on what the client claims, and cached_claims does not list ");
		append_claims(d, out);
		break;
	case AUTHZ_BOUND_AGENT:
		bytes_append_text(out,
			"a rule asks for the agent, and a signature is about its own "
			"request");
		break;
	case AUTHZ_BOUND_BAN:
		bytes_append_text(out, "a ban ends then");
		break;
	case AUTHZ_BOUND_RATE:
		bytes_append_text(out, "each request counts for a rate");
		break;
	case AUTHZ_BOUND_ERROR:
		bytes_append_text(out, "after an error the next request may end otherwise");
		break;
	}
}
