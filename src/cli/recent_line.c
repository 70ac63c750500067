/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/recent_line.h"

#include "base/bytes.h"
#include "cli/colour.h"

#include <inttypes.h>
#include <string.h>

/* The time of day in 2026-11-21T17:12:00Z. */
#define DAY_LEN 11

static struct str text(const json_t *decision, const char *key)
{
	const json_t *value = json_object_get(decision, key);

	return json_is_string(value)
		       ? (struct str){json_string_value(value), json_string_length(value)}
		       : (struct str){NULL, 0};
}

/* The value, visible, and blanks up to the width; "-": the value is absent. */
static void add_column(struct bytes *out, struct str value, size_t width)
{
	size_t before = out->len;

	if (value.len == 0) {
		bytes_append_text(out, "-");
	} else {
		bytes_append_visible(out, value);
	}
	do {
		bytes_append_text(out, " ");
	} while (!out->failed && out->len - before < width);
}

/* What the client asked for; absent parts are left out. */
static void add_request(struct bytes *out, const json_t *decision)
{
	static const char *const keys[] = {"method", "http_host", "uri"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct str value = text(decision, keys[i]);

		if (value.len > 0) {
			bytes_append_visible(out, value);
			bytes_append_text(out, i == 1 && text(decision, "uri").len > 0 ? "" : " ");
		}
	}
	if (text(decision, "user_agent").len > 0) {
		bytes_append_text(out, "\"");
		bytes_append_visible(out, text(decision, "user_agent"));
		bytes_append_text(out, "\" ");
	}
}

void cli_recent_line(FILE *to, bool colours, const json_t *decision)
{
	struct str verdict = text(decision, "verdict");
	enum cli_colour colour = str_eq_text(verdict, "allow")  ? CLI_GOOD
				 : str_eq_text(verdict, "deny") ? CLI_BAD
								: CLI_DOUBT;
	struct bytes out;

	bytes_init(&out, 0);
	bytes_append_visible(&out, str_from(text(decision, "time"), DAY_LEN));
	bytes_append_text(&out, " ");
	fwrite(out.data, 1, out.len, to);
	bytes_reset(&out, SIZE_MAX);
	add_column(&out, verdict, 6);
	cli_colour_print(to, colours, colour, bytes_view(&out));
	bytes_reset(&out, SIZE_MAX);
	bytes_appendf(
		&out, "%lld ", (long long)json_integer_value(json_object_get(decision, "status")));
	add_column(&out, text(decision, "reason"), 16);
	add_column(&out, text(decision, "policy"), 10);
	add_column(&out, text(decision, "ip"), 16);
	add_column(&out, text(decision, "hostname"), 0);
	add_request(&out, decision);
	fwrite(out.data, 1, out.len, to);
	bytes_reset(&out, SIZE_MAX);
	bytes_append_visible(&out, text(decision, "id"));
	cli_colour_print(to, colours, CLI_FAINT, bytes_view(&out));
	fputc('\n', to);
	bytes_clear(&out);
}
