/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/decision.h"

#include "base/clock.h"

static const unsigned status_of_error = 503;

void authz_decision_hold_until(struct authz_decision *d, int64_t wall_s, enum authz_bound bound)
{
	int64_t now_s = d->request->wall_s;
	int64_t left = wall_s > now_s ? wall_s - now_s : 0;

	if (left < (int64_t)d->holds_s) {
		d->holds_s = (uint32_t)left;
		d->bound = bound;
	}
}

void authz_decision_detail_take(struct authz_decision *d, struct arena *arena, struct bytes *text)
{
	bytes_append_u8(text, '\0');
	d->detail = text->failed ? NULL : arena_dup(arena, bytes_view(text)).data;
	bytes_clear(text);
}

/* Whether the same request could be decided differently a moment later. */
static bool is_passing(enum policy_reason reason)
{
	return reason == POLICY_REASON_DNS_ERROR || reason == POLICY_REASON_REGEX_LIMIT ||
	       reason == POLICY_REASON_AGENT_UNVERIFIED || reason == POLICY_REASON_OVERLOAD ||
	       reason == POLICY_REASON_INTERNAL;
}

/* Caches may keep a response for a shorter time than the input on which it rests is valid. */
static void bound_max_age(struct authz_decision *d)
{
	d->max_age_s = d->holds_s;
	if (d->policy->max_cache_s < d->max_age_s) {
		d->max_age_s = d->policy->max_cache_s;
		d->bound = AUTHZ_BOUND_MAX_CACHE;
	}
	unsigned cached =
		authz_input_asks_vary(&d->request->input) ? ~0U : d->policy->cached_claims;

	if (d->max_age_s > 0 && (d->claims_used & ~cached) != 0) {
		d->max_age_s = 0;
		d->bound = AUTHZ_BOUND_CLAIM;
	}
	/* The key of a front end's cache does not have the signature. */
	if (d->max_age_s > 0 && d->agent.is_known && !authz_input_asks_vary(&d->request->input)) {
		d->max_age_s = 0;
		d->bound = AUTHZ_BOUND_AGENT;
	}
	if (d->claims_unclear != 0) {
		d->max_age_s = 0;
		d->bound = AUTHZ_BOUND_INPUT;
	}
}

void authz_decision_end(
	struct authz_decision *d, enum authz_verdict verdict, enum policy_reason reason)
{
	if (is_passing(reason)) {
		d->holds_s = 0;
		d->bound = AUTHZ_BOUND_ERROR;
	}
	if (d->policy != NULL) {
		bound_max_age(d);
	}
	d->verdict = verdict;
	d->reason = reason;
	switch (verdict) {
	case AUTHZ_ALLOW:
		d->status = 200;
		break;
	case AUTHZ_DENY:
		d->status = d->policy != NULL ? d->policy->deny_status : 403;
		break;
	case AUTHZ_ERROR:
		d->status = status_of_error;
		break;
	}
}

uint64_t authz_decision_until_ms(const struct authz_decision *d)
{
	uint64_t until_ms = clock_ms() + (uint64_t)d->holds_s * 1000;
	uint64_t refresh_ms = d->names.rdns != NULL ? d->names.rdns->refresh_ms : UINT64_MAX;

	return refresh_ms < until_ms ? refresh_ms : until_ms;
}

const char *authz_verdict_word(enum authz_verdict verdict)
{
	static const char *const words[] = {"allow", "deny", "error"};

	return words[verdict];
}

const char *authz_bound_word(enum authz_bound bound)
{
	static const char *const words[] = {
		[AUTHZ_BOUND_INPUT] = "input",
		[AUTHZ_BOUND_MAX_CACHE] = "max_cache",
		[AUTHZ_BOUND_DNS] = "dns",
		[AUTHZ_BOUND_CERT] = "cert",
		[AUTHZ_BOUND_CERT_CHECK] = "cert_check",
		[AUTHZ_BOUND_CLAIM] = "claim",
		[AUTHZ_BOUND_AGENT] = "agent",
		[AUTHZ_BOUND_BAN] = "ban",
		[AUTHZ_BOUND_RATE] = "rate",
		[AUTHZ_BOUND_ERROR] = "error",
	};

	return words[bound];
}
