/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/fcrdns_lookup.h"

#include "base/util.h"
#include "dns/cache/result.h"
#include "dns/resolver/trace.h"

#include <stdlib.h>
#include <string.h>

#define QUERIES_MAX 16
#define PARALLEL 2
#define REFRESH_SHARE 10u /* the last 1/10 of a result's life */

/* One of the forward lookups in flight. */
struct forward {
	struct dns_fcrdns_lookup *lookup;
	struct dns_request *request; /* NULL: free for the next name */
	size_t name;
};

struct dns_fcrdns_lookup {
	struct dns_timer deadline;
	const struct dns_fcrdns_env *env;
	const struct dns_fcrdns_trace *trace;
	void (*done)(
		void *ctx, enum dns_fcrdns_lookup_end end, const struct dns_fcrdns_result *result);
	void *ctx;
	struct dns_request *ptr;
	struct forward forwards[PARALLEL];
	/* host names, in the order in which they are looked up; one block with their text */
	struct str *names;
	bool *confirmed; /* one for each of names */
	size_t name_count;
	size_t ask_count; /* only the first ask_count names are looked up */
	size_t next_name;
	unsigned budget;
	uint64_t began_ms;
	uint64_t fresh_ms;   /* cached answers must be valid for longer than this */
	uint64_t expires_ms; /* of the authoritative answers */
	uint64_t retry_ms;   /* when the first of the failures expires */
	struct addr addr;
	enum dns_fcrdns_mode mode;
	bool zone;     /* the static zone had a part in it */
	bool failed;   /* at least one name is unknown */
	bool cut;      /* the answer had more names than struct dns_answer holds */
	bool overload; /* because of our own limits */
};

void dns_fcrdns_lookup_set_refresh(const struct dns_settings *settings,
	const struct dns_fcrdns_result *result, uint64_t now_ms)
{
	uint64_t life = result->expires_ms > now_ms ? result->expires_ms - now_ms : 0;
	uint64_t window = life / REFRESH_SHARE;

	if (!settings->refresh || result->status == DNS_FCRDNS_ERROR) {
		return;
	}
	if (window < settings->lookup_timeout_ms) {
		window = settings->lookup_timeout_ms;
	}
	dns_fcrdns_result_refresh_from(
		result, result->expires_ms - (window < life / 2 ? window : life / 2));
}

static void count(const struct dns_fcrdns_lookup *l, enum dns_fcrdns_status status, uint64_t now_ms)
{
	static const uint8_t results[] = {
		[DNS_FCRDNS_OFF] = DNS_STATS_ERROR,
		[DNS_FCRDNS_VERIFIED] = DNS_STATS_VERIFIED,
		[DNS_FCRDNS_UNVERIFIED] = DNS_STATS_UNVERIFIED,
		[DNS_FCRDNS_MISMATCH] = DNS_STATS_MISMATCH,
		[DNS_FCRDNS_NONE] = DNS_STATS_NONE,
		[DNS_FCRDNS_PRIVATE] = DNS_STATS_PRIVATE,
		[DNS_FCRDNS_ERROR] = DNS_STATS_ERROR,
	};
	struct dns_stats *stats = l->env->dns->stats;

	counter_add(&stats->results[results[status]], 1);
	histogram_observe(&stats->lookup_time, (now_ms - l->began_ms) * 1000);
}

