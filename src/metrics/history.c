/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "metrics/history.h"

#include "base/json.h"
#include "metrics/metrics_private.h"

#include <stdlib.h>

#define STEP_MS ((uint64_t)METRICS_HISTORY_STEP_S * 1000)

/* One counter: how far it was read, and what each step added. */
struct series {
	const struct metrics_known *known; /* NULL: of DNS */
	enum authz_verdict verdict;
	enum policy_reason reason;
	uint64_t read;
	struct series *next;
	uint32_t steps[METRICS_HISTORY_STEPS + 1]; /* the slot of a step is its number modulo */
};

#define SLOTS (METRICS_HISTORY_STEPS + 1)

static const struct {
	const char *key;
	size_t at[2]; /* 0: no second counter */
} dns_rows[] = {
	{"queries", {METRICS_AT(dns.queries[0]), METRICS_AT(dns.queries[1])}},
	{"tcp_queries", {METRICS_AT(dns.queries[1]), 0}},
	{"timeouts", {METRICS_AT(dns.timeouts), 0}},
	{"wrong_replies", {METRICS_AT(dns.wrong_replies), 0}},
	{"failed_lookups", {METRICS_AT(dns.results[DNS_STATS_ERROR]), 0}},
	{"cache_hits", {METRICS_AT(dns.cache_hits), 0}},
	{"cache_misses", {METRICS_AT(dns.cache_misses), 0}},
};

struct metrics_history {
	const struct metrics *metrics;
	uint64_t began_ms;
	uint64_t step; /* the current one's number */
	struct series *first;
	struct series **last;
	size_t count;
	uint64_t left_out; /* decisions of kinds for which there was no room */
	struct series dns[ARRAY_LEN(dns_rows)];
};

struct metrics_history *metrics_history_new(const struct metrics *metrics, uint64_t now_ms)
{
	struct metrics_history *history = calloc(1, sizeof(*history));

	if (history != NULL) {
		history->metrics = metrics;
		history->began_ms = now_ms;
		history->last = &history->first;
	}
	return history;
}

void metrics_history_free(struct metrics_history *history)
{
	if (history == NULL) {
		return;
	}
	while (history->first != NULL) {
		struct series *next = history->first->next;

		free(history->first);
		history->first = next;
	}
	free(history);
}

static void add(struct metrics_history *history, struct series *series, uint64_t total)
{
	uint32_t *slot = &series->steps[history->step % SLOTS];
	uint64_t sum = *slot + (total - series->read);

	*slot = sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
	series->read = total;
}

static void clear_slot(struct metrics_history *history, uint64_t step)
{
	for (struct series *s = history->first; s != NULL; s = s->next) {
		s->steps[step % SLOTS] = 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(dns_rows); i++) {
		history->dns[i].steps[step % SLOTS] = 0;
	}
}

static void advance(struct metrics_history *history, uint64_t now_ms)
{
	uint64_t step = (now_ms - history->began_ms) / STEP_MS;
	uint64_t from = history->step + 1;

	if (step >= SLOTS && from < step - SLOTS + 1) {
		from = step - SLOTS + 1;
	}
	for (uint64_t i = from; i <= step; i++) {
		clear_slot(history, i);
	}
	history->step = step > history->step ? step : history->step;
}

static bool is_of(const struct series *series, const struct metrics_known *known, unsigned verdict,
	unsigned reason)
{
	return series->known == known && series->verdict == (enum authz_verdict)verdict &&
	       series->reason == (enum policy_reason)reason;
}

static struct series *series_of(struct metrics_history *history, const struct metrics_known *known,
	unsigned verdict, unsigned reason)
{
	struct series *series = history->first;

	while (series != NULL && !is_of(series, known, verdict, reason)) {
		series = series->next;
	}
	if (series != NULL || history->count == METRICS_HISTORY_SERIES) {
		return series;
	}
	series = calloc(1, sizeof(*series));
	if (series != NULL) {
		series->known = known;
		series->verdict = (enum authz_verdict)verdict;
		series->reason = (enum policy_reason)reason;
		*history->last = series;
		history->last = &series->next;
		history->count++;
	}
	return series;
}

