/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/util.h"
#include "page/chart_private.h"
#include "page/html.h"
#include "page/parts_private.h"
#include "page/views_private.h"

#include <stdlib.h>

#define VERDICTS 3
#define REASONS_SHOWN 5 /* with a curve of their own: those with the most decisions */
#define REASONS_MAX 64  /* more are added to the others */

static const char *const verdict_words[VERDICTS] = {"allow", "deny", "error"};

/* The decisions of one reason that were not allowed. */
struct reason {
	struct str word;
	double total;
	struct page_curve curve;
};

struct hour {
	double step_s;
	size_t points;
	struct page_curve verdicts[VERDICTS];
	struct reason reasons[REASONS_MAX];
	size_t reason_count;
	struct reason others;
};

static double value_at(const json_t *values, size_t at)
{
	double value = json_number_value(json_array_get(values, at));

	return value > 0 ? value : 0;
}

/* Adds the values, the newest of which belongs to the last point; returns their sum. */
static double add(const struct hour *hour, struct page_curve *curve, const json_t *values)
{
	size_t count = json_array_size(values);
	double sum = 0;

	for (size_t i = 0; i < hour->points && i < count; i++) {
		double value = value_at(values, count - 1 - i);

		curve->values[hour->points - 1 - i] += value / hour->step_s;
		sum += value;
	}
	return sum;
}

static struct reason *reason_of(struct hour *hour, struct str word)
{
	for (size_t i = 0; i < hour->reason_count; i++) {
		if (str_eq(hour->reasons[i].word, word)) {
			return &hour->reasons[i];
		}
	}
	if (hour->reason_count == REASONS_MAX) {
		return &hour->others;
	}
	hour->reasons[hour->reason_count].word = word;
	return &hour->reasons[hour->reason_count++];
}

static int by_total(const void *a, const void *b)
{
	double first = ((const struct reason *)a)->total;
	double second = ((const struct reason *)b)->total;

	return (first < second) - (first > second);
}

static void read_series(struct hour *hour, const json_t *history)
{
	const json_t *series = json_object_get(history, "series");
	const json_t *one;
	size_t i;

	hour->step_s = json_number_value(json_object_get(history, "step_s"));
	hour->step_s = hour->step_s > 0 ? hour->step_s : 1;
	json_array_foreach(series, i, one)
	{
		size_t count = json_array_size(json_object_get(one, "values"));

		hour->points = count > hour->points ? count : hour->points;
	}
	hour->points = hour->points > PAGE_CHART_POINTS ? PAGE_CHART_POINTS : hour->points;
	json_array_foreach(series, i, one)
	{
		struct str verdict = page_str(one, "verdict");
		const json_t *values = json_object_get(one, "values");

		for (size_t v = 0; v < VERDICTS; v++) {
			if (str_eq_text(verdict, verdict_words[v])) {
				add(hour, &hour->verdicts[v], values);
			}
		}
		if (!str_eq_text(verdict, "allow")) {
			struct reason *reason = reason_of(hour, page_str(one, "reason"));

			reason->total += add(hour, &reason->curve, values) +
					 (double)page_number(one, "current");
		}
	}
}

/* Puts those with the most decisions first, and adds the rest to the others. */
static size_t sort_reasons(struct hour *hour)
{
	size_t shown = 0;

	qsort(hour->reasons, hour->reason_count, sizeof(hour->reasons[0]), by_total);
	while (shown < hour->reason_count && hour->reasons[shown].total > 0) {
		shown++;
	}
	for (size_t r = REASONS_SHOWN; r < shown; r++) {
		hour->others.total += hour->reasons[r].total;
		for (size_t i = 0; i < hour->points; i++) {
			hour->others.curve.values[i] += hour->reasons[r].curve.values[i];
		}
	}
	shown = shown > REASONS_SHOWN ? REASONS_SHOWN : shown;
	if (hour->others.total > 0) {
		hour->others.word = str_view("others");
		hour->reasons[shown++] = hour->others;
	}
	return shown;
}

static void write_reasons(struct hour *hour, struct bytes *out)
{
	static const char *const classes[REASONS_SHOWN + 1] = {"k0", "k1", "k2", "k3", "k4", "k5"};
	struct page_curve *curves;
	size_t count = sort_reasons(hour);

	if (count == 0) {
		bytes_append_text(out, "<p class=\"soft\">Each request of the last hour was "
				       "allowed.</p>\n");
		return;
	}
	curves = calloc(count, sizeof(*curves));
	if (curves == NULL) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		curves[i] = hour->reasons[i].curve;
		curves[i].name = hour->reasons[i].word;
		curves[i].class = classes[i];
	}
	page_write_chart(
		out, "Not allowed a second, by reason", curves, count, hour->points, hour->step_s);
	free(curves);
}

/* The last minute, ten minutes and hour of one series, in numbers. */
static void write_row(const json_t *series, double step_s, struct bytes *out)
{
	static const double spans_s[] = {60, 600, 3600};
	const json_t *values = json_object_get(series, "values");
	size_t count = json_array_size(values);

	bytes_append_text(out, "<tr>");
	page_cell(out, page_str(series, "policy"));
	bytes_append_text(out, "<td>");
	page_word(out, page_str(series, "verdict"));
	bytes_append_text(out, "</td>");
	page_cell(out, page_str(series, "reason"));
	for (size_t s = 0; s < ARRAY_LEN(spans_s); s++) {
		double sum = (double)page_number(series, "current");

		for (size_t i = 0; i < count && (double)(i + 1) * step_s <= spans_s[s]; i++) {
			sum += value_at(values, count - 1 - i);
		}
		page_cell_u64(out, sum < 1e18 ? (uint64_t)sum : 0);
	}
	bytes_append_text(out, "</tr>\n");
}

static void write_numbers(const struct page_data *data, double step_s, struct bytes *out)
{
	static const char *const columns[] = {
		"Policy", "Verdict", "Reason", "#Last minute", "#Last 10 minutes", "#Last hour"};
	const json_t *series;
	size_t i;

	bytes_append_text(out, "<details><summary>In numbers</summary>\n");
	page_table_open(out, "Decisions of the last hour", columns, ARRAY_LEN(columns));
	json_array_foreach(json_object_get(data->history, "series"), i, series)
	{
		write_row(series, step_s, out);
	}
	page_table_close(out);
	bytes_append_text(out, "</details>\n");
}

void page_write_plots(const struct page_data *data, struct bytes *out)
{
	struct hour *hour;

	if (data->history == NULL) {
		return;
	}
	hour = calloc(1, sizeof(*hour));
	if (hour == NULL) {
		out->failed = true;
		return;
	}
	read_series(hour, data->history);
	for (size_t v = 0; v < VERDICTS; v++) {
		hour->verdicts[v].name = str_view(verdict_words[v]);
		hour->verdicts[v].class = verdict_words[v];
	}
	bytes_append_text(out,
		"<section id=\"hour\" class=\"wide\" aria-labelledby=\"hour-h\" "
		"data-live><h2 id=\"hour-h\">The last hour</h2>\n<div class=\"plots\">");
	page_write_chart(out, "Decisions a second, by verdict", hour->verdicts, VERDICTS,
		hour->points, hour->step_s);
	write_reasons(hour, out);
	bytes_append_text(out, "</div>\n");
	write_numbers(data, hour->step_s, out);
	page_section_close(out);
	free(hour);
}