static void finish(struct dns_fcrdns_lookup *l, enum dns_fcrdns_status status, uint64_t now_ms)
{
	const struct dns_resolver_env *dns = l->env->dns;
	uint64_t short_life_ms = now_ms + dns->settings->min_ttl_s * UINT64_C(1000);
	uint64_t expires_ms = l->expires_ms;

	count(l, status, now_ms);
	if (status == DNS_FCRDNS_ERROR && l->overload) {
		l->done(l->ctx, DNS_FCRDNS_LOOKUP_OVERLOAD, NULL);
		return;
	}
	if (status == DNS_FCRDNS_ERROR && l->retry_ms > now_ms && l->retry_ms < UINT64_MAX) {
		expires_ms = l->retry_ms;
	} else if (status == DNS_FCRDNS_ERROR && l->failed) {
		expires_ms =
			now_ms + dns_cache_result_backoff_ms(dns->cache, &l->addr, l->mode, now_ms);
	} else if (l->failed && expires_ms > short_life_ms) {
		expires_ms = short_life_ms;
	}
	const struct dns_fcrdns_result *result = dns_fcrdns_result_new(status, false,
		(struct str_list){l->names, l->name_count}, l->confirmed, expires_ms);

	if (result == NULL) {
		l->done(l->ctx, DNS_FCRDNS_LOOKUP_NO_MEMORY, NULL);
		return;
	}
	if (l->failed || l->cut) {
		dns_fcrdns_result_mark_incomplete(result);
	}
	dns_fcrdns_result_mark_unasked(result, l->name_count - l->ask_count);
	dns_fcrdns_lookup_set_refresh(dns->settings, result, now_ms);
	l->done(l->ctx,
		l->failed ? DNS_FCRDNS_LOOKUP_PARTIAL
		: l->zone ? DNS_FCRDNS_LOOKUP_LOCAL
			  : DNS_FCRDNS_LOOKUP_RESULT,
		result);
}

static void conclude(struct dns_fcrdns_lookup *l, uint64_t now_ms)
{
	for (size_t i = 0; i < l->name_count; i++) {
		if (l->confirmed[i]) {
			finish(l, DNS_FCRDNS_VERIFIED, now_ms);
			return;
		}
	}
	/* A name that was not looked up could be a confirmed one. */
	bool known = !l->failed && !l->cut && l->ask_count == l->name_count;

	finish(l, known ? DNS_FCRDNS_MISMATCH : DNS_FCRDNS_ERROR, now_ms);
}

static void note_failure(struct dns_fcrdns_lookup *l, uint64_t retry_ms)
{
	l->failed = true;
	if (retry_ms < l->retry_ms) {
		l->retry_ms = retry_ms;
	}
}

static void deadline_passed(struct dns_timer *timer, uint64_t now_ms)
{
	struct dns_fcrdns_lookup *l = CONTAINER_OF(timer, struct dns_fcrdns_lookup, deadline);

	counter_add(&l->env->dns->stats->deadlines, 1);
	note_failure(l, now_ms);
	conclude(l, now_ms);
}

static void on_step(struct dns_fcrdns_lookup *l, const struct dns_step *step)
{
	dns_trace_step(l->trace, step, l->env->upstreams);
}

static void on_ptr_step(void *ctx, const struct dns_step *step)
{
	on_step(ctx, step);
}

static void on_forward_step(void *ctx, const struct dns_step *step)
{
	const struct forward *f = ctx;

	on_step(f->lookup, step);
}

static void note_end(struct dns_fcrdns_lookup *l, const struct dns_request_end *end)
{
	l->zone = l->zone || end->zone;
	if (dns_status_is_failure(end->status)) {
		note_failure(l, end->expires_ms);
		l->overload = l->overload || end->status == DNS_STATUS_OVERLOAD;
	} else if (end->expires_ms < l->expires_ms) {
		l->expires_ms = end->expires_ms;
	}
}

static bool has_address(const struct dns_answer *answer, const struct addr *addr)
{
	for (size_t i = 0; i < answer->count; i++) {
		if (addr_eq(&answer->addrs[i], addr)) {
			return true;
		}
	}
	return false;
}

static struct dns_request *ask(struct dns_fcrdns_lookup *l, const struct dns_name *name,
	enum dns_type type, void (*step)(void *ctx, const struct dns_step *step),
	void (*done)(void *ctx, const struct dns_request_end *end), void *ctx)
{
	struct dns_request *request = dns_resolver_ask(l->env->resolver, name, type, &l->budget,
		l->trace != NULL ? step : NULL, done, ctx);

	if (request != NULL) {
		dns_resolver_want_fresh(request, l->fresh_ms);
	}
	return request;
}