static void sample_policy(struct metrics_history *history, const struct metrics_known *known)
{
	for (unsigned v = 0; v < AUTHZ_VERDICTS; v++) {
		for (unsigned r = 0; r < POLICY_REASON_COUNT; r++) {
			uint64_t total = metrics_sum_policy(history->metrics, known,
				(enum authz_verdict)v, (enum policy_reason)r);
			struct series *series = total > 0 ? series_of(history, known, v, r) : NULL;

			if (series != NULL) {
				add(history, series, total);
			} else {
				history->left_out += total;
			}
		}
	}
}

void metrics_history_sample(struct metrics_history *history, uint64_t now_ms)
{
	const struct metrics *metrics = history->metrics;

	advance(history, now_ms);
	history->left_out = 0;
	for (const struct metrics_known *known = metrics->first; known != NULL;
		known = metrics_known_next(known)) {
		sample_policy(history, known);
	}
	for (size_t i = 0; i < ARRAY_LEN(dns_rows); i++) {
		uint64_t total = metrics_sum(metrics, dns_rows[i].at[0]);

		total += dns_rows[i].at[1] != 0 ? metrics_sum(metrics, dns_rows[i].at[1]) : 0;
		add(history, &history->dns[i], total);
	}
}

static uint64_t ended_steps(const struct metrics_history *history)
{
	return history->step < METRICS_HISTORY_STEPS ? history->step : METRICS_HISTORY_STEPS;
}

static void write_values(
	const struct metrics_history *history, const struct series *series, struct bytes *out)
{
	for (uint64_t i = history->step - ended_steps(history); i < history->step; i++) {
		json_u64(out, series->steps[i % SLOTS]);
	}
	json_close(out, ']');
}

static bool is_all_zero(const struct series *series)
{
	for (size_t i = 0; i < SLOTS; i++) {
		if (series->steps[i] != 0) {
			return false;
		}
	}
	return true;
}

static void write_series(
	const struct metrics_history *history, const struct series *s, struct bytes *out)
{
	json_open(out, '{');
	/* null: decisions without a policy */
	json_member_str(out, "policy",
		s->known != history->metrics->first ? s->known->name : (struct str){NULL, 0});
	json_member_text(out, "verdict", authz_verdict_word(s->verdict));
	json_member_text(out, "reason", policy_reason_word(s->reason));
	json_member_open(out, "values", '[');
	write_values(history, s, out);
	json_member_u64(out, "current", s->steps[history->step % SLOTS]);
	json_close(out, '}');
}

static void write_dns(const struct metrics_history *history, struct bytes *out)
{
	json_member_open(out, "dns", '{');
	for (size_t i = 0; i < ARRAY_LEN(dns_rows); i++) {
		json_member_open(out, dns_rows[i].key, '[');
		write_values(history, &history->dns[i], out);
	}
	json_close(out, '}');
}

void metrics_history_write(
	struct metrics_history *history, uint64_t now_ms, int64_t wall_s, struct bytes *out)
{
	metrics_history_sample(history, now_ms);

	uint64_t current_ms = now_ms - history->began_ms - history->step * STEP_MS;

	json_open(out, '{');
	json_member_u64(out, "step_s", METRICS_HISTORY_STEP_S);
	json_member_u64(out, "steps", ended_steps(history));
	json_member_u64(out, "end", (uint64_t)wall_s - current_ms / 1000);
	json_member_u64(out, "current_ms", current_ms);
	json_member_open(out, "series", '[');
	for (const struct series *s = history->first; s != NULL; s = s->next) {
		if (!is_all_zero(s)) {
			write_series(history, s, out);
		}
	}
	json_close(out, ']');
	write_dns(history, out);
	json_member_u64(out, "left_out", history->left_out);
	json_close(out, '}');
	bytes_append_text(out, "\n");
}
