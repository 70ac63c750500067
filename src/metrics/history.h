/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_METRICS_HISTORY_H
#define DW_METRICS_HISTORY_H

#include "base/bytes.h"
#include "metrics/metrics.h"

#include <stdint.h>

/*
 * The last hour of the counters, by steps: what was counted in each step, of decisions by policy,
 * verdict and reason, and of DNS. It is made of differences of the workers' counters, on the main
 * thread alone. A decision that was never made takes no memory; at most METRICS_HISTORY_SERIES
 * kinds are kept.
 */
struct metrics_history;

#define METRICS_HISTORY_STEP_S 10
#define METRICS_HISTORY_STEPS 360
#define METRICS_HISTORY_SERIES 2048

/* `metrics` is borrowed; `now_ms` is clock_ms(). NULL when out of memory. */
struct metrics_history *metrics_history_new(const struct metrics *metrics, uint64_t now_ms);
/* NULL is ignored. */
void metrics_history_free(struct metrics_history *history);

/*
 * To be called once a step, or oftener. What was counted since the last call counts in the step of
 * `now_ms`; steps without a call are 0.
 */
void metrics_history_sample(struct metrics_history *history, uint64_t now_ms);

/*
 * Appends the document as JSON; samples first. "values" are those of the steps that have ended, the
 * oldest first, and "current" is that of the step that has not; "end" is the UNIX time at which the
 * newest of the values ended.
 */
void metrics_history_write(
	struct metrics_history *history, uint64_t now_ms, int64_t wall_s, struct bytes *out);

#endif
