/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/status_lines.h"

#include "base/clock.h"
#include "base/duration.h"
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

void cli_lines_add_time(const struct cli_lines *s, struct bytes *out, const char *time)
{
	int64_t at_s;

	bytes_append_visible(out, str_view(time));
	if (!clock_parse(str_view(time), &at_s)) {
		return;
	}
	bytes_append_text(out, at_s > s->now_s ? ", in " : ", ");
	duration_append(out, (uint64_t)(at_s > s->now_s ? at_s - s->now_s : s->now_s - at_s));
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
