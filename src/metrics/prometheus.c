/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "metrics/prometheus.h"

#include "base/counter.h"

#include <inttypes.h>

void metrics_prometheus_family(
	struct bytes *out, const char *name, enum metrics_prometheus_type type, const char *help)
{
	static const char *const words[] = {"counter", "gauge", "histogram"};

	bytes_appendf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, words[type]);
}

static void begin(struct bytes *out, const char *name, const char *labels)
{
	bytes_append_text(out, name);
	if (labels[0] != '\0') {
		bytes_appendf(out, "{%s}", labels);
	}
}

void metrics_prometheus_number(
	struct bytes *out, const char *name, const char *labels, uint64_t value)
{
	begin(out, name, labels);
	bytes_appendf(out, " %" PRIu64 "\n", value);
}

void metrics_prometheus_real(struct bytes *out, const char *name, const char *labels, double value)
{
	begin(out, name, labels);
	bytes_appendf(out, " %.6f\n", value);
}

void metrics_prometheus_histogram(
	struct bytes *out, const char *name, const struct metrics_prometheus_histogram *histogram)
{
	uint64_t count = 0;

	for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
		count += histogram->buckets[i];
		bytes_appendf(out, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
			histogram_bounds_us[i] / 1e6, count);
	}
	count += histogram->buckets[HISTOGRAM_BOUNDS];
	bytes_appendf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
	bytes_appendf(out, "%s_sum %.6f\n", name, (double)histogram->sum_us / 1e6);
	bytes_appendf(out, "%s_count %" PRIu64 "\n", name, count);
}

void metrics_prometheus_label(struct bytes *out, const char *name, struct str value)
{
	bytes_appendf(out, "%s=\"", name);
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];

		if (c == '\n') {
			bytes_append_text(out, "\\n");
			continue;
		}
		if (c == '\\' || c == '"') {
			bytes_append_u8(out, '\\');
		}
		bytes_append_u8(out, (uint8_t)(c >= ' ' && c <= '~' ? c : '?'));
	}
	bytes_append_text(out, "\"");
}
