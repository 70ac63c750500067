/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "metrics/metrics.h"

#include "base/clock.h"
#include "metrics/metrics_private.h"

#include <stdlib.h>
#include <string.h>

#define LINE alignof(struct metrics_worker)

/* Zeroed, at the beginning of a cache line; NULL when out of memory. */
static void *lines_new(size_t size)
{
	size_t whole = (size + LINE - 1) / LINE * LINE;
	void *memory = aligned_alloc(LINE, whole);

	if (memory != NULL) {
		memset(memory, 0, whole);
	}
	return memory;
}

/* The name is copied, and lies behind the counters. */
static struct metrics_known *known_new(size_t workers, struct str name)
{
	struct metrics_known *known;
	size_t size = sizeof(*known) + workers * sizeof(known->workers[0]);

	known = lines_new(size + name.len);
	if (known != NULL) {
		char *copy = (char *)known + size;

		if (name.len > 0) {
			memcpy(copy, name.data, name.len);
		}
		known->name = (struct str){copy, name.len};
	}
	return known;
}

struct metrics *metrics_new(size_t workers, int64_t started_wall_s)
{
	struct metrics *metrics =
		lines_new(sizeof(*metrics) + workers * sizeof(metrics->workers[0]));

	if (metrics == NULL) {
		return NULL;
	}
	metrics->first = known_new(workers, str_view(""));
	if (metrics->first == NULL) {
		free(metrics);
		return NULL;
	}
	metrics->last = metrics->first;
	metrics->worker_count = workers;
	metrics->started_wall_s = started_wall_s;
	metrics->started_ms = clock_ms();
	counter_set(&metrics->reloaded_wall_s, (uint64_t)started_wall_s);
	return metrics;
}

void metrics_free(struct metrics *metrics)
{
	struct metrics_known *next;

	if (metrics == NULL) {
		return;
	}
	for (struct metrics_known *known = metrics->first; known != NULL; known = next) {
		next = metrics_known_next(known);
		free(known);
	}
	free(metrics);
}

/*
 * Searches from `from` on and round to it: policies stand in the order of the configuration, so
 * mostly the next one is the one searched for. NULL: not known.
 */
static struct metrics_known *find(
	const struct metrics *metrics, struct metrics_known *from, struct str name)
{
	struct metrics_known *known = from;

	do {
		if (known != metrics->first && str_eq(known->name, name)) {
			return known;
		}
		known = metrics_known_next(known);
		known = known != NULL ? known : metrics->first;
	} while (known != from);
	return NULL;
}

static struct str name_of(const struct config *config, size_t number)
{
	return number < config->policy_count ? config->policies[number].name
					     : config->lookups[number - config->policy_count].name;
}

bool metrics_know_policies(struct metrics *metrics, const struct config *config)
{
	struct metrics_known *at = metrics->first;

	for (size_t i = 0; i < config_all_policies(config); i++) {
		struct str name = name_of(config, i);
		struct metrics_known *known = find(metrics, at, name);

		if (known == NULL) {
			known = known_new(metrics->worker_count, name);
			if (known == NULL) {
				return false;
			}
			atomic_store_explicit(&metrics->last->next, known, memory_order_release);
			metrics->last = known;
		}
		at = known;
	}
	return true;
}

struct metrics_policy **metrics_policies(
	struct metrics *metrics, size_t worker, const struct config *config)
{
	struct metrics_policy **policies =
		calloc(config_all_policies(config) + 1, sizeof(struct metrics_policy *));
	struct metrics_known *none = metrics->first;
	struct metrics_known *at = none;

	if (policies == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < config_all_policies(config); i++) {
		struct metrics_known *known = find(metrics, at, name_of(config, i));

		at = known != NULL ? known : none;
		policies[i] = &at->workers[worker].counts;
	}
	policies[config_all_policies(config)] = &none->workers[worker].counts;
	return policies;
}

void metrics_note(struct metrics *metrics, enum metrics_event event, int64_t wall_s)
{
	counter_add(&metrics->events[event], 1);
	if (event == METRICS_RELOADED || event == METRICS_RELOAD_FAILED) {
		counter_set(&metrics->reload_failed, event == METRICS_RELOAD_FAILED);
	}
	if (event == METRICS_RELOADED) {
		counter_set(&metrics->reloaded_wall_s, (uint64_t)wall_s);
	}
}

uint64_t metrics_sum(const struct metrics *metrics, size_t at)
{
	uint64_t value = 0;

	for (size_t i = 0; i < metrics->worker_count; i++) {
		const char *worker = (const char *)&metrics->workers[i];

		value += counter_get((const _Atomic uint64_t *)(const void *)(worker + at));
	}
	return value;
}

uint64_t metrics_sum_policy(const struct metrics *metrics, const struct metrics_known *known,
	enum authz_verdict verdict, enum policy_reason reason)
{
	uint64_t value = 0;

	for (size_t i = 0; i < metrics->worker_count; i++) {
		value += counter_get(&known->workers[i].counts.decisions[verdict][reason]);
	}
	return value;
}

void metrics_count(struct metrics *metrics, enum metrics_event event, uint64_t count)
{
	counter_add(&metrics->events[event], count);
}

struct metrics_worker *metrics_worker(struct metrics *metrics, size_t worker)
{
	return &metrics->workers[worker];
}