static void on_forward(void *ctx, const struct dns_request_end *end);

/* Keeps up to PARALLEL forward lookups in flight; when all are done, ends the lookup. */
static void next_forwards(struct dns_fcrdns_lookup *l, uint64_t now_ms)
{
	enum dns_type type = l->addr.family == ADDR_V4 ? DNS_TYPE_A : DNS_TYPE_AAAA;
	bool waiting = false;

	for (size_t i = 0; i < PARALLEL; i++) {
		struct forward *f = &l->forwards[i];
		struct dns_name name;

		while (f->request == NULL && l->next_name < l->ask_count) {
			f->lookup = l;
			f->name = l->next_name++;
			if (dns_name_from_text(l->names[f->name], &name)) {
				f->request = ask(l, &name, type, on_forward_step, on_forward, f);
			}
			if (f->request == NULL) {
				note_failure(l, now_ms);
			}
		}
		waiting = waiting || f->request != NULL;
	}
	if (!waiting) {
		conclude(l, now_ms);
	}
}

static void on_forward(void *ctx, const struct dns_request_end *end)
{
	struct forward *f = ctx;
	struct dns_fcrdns_lookup *l = f->lookup;

	f->request = NULL;
	note_end(l, end);
	if (end->status == DNS_STATUS_DATA) {
		if (has_address(end->answer, &l->addr)) {
			l->confirmed[f->name] = true;
		} else if (end->answer->left_out > 0) {
			/* The client's address may be among the records that were left out. */
			note_failure(l, end->expires_ms);
		}
	}
	next_forwards(l, end->now_ms);
}

static bool is_wanted(const struct dns_fcrdns_env *env, struct str name)
{
	return env->wants != NULL && env->wants(env->wants_ctx, name);
}

/* Names are chosen in this order: wanted ones are looked up before any other. */
bool dns_fcrdns_lookup_would_choose(
	const struct dns_fcrdns_env *env, const struct dns_fcrdns_result *result)
{
	size_t asked = result->ptr.count - result->unasked.count;
	size_t wanted = 0;

	if (env->wants == NULL || result->unasked.count == 0) {
		return true;
	}
	while (wanted < asked && is_wanted(env, result->ptr.items[wanted])) {
		wanted++;
	}
	if (wanted == asked) {
		return true;
	}
	for (size_t i = 0; i < result->unasked.count; i++) {
		if (is_wanted(env, result->unasked.items[i])) {
			return false;
		}
	}
	return true;
}

/*
 * If there are more names than are looked up, chooses those that could matter to a rule, then the
 * first in the order of their text. The chosen names stay in the order of their text.
 */
static void choose_names(struct dns_fcrdns_lookup *l)
{
	size_t max = l->env->dns->settings->max_ptr;
	struct str sorted[DNS_ANSWER_MAX];
	bool chosen[DNS_ANSWER_MAX] = {false};
	size_t count = l->name_count;
	size_t left = max;
	size_t at = 0;

	l->ask_count = count;
	if (count <= max) {
		return;
	}
	l->ask_count = max;
	memcpy(sorted, l->names, count * sizeof(sorted[0]));
	for (size_t i = 0; i < count && left > 0; i++) {
		chosen[i] = is_wanted(l->env, sorted[i]);
		left -= chosen[i];
	}
	for (size_t i = 0; i < count && left > 0; i++) {
		left -= !chosen[i];
		chosen[i] = true;
	}
	for (size_t i = 0; i < 2 * count; i++) {
		if (chosen[i % count] == (i < count)) {
			l->names[at++] = sorted[i % count];
		}
	}
}

