/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/status_lines.h"

#include "base/clock.h"
#include "base/util.h"

#include <inttypes.h>

#define LABEL_WIDTH 15

uint64_t cli_json_number(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

const char *cli_json_text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "";
}

bool cli_json_is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static void line(const struct cli_lines *s, const char *label, enum cli_colour colour,
	const struct bytes *value)
{
	fprintf(s->to, "%-*s", LABEL_WIDTH, label);
	cli_colour_print(s->to, s->colours, colour, bytes_view(value));
	fputc('\n', s->to);
}

void cli_lines_take(
	const struct cli_lines *s, const char *label, enum cli_colour colour, struct bytes *value)
{
	line(s, label, colour, value);
	bytes_reset(value, SIZE_MAX);
}

void cli_add_duration(struct bytes *out, uint64_t seconds)
{
	static const struct {
		uint64_t s;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(units) && seconds < units[i].s) {
		i++;
	}
	bytes_appendf(out, "%" PRIu64 " %s", seconds / units[i].s, units[i].unit);
	if (i + 1 < ARRAY_LEN(units) && seconds % units[i].s >= units[i + 1].s) {
		bytes_appendf(out, " %" PRIu64 " %s", seconds % units[i].s / units[i + 1].s,
			units[i + 1].unit);
	}
}

void cli_lines_add_time(const struct cli_lines *s, struct bytes *out, const char *time)
{
	int64_t at_s;

	bytes_append_visible(out, str_view(time));
	if (!clock_parse(str_view(time), &at_s)) {
		return;
	}
	bytes_append_text(out, at_s > s->now_s ? ", in " : ", ");
	cli_add_duration(out, (uint64_t)(at_s > s->now_s ? at_s - s->now_s : s->now_s - at_s));
	bytes_append_text(out, at_s > s->now_s ? "" : " ago");
}

void cli_add_size(struct bytes *out, uint64_t size)
{
	if (size < (uint64_t)1 << 20) {
		bytes_appendf(out, "%" PRIu64 " KiB", size >> 10);
	} else {
		bytes_appendf(out, "%" PRIu64 " MiB", size >> 20);
	}
}

void cli_add_share(struct bytes *out, uint64_t part, uint64_t whole)
{
	if (whole == 0) {
		bytes_append_text(out, "-");
	} else {
		bytes_appendf(out, "%.0f %%", 100.0 * (double)part / (double)whole);
	}
}
