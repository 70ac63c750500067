/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/local_answer.h"

#include "dns/resolver/offline.h"

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
	value = value > high ? high : value;
	return value < low ? low : value;
}

enum dns_status dns_local_answer_status(
	const struct dns_resolver_env *env, const struct dns_ending *ending)
{
	const struct dns_settings *settings = env->settings;

	if (!settings->require_ad || dns_status_is_failure(ending->status) ||
		(settings->trust_ad == DNS_YES && ending->answer->authentic)) {
		return ending->status;
	}
	return DNS_STATUS_NOT_AUTHENTIC;
}

uint64_t dns_local_answer_expiry(const struct dns_resolver_env *env, const struct dns_name *name,
	enum dns_type type, enum dns_status status, const struct dns_answer *answer,
	uint64_t now_ms)
{
	const struct dns_settings *settings = env->settings;
	uint64_t seconds;

	if (dns_status_is_local(status)) {
		return now_ms;
	}
	if (dns_status_is_failure(status)) {
		return now_ms + dns_cache_answer_backoff_ms(env->cache, name, type, now_ms);
	}
	if (!answer->has_ttl) {
		seconds = settings->min_ttl_s;
	} else if (status == DNS_STATUS_NODATA || status == DNS_STATUS_NXDOMAIN) {
		seconds = clamp(answer->ttl, settings->min_ttl_s, settings->negative_max_ttl_s);
	} else {
		seconds = clamp(answer->ttl, settings->min_ttl_s, settings->max_ttl_s);
	}
	return now_ms + seconds * 1000;
}

bool dns_local_answer_step(const struct dns_resolver_env *env, uint64_t fresh_ms,
	struct dns_answer *answer, struct dns_step *step)
{
	struct dns_cached cached;

	step->answer = answer;
	if (env->settings->offline != NULL) {
		dns_offline_step(env, answer, step);
		step->expires_ms = dns_local_answer_expiry(
			env, step->name, step->type, step->status, answer, step->now_ms);
		return true;
	}
	if (env->zone != NULL && dns_zone_answer(env->zone, step->name, step->type, answer)) {
		step->source = DNS_SOURCE_ZONE;
		step->status = dns_status_of(answer->kind);
		step->expires_ms = dns_local_answer_expiry(
			env, step->name, step->type, step->status, answer, step->now_ms);
		return true;
	}
	if (!dns_cache_get_answer(
		    env->cache, step->name, step->type, step->now_ms, &cached, answer) ||
		cached.expires_ms <= fresh_ms) {
		return false;
	}
	step->source = DNS_SOURCE_CACHE;
	step->status = cached.status;
	step->expires_ms = cached.expires_ms;
	return true;
}

void dns_trail_init(struct dns_trail *trail, const struct dns_name *name)
{
	*trail = (struct dns_trail){.mark = *name, .mark_at = 1};
}

/* Brent's algorithm: finds a loop of up to 4 names before the chain is too long. */
enum dns_status dns_trail_follow(
	struct dns_trail *trail, enum dns_status status, const struct dns_answer *answer)
{
	if (status != DNS_STATUS_DATA && status != DNS_STATUS_CNAME) {
		return status;
	}
	trail->cnames += answer->cnames;
	if (status == DNS_STATUS_CNAME && dns_name_eq(&trail->mark, &answer->target)) {
		return DNS_STATUS_CNAME_LOOP;
	}
	if (trail->cnames > DNS_CNAME_MAX) {
		return DNS_STATUS_CNAME_TOO_LONG;
	}
	if (status == DNS_STATUS_CNAME && trail->cnames >= trail->mark_at) {
		trail->mark = answer->target;
		trail->mark_at = trail->cnames * 2;
	}
	return status;
}

bool dns_local_answer_end(const struct dns_resolver_env *env, const struct dns_name *name,
	enum dns_type type, uint64_t now_ms, struct dns_answer *answer, struct dns_request_end *out)
{
	struct dns_request_end end = {.expires_ms = UINT64_MAX, .now_ms = now_ms};
	struct dns_name at = *name;
	struct dns_trail trail;

	dns_name_lower(&at);
	dns_trail_init(&trail, &at);
	for (unsigned steps = 0; steps <= DNS_CNAME_MAX; steps++) {
		struct dns_step step = {.name = &at, .type = type, .now_ms = now_ms};

		if (!dns_local_answer_step(env, 0, answer, &step)) {
			return false;
		}
		if (step.expires_ms < end.expires_ms) {
			end.expires_ms = step.expires_ms;
		}
		end.status = dns_trail_follow(&trail, step.status, answer);
		if (end.status != DNS_STATUS_CNAME) {
			end.answer = end.status == DNS_STATUS_DATA ? answer : NULL;
			*out = end;
			return true;
		}
		at = answer->target;
		dns_name_lower(&at);
	}
	return false;
}
