/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/curve.h"

#include "base/bytes.h"
#include "base/util.h"
#include "cli/colour.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STEPS_MAX 360
#define HEIGHTS 9

static bool shows_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *value = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names) && (value == NULL || value[0] == '\0'); i++) {
		value = getenv(names[i]);
	}
	return value != NULL &&
	       (strcasestr(value, "UTF-8") != NULL || strcasestr(value, "UTF8") != NULL);
}

/* Adds up the series of a verdict; returns the number of steps. */
static size_t sum(const json_t *history, const char *verdict, json_int_t values[STEPS_MAX])
{
	const json_t *series = json_object_get(history, "series");
	json_int_t steps = json_integer_value(json_object_get(history, "steps"));
	size_t count = steps > 0 && steps <= STEPS_MAX ? (size_t)steps : 0;

	memset(values, 0, STEPS_MAX * sizeof(*values));
	for (size_t i = 0; i < json_array_size(series); i++) {
		const json_t *one = json_array_get(series, i);
		const char *word = json_string_value(json_object_get(one, "verdict"));
		const json_t *of = json_object_get(one, "values");

		for (size_t s = 0; word != NULL && strcmp(word, verdict) == 0 && s < count; s++) {
			values[s] += json_integer_value(json_array_get(of, s));
		}
	}
	return count;
}

static void add_curve(struct bytes *out, const json_int_t *values, size_t count, json_int_t highest)
{
	static const char *const blocks[HEIGHTS] = {" ", "\u2581", "\u2582", "\u2583", "\u2584",
		"\u2585", "\u2586", "\u2587", "\u2588"};
	static const char *const plain[HEIGHTS] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
	const char *const *heights = shows_utf8() ? blocks : plain;

	for (size_t i = 0; i < count; i++) {
		json_int_t height = values[i] * (HEIGHTS - 1);

		/* What is not 0 is seen. */
		bytes_append_text(out, heights[highest > 0 ? (height + highest - 1) / highest : 0]);
	}
}

void cli_curves(FILE *to, bool colours, size_t width, const json_t *history)
{
	static const struct {
		const char *verdict;
		enum cli_colour colour;
	} rows[] = {{"allow", CLI_GOOD}, {"deny", CLI_BAD}, {"error", CLI_DOUBT}};
	double step_s = (double)json_integer_value(json_object_get(history, "step_s"));
	json_int_t values[STEPS_MAX];
	struct bytes out;

	bytes_init(&out, 0);
	for (size_t r = 0; r < ARRAY_LEN(rows) && step_s > 0; r++) {
		size_t count = sum(history, rows[r].verdict, values);
		size_t from = count > width ? count - width : 0;
		json_int_t highest = 0;

		for (size_t i = from; i < count; i++) {
			highest = values[i] > highest ? values[i] : highest;
		}
		bytes_reset(&out, SIZE_MAX);
		add_curve(&out, values + from, count - from, highest);
		fprintf(to, "%-6s %8.1f/s, at most %8.1f/s  ", rows[r].verdict,
			count > 0 ? (double)values[count - 1] / step_s : 0.0,
			(double)highest / step_s);
		cli_colour_print(to, colours, rows[r].colour, bytes_view(&out));
		fputc('\n', to);
	}
	bytes_clear(&out);
}
