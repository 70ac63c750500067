/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_METRICS_PROMETHEUS_H
#define DW_METRICS_PROMETHEUS_H

#include "base/bytes.h"
#include "base/str.h"

#include <stdint.h>

/*
 * Prometheus' text format, version 0.0.4. `labels` are finished pairs between commas, without
 * braces, such as `verdict="allow",policy="web"`; "" for none.
 */

enum metrics_prometheus_type {
	METRICS_PROMETHEUS_COUNTER,
	METRICS_PROMETHEUS_GAUGE,
	METRICS_PROMETHEUS_HISTOGRAM
};

/* The two lines before a family's samples; all of them must follow. */
void metrics_prometheus_family(
	struct bytes *out, const char *name, enum metrics_prometheus_type type, const char *help);
void metrics_prometheus_number(
	struct bytes *out, const char *name, const char *labels, uint64_t value);
void metrics_prometheus_real(struct bytes *out, const char *name, const char *labels, double value);

/* The sum of values counted by histogram_observe. */
struct metrics_prometheus_histogram {
	const uint64_t *buckets; /* HISTOGRAM_BOUNDS + 1 */
	uint64_t sum_us;
};

/* In seconds; each bucket includes those below. */
void metrics_prometheus_histogram(
	struct bytes *out, const char *name, const struct metrics_prometheus_histogram *histogram);

/* One pair, its value escaped; bytes that are not ASCII text become "?". */
void metrics_prometheus_label(struct bytes *out, const char *name, struct str value);

#endif
