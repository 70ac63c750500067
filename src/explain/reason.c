/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/reason.h"

#include "base/clock.h"
#include "explain/explain_private.h"

const char *explain_action_word(enum policy_action action)
{
	return action == POLICY_ACTION_ALLOW ? "allow" : "deny";
}

static void append_rule(const struct authz *a, struct bytes *out)
{
	struct str place = policy_rule_place(a->rule);
	struct str text = policy_rule_text(a->rule);

	bytes_appendf(out, "%.*s, %s = %.*s", (int)place.len, place.data,
		explain_action_word(policy_rule_action(a->rule)), (int)text.len, text.data);
}

static const char *on_error_word(enum policy_on_error on_error)
{
	return on_error == POLICY_ON_ERROR_ALLOW   ? "allow"
	       : on_error == POLICY_ON_ERROR_ERROR ? "error"
						   : "deny";
}

/* What there is to say of a reason that no text came with. */
static const char *meaning(enum policy_reason reason)
{
	switch (reason) {
	case POLICY_REASON_NO_ADDRESS:
		return "there is no address of the client";
	case POLICY_REASON_BAD_ADDRESS:
		return "what should be the client's address is none";
	case POLICY_REASON_CERT_MISSING:
		return "the policy requires a certificate, and there is none";
	case POLICY_REASON_CERT_UNVERIFIED:
		return "the front end did not say that it verified the certificate";
	case POLICY_REASON_CERT_EXPIRED:
		return "the certificate has expired";
	case POLICY_REASON_CERT_NOT_YET_VALID:
		return "the certificate is not valid yet";
	case POLICY_REASON_OVERLOAD:
		return "a limit of look-ups or checks was reached";
	case POLICY_REASON_INTERNAL:
		return "out of memory, or the like";
	default:
		return policy_reason_word(reason);
	}
}

static void append_why(const struct authz *a, struct bytes *out)
{
	struct str policy = explain_policy_name(a);

	switch (a->reason) {
	case POLICY_REASON_RULE:
		bytes_append_text(out, "the rule of ");
		append_rule(a, out);
		return;
	case POLICY_REASON_RATE:
		bytes_append_text(out, "the client is above the rate in the rule of ");
		append_rule(a, out);
		return;
	case POLICY_REASON_DEFAULT:
		bytes_appendf(out, "no rule holds, and default = %s",
			explain_action_word(a->policy->default_action));
		return;
	case POLICY_REASON_UNKNOWN_POLICY:
		bytes_append_text(out, "there is no such policy as ");
		bytes_append_json(out, policy.data != NULL ? policy : str_view("default"));
		return;
	case POLICY_REASON_DUPLICATE_INPUT:
		bytes_append_text(out, a->detail);
		if (a->belief.address != AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES) {
			bytes_append_text(out, " came twice");
		}
		break;
	case POLICY_REASON_DNS_ERROR:
		bytes_appendf(out, "DNS failed, and on_dns_error = %s",
			on_error_word(a->policy->on_dns_error));
		if (a->detail != NULL) {
			bytes_appendf(out, "; %s", a->detail);
		}
		break;
	case POLICY_REASON_REGEX_LIMIT:
		bytes_append_text(out, "a regular expression ran into its limits");
		break;
	default:
		bytes_append_text(out, a->detail != NULL ? a->detail : meaning(a->reason));
		break;
	}
	if (a->rule != NULL) {
		bytes_append_text(out, "; the rule that asked: ");
		append_rule(a, out);
	}
}

void explain_decision(const struct authz *a, struct bytes *out)
{
	bytes_appendf(out, "%s, status %u, reason %s", authz_verdict_word(a->verdict), a->status,
		policy_reason_word(a->reason));
	if (a->policy != NULL) {
		bytes_appendf(
			out, ", by policy %.*s", (int)a->policy->name.len, a->policy->name.data);
	}
	bytes_append_text(out, ": ");
	append_why(a, out);
}

static void append_claims(const struct authz *a, struct bytes *out)
{
	unsigned claims = a->decided.claims_used & ~a->policy->cached_claims;
	const char *separator = "";

	for (unsigned i = 0; i < POLICY_CLAIM_COUNT; i++) {
		if ((claims >> i & 1) != 0) {
			bytes_appendf(
				out, "%s%s", separator, policy_claim_word((enum policy_claim)i));
			separator = ", ";
		}
	}
}

/* The answer that ends first. */
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

static void append_date(const struct authz *a, struct bytes *out)
{
	bool begins = a->identity != NULL && a->wall_s < a->identity->not_before;
	char when[CLOCK_TEXT_MAX];

	if (a->identity == NULL) {
		return;
	}
	clock_format(begins ? a->identity->not_before : a->identity->not_after, when);
	bytes_appendf(out, "the certificate %s at %s", begins ? "begins" : "ends", when);
}

void explain_holding(const struct explain *e, const struct authz *a, struct bytes *out)
{
	if (a->max_age_s > 0) {
		bytes_appendf(out, "%u s: ", a->max_age_s);
	} else {
		bytes_append_text(out, "this request only (0 s): ");
	}
	switch (a->bound) {
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
		append_date(a, out);
		break;
	case AUTHZ_BOUND_CERT_CHECK:
		bytes_append_text(out, "what was found about the certificate's chain ends then");
		break;
	case AUTHZ_BOUND_CLAIM:
		bytes_append_text(out,
			"it rests on what the client claims, and cached_claims does not list ");
		append_claims(a, out);
		break;
	case AUTHZ_BOUND_RATE:
		bytes_append_text(out, "each request counts for a rate");
		break;
	case AUTHZ_BOUND_ERROR:
		bytes_append_text(out, "after an error the next request may end otherwise");
		break;
	}
}