/* Keeps the names that are host names. */
static bool take_names(struct dns_fcrdns_lookup *l, const struct dns_answer *answer)
{
	size_t text_len = 0;
	char host[DNS_HOST_MAX + 1];

	for (size_t i = 0; i < answer->count; i++) {
		text_len += answer->names[i].len;
	}
	l->names = malloc(answer->count * sizeof(*l->names) + text_len + 1);
	l->confirmed = calloc(answer->count + 1, sizeof(*l->confirmed));
	if (l->names == NULL || l->confirmed == NULL) {
		return false;
	}
	char *text = (char *)(l->names + answer->count);

	for (size_t i = 0; i < answer->count; i++) {
		if (!dns_name_to_host(&answer->names[i], host)) {
			continue;
		}
		size_t len = strlen(host);

		memcpy(text, host, len);
		l->names[l->name_count++] = (struct str){text, len};
		text += len;
	}
	l->cut = answer->left_out > 0;
	choose_names(l);
	return true;
}

/* With rdns = single, the PTR's names count without a forward lookup. */
static void take_claims(struct dns_fcrdns_lookup *l)
{
	for (size_t i = 0; i < l->ask_count; i++) {
		l->confirmed[i] = true;
	}
}

static void on_ptr(void *ctx, const struct dns_request_end *end)
{
	struct dns_fcrdns_lookup *l = ctx;

	l->ptr = NULL;
	note_end(l, end);
	if (l->failed) {
		finish(l, DNS_FCRDNS_ERROR, end->now_ms);
	} else if (end->status == DNS_STATUS_NODATA || end->status == DNS_STATUS_NXDOMAIN) {
		finish(l, DNS_FCRDNS_NONE, end->now_ms);
	} else if (end->status != DNS_STATUS_DATA) {
		finish(l, DNS_FCRDNS_MISMATCH, end->now_ms);
	} else if (!take_names(l, end->answer)) {
		l->done(l->ctx, DNS_FCRDNS_LOOKUP_NO_MEMORY, NULL);
	} else if (l->name_count > 0 && l->mode == DNS_FCRDNS_SINGLE) {
		take_claims(l);
		finish(l, DNS_FCRDNS_UNVERIFIED, end->now_ms);
	} else {
		next_forwards(l, end->now_ms);
	}
}

struct dns_fcrdns_lookup *dns_fcrdns_lookup_start(const struct dns_fcrdns_env *env,
	const struct addr *addr, enum dns_fcrdns_mode mode, uint64_t fresh_ms,
	const struct dns_fcrdns_trace *trace,
	void (*done)(
		void *ctx, enum dns_fcrdns_lookup_end end, const struct dns_fcrdns_result *result),
	void *ctx, uint64_t began_ms)
{
	struct dns_fcrdns_lookup *l = calloc(1, sizeof(*l));
	struct dns_name reverse;

	if (l == NULL) {
		return NULL;
	}
	*l = (struct dns_fcrdns_lookup){.env = env,
		.trace = trace,
		.done = done,
		.ctx = ctx,
		.budget = QUERIES_MAX,
		.began_ms = began_ms,
		.fresh_ms = fresh_ms,
		.expires_ms = UINT64_MAX,
		.retry_ms = UINT64_MAX,
		.addr = *addr,
		.mode = mode,
		.deadline.fire = deadline_passed};
	dns_name_reverse(addr, &reverse);
	l->ptr = ask(l, &reverse, DNS_TYPE_PTR, on_ptr_step, on_ptr, l);
	if (l->ptr == NULL) {
		free(l);
		return NULL;
	}
	dns_timer_wheel_set(
		env->dns->wheel, &l->deadline, began_ms + env->dns->settings->lookup_timeout_ms);
	return l;
}

void dns_fcrdns_lookup_free(struct dns_fcrdns_lookup *lookup)
{
	if (lookup == NULL) {
		return;
	}
	dns_timer_wheel_clear(lookup->env->dns->wheel, &lookup->deadline);
	dns_resolver_cancel(lookup->ptr);
	for (size_t i = 0; i < PARALLEL; i++) {
		dns_resolver_cancel(lookup->forwards[i].request);
	}
	free(lookup->names);
	free(lookup->confirmed);
	free(lookup);
}
