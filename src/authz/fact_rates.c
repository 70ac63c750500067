/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/fact_rates.h"

#include "base/clock.h"
#include "policy/evaluate.h"
#include "policy/rate.h"
#include "shared/rates.h"

/* A rate about which the store is asked. */
struct authz_rate_wait {
	struct authz_rate_wait *next;
	struct authz_rates *rates;
	const struct policy_rate *rate;
	uint64_t key;
	struct shared_rate_wait wait;
};

/* Off the usual way: most clients are not near to a rate. */
static void note(struct authz_rates *r, const struct policy_rate *rate, uint64_t key,
	uint64_t missing_ns, bool refused)
{
	if (r->near == NULL || (!refused && missing_ns < rate->unit_ns / 2)) {
		return;
	}
	const struct authz_rates_near_client client = {.buckets = r->buckets,
		.policy = r->policy,
		.rate = rate,
		.facts = r->facts,
		.key = key,
		.missing_ns = missing_ns,
		.now_ns = clock_us() * 1000,
		.refused = refused,
		.cut = r->cut_clients};

	authz_rates_near_note(r->near, &client);
}

static void settle(struct authz_rates *r, const struct policy_rate *rate, uint64_t key, bool over)
{
	if (over) {
		note(r, rate, key, rate->unit_ns, true);
		/* What others refused has used nothing up here. */
		policy_token_buckets_give(r->buckets, key, rate->tokens, rate->unit_ns);
	}
	r->asked |= UINT64_C(1) << rate->number;
	r->over |= (uint64_t)over << rate->number;
}

static void on_answer(void *ctx, bool over)
{
	struct authz_rate_wait *w = ctx;
	struct authz_rates *r = w->rates;

	settle(r, w->rate, w->key, over);
	r->fetched(r->ctx);
}

uint64_t authz_rates_deadline_ms(struct authz_rates *r)
{
	const struct shared *shared = shared_worker_shared(r->shared);

	if (r->deadline_ms == 0) {
		r->deadline_ms = clock_ms() + shared_settings(shared)->timeout_ms;
	}
	return r->deadline_ms;
}

/* Out of memory: the client counts as above the rate. */
static void ask_store(struct authz_rates *r, const struct policy_rate *rate, uint64_t key)
{
	const struct shared_rate question = {
		.bucket = {.key = key, .unit_ns = rate->unit_ns, .tokens = rate->tokens},
		.policy = r->policy,
		.rate = rate,
		.facts = r->facts,
	};
	struct authz_rate_wait *w = arena_alloc(r->arena, 1, sizeof(*w));

	if (w == NULL) {
		settle(r, rate, key, true);
		return;
	}
	*w = (struct authz_rate_wait){.next = r->first, .rates = r, .rate = rate, .key = key};
	w->wait.deadline_ms = authz_rates_deadline_ms(r);
	w->wait.done = on_answer;
	w->wait.ctx = w;
	switch (shared_rates_take(r->shared, &question, &w->wait)) {
	case SHARED_RATE_WITHIN:
		settle(r, rate, key, false);
		break;
	case SHARED_RATE_OVER:
		settle(r, rate, key, true);
		break;
	case SHARED_RATE_WAIT:
		r->first = w;
		break;
	}
}

static void count(struct authz_rates *r, const struct policy_rate *rate, uint64_t now_ns)
{
	uint64_t key = policy_rate_key(r->buckets, r->policy, rate, r->facts);
	uint64_t missing_ns = 0;
	bool over = r->is_trial ? !policy_token_buckets_has(
					  r->buckets, key, rate->tokens, rate->unit_ns, now_ns)
				: !policy_token_buckets_take(r->buckets, key, rate->tokens,
					  rate->unit_ns, now_ns, &missing_ns);

	if (!r->is_trial) {
		note(r, rate, key, missing_ns, over);
	}
	if (!over && r->shared != NULL && !r->is_trial) {
		ask_store(r, rate, key);
		return;
	}
	r->asked |= UINT64_C(1) << rate->number;
	r->over |= (uint64_t)over << rate->number;
}

bool authz_rates_ask(struct authz_rates *r, uint64_t wanted)
{
	uint64_t before = r->asked;
	uint64_t uncounted = wanted & ~r->counted;
	uint64_t now_ns = uncounted != 0 ? clock_us() * 1000 : 0;

	r->counted |= uncounted;
	for (uint64_t left = uncounted; left != 0; left &= left - 1) {
		unsigned number = (unsigned)__builtin_ctzll(left);

		count(r, policy_rules_rate(r->policy->rules, number), now_ns);
	}
	return (r->asked & ~before) != 0;
}

void authz_rates_cancel(struct authz_rates *r)
{
	for (struct authz_rate_wait *w = r->first; w != NULL; w = w->next) {
		shared_rates_cancel(&w->wait);
	}
	r->first = NULL;
}
