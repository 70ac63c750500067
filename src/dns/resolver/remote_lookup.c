/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/remote_lookup.h"

#include "base/util.h"
#include "dns/wire/special_use.h"

#define HEAD_START_MS 5u
#define ANOTHER_START_MS                                                                           \
	20u /* for a question that is asked again while another machine asks DNS                   \
	     */
#define FIRST_PAUSE_MS 5u
#define LONGEST_PAUSE_MS 40u
#define WAIT_MAX_MS 200u
#define FRUITLESS_MAX 16u
#define IMPATIENT_MS 10000u

bool dns_remote_covers(
	const struct dns_remote_env *env, const struct addr *addr, struct dns_answer *room)
{
	struct dns_name reverse;

	if (env == NULL || env->cache == NULL || env->dns->settings->offline != NULL ||
		dns_addr_is_special_use(addr)) {
		return false;
	}
	dns_name_reverse(addr, &reverse);
	return env->dns->zone == NULL ||
	       !dns_zone_answer(env->dns->zone, &reverse, DNS_TYPE_PTR, room);
}

void dns_remote_put(const struct dns_remote_env *env, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_result *result)
{
	bool known = result->status == DNS_FCRDNS_VERIFIED ||
		     result->status == DNS_FCRDNS_UNVERIFIED ||
		     result->status == DNS_FCRDNS_MISMATCH || result->status == DNS_FCRDNS_NONE;

	if (known && !result->incomplete && result->unasked.count == 0) {
		env->cache->put(env->cache->ctx, addr, mode, result);
	}
}

static void on_reply(
	void *ctx, enum dns_remote_reply reply, const struct dns_fcrdns_result *result);

static bool ask(struct dns_remote_lookup *l, uint64_t now_ms)
{
	const struct dns_remote_cache *cache = l->env->cache;

	l->question = cache->ask(cache->ctx, &l->addr, l->mode, l->fresh_ms, on_reply, l);
	if (l->question == NULL) {
		return false;
	}
	uint64_t until_ms = now_ms + (l->waits ? ANOTHER_START_MS : HEAD_START_MS);

	dns_timer_wheel_set(l->env->dns->wheel, &l->timer,
		l->waits && until_ms > l->until_ms ? l->until_ms : until_ms);
	return true;
}

static void begin(struct dns_remote_lookup *l, uint64_t now_ms)
{
	struct dns_remote_env *env = l->env;

	dns_timer_wheel_clear(env->dns->wheel, &l->timer);
	if (l->waits) {
		counter_add(&env->dns->stats->remote_fruitless, 1);
		if (++env->fruitless >= FRUITLESS_MAX) {
			env->fruitless = 0;
			env->patient_ms = now_ms + IMPATIENT_MS;
		}
	}
	l->dns_has_begun = true;
	l->begin(l, now_ms);
}

/* Another machine is asking DNS. */
static void wait_for_it(struct dns_remote_lookup *l, uint64_t now_ms)
{
	if (!l->waits && now_ms < l->env->patient_ms) {
		begin(l, now_ms);
		return;
	}
	counter_add(&l->env->dns->stats->remote_waits, !l->waits);
	l->waits = true;
	if (now_ms + l->pause_ms > l->until_ms) {
		begin(l, now_ms);
		return;
	}
	dns_timer_wheel_set(l->env->dns->wheel, &l->timer, now_ms + l->pause_ms);
	l->pause_ms = l->pause_ms * 2 < LONGEST_PAUSE_MS ? l->pause_ms * 2 : LONGEST_PAUSE_MS;
}

static void on_reply(void *ctx, enum dns_remote_reply reply, const struct dns_fcrdns_result *result)
{
	struct dns_remote_lookup *l = ctx;
	struct dns_remote_env *env = l->env;
	uint64_t now_ms = env->now_ms(env->host);

	l->question = NULL;
	if (reply == DNS_REMOTE_RESULT) {
		dns_timer_wheel_clear(env->dns->wheel, &l->timer);
		env->fruitless = l->waits ? 0 : env->fruitless;
		counter_add(&env->dns->stats->remote_hits, 1);
		l->found(l, result, now_ms);
	} else if (!l->dns_has_begun) {
		if (reply == DNS_REMOTE_CLAIMED) {
			wait_for_it(l, now_ms);
		} else {
			begin(l, now_ms);
		}
	}
	env->wake(env->host);
}

static void on_timer(struct dns_timer *timer, uint64_t now_ms)
{
	struct dns_remote_lookup *l = CONTAINER_OF(timer, struct dns_remote_lookup, timer);

	if (l->question != NULL) {
		counter_add(&l->env->dns->stats->remote_late, 1);
		begin(l, now_ms);
	} else if (!ask(l, now_ms)) {
		begin(l, now_ms);
	}
}

bool dns_remote_lookup_start(
	struct dns_remote_lookup *l, struct dns_remote_env *env, uint64_t now_ms)
{
	uint64_t half_ms = env->dns->settings->lookup_timeout_ms / 2;

	l->env = env;
	l->timer.fire = on_timer;
	l->pause_ms = FIRST_PAUSE_MS;
	l->until_ms = now_ms + (half_ms < WAIT_MAX_MS ? half_ms : WAIT_MAX_MS);
	return env->cache != NULL && ask(l, now_ms);
}

void dns_remote_lookup_stop(struct dns_remote_lookup *l)
{
	if (l->env == NULL) {
		return;
	}
	dns_timer_wheel_clear(l->env->dns->wheel, &l->timer);
	if (l->question != NULL) {
		l->env->cache->cancel(l->question);
		l->question = NULL;
	}
}
