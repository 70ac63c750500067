/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/clock.h"
#include "base/duration.h"
#include "base/util.h"
#include "page/html.h"
#include "page/parts_private.h"

#include <inttypes.h>
#include <stdio.h>

#define DASH "\xe2\x80\x93"

uint64_t page_number(const json_t *object, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	return value > 0 ? (uint64_t)value : 0;
}

static struct str str_of(const json_t *value)
{
	const char *data = json_string_value(value);

	return data != NULL ? (struct str){data, json_string_length(value)} : str_view("");
}

struct str page_str(const json_t *object, const char *key)
{
	return str_of(json_object_get(object, key));
}

bool page_is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

void page_u64(struct bytes *out, uint64_t value)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, value);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0) {
			bytes_append_text(out, ",");
		}
		bytes_append_u8(out, (uint8_t)digits[i]);
	}
}

void page_rate(struct bytes *out, double per_second)
{
	if (per_second >= 99.95) {
		page_u64(out, (uint64_t)(per_second + 0.5));
	} else {
		bytes_appendf(out, "%.*f", per_second >= 9.995 ? 1 : 2, per_second);
	}
}

void page_size(struct bytes *out, uint64_t size)
{
	bool small = size < (uint64_t)1 << 20;

	page_u64(out, small ? size >> 10 : size >> 20);
	bytes_append_text(out, small ? " KiB" : " MiB");
}

void page_share(struct bytes *out, uint64_t part, uint64_t whole)
{
	if (whole == 0) {
		bytes_append_text(out, DASH);
	} else {
		bytes_appendf(out, "%.1f\xc2\xa0%%", 100.0 * (double)part / (double)whole);
	}
}

void page_time(struct bytes *out, struct str time, int64_t now_s)
{
	int64_t at_s;

	if (time.len == 0) {
		bytes_append_text(out, DASH);
		return;
	}
	html_text(out, time);
	if (clock_parse(time, &at_s)) {
		bytes_append_text(out, at_s > now_s ? " <small>in " : " <small>");
		duration_append(out, (uint64_t)(at_s > now_s ? at_s - now_s : now_s - at_s));
		bytes_append_text(out, at_s > now_s ? "</small>" : " ago</small>");
	}
}

void page_latency(struct bytes *out, const json_t *us, const char *unit)
{
	if (json_integer_value(us) > 0) {
		duration_append_ms(out, (uint64_t)json_integer_value(us));
		bytes_append_text(out, unit);
	} else {
		bytes_append_text(out, DASH);
	}
}

static void write_scalar(struct bytes *out, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		html_text(out, str_of(value));
		break;
	case JSON_INTEGER:
		bytes_appendf(out, "%lld", (long long)json_integer_value(value));
		break;
	case JSON_REAL:
		bytes_appendf(out, "%g", json_real_value(value));
		break;
	case JSON_TRUE:
		bytes_append_text(out, "yes");
		break;
	case JSON_FALSE:
		bytes_append_text(out, "no");
		break;
	default:
		bytes_append_text(out, DASH);
	}
}

void page_value(struct bytes *out, const json_t *value)
{
	size_t count = json_array_size(value);

	if (count == 0) {
		if (value != NULL && !json_is_array(value)) {
			write_scalar(out, value);
		} else {
			bytes_append_text(out, DASH);
		}
		return;
	}
	for (size_t i = 0; i < count; i++) {
		bytes_append_text(out, i > 0 ? ", " : "");
		write_scalar(out, json_array_get(value, i));
	}
}

void page_word(struct bytes *out, struct str word)
{
	static const struct {
		const char *word;
		const char *class;
	} classes[] = {{"allow", "good"}, {"deny", "bad"}, {"error", "doubt"}, {"true", "good"},
		{"unknown", "doubt"}};
	const char *class = "plain";

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		class = str_eq_text(word, classes[i].word) ? classes[i].class : class;
	}
	bytes_appendf(out, "<span class=\"word %s\">", class);
	html_text(out, word);
	bytes_append_text(out, "</span>");
}

void page_section_open(struct bytes *out, const char *id, const char *heading, bool live)
{
	bytes_appendf(out,
		"<section id=\"%s\" aria-labelledby=\"%s-h\"%s><h2 id=\"%s-h\">%s</h2>\n", id, id,
		live ? " data-live" : "", id, heading);
}

void page_section_close(struct bytes *out)
{
	bytes_append_text(out, "</section>\n");
}

void page_table_open(
	struct bytes *out, const char *caption, const char *const *columns, size_t count)
{
	bytes_appendf(out,
		"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">"
		"<table role=\"table\"><caption>%s</caption><thead role=\"rowgroup\">"
		"<tr role=\"row\">",
		caption, caption);
	for (size_t i = 0; i < count; i++) {
		bool number = columns[i][0] == '#';

		bytes_appendf(out, "<th scope=\"col\" role=\"columnheader\"%s>%s</th>",
			number ? " class=\"n\"" : "", columns[i] + number);
	}
	bytes_append_text(out, "</tr></thead><tbody role=\"rowgroup\">\n");
}

void page_table_close(struct bytes *out)
{
	bytes_append_text(out, "</tbody></table></div>\n");
}

void page_cell(struct bytes *out, struct str text)
{
	bytes_append_text(out, "<td>");
	html_text(out, text);
	bytes_append_text(out, "</td>");
}

void page_cell_u64(struct bytes *out, uint64_t value)
{
	bytes_append_text(out, "<td class=\"n\">");
	page_u64(out, value);
	bytes_append_text(out, "</td>");
}

void page_facts_open(struct bytes *out)
{
	bytes_append_text(out, "<dl>\n");
}

void page_facts_close(struct bytes *out)
{
	bytes_append_text(out, "</dl>\n");
}

void page_fact_open(struct bytes *out, const char *name)
{
	bytes_append_text(out, "<div><dt>");
	html_text(out, str_view(name));
	bytes_append_text(out, "</dt><dd>");
}

void page_fact_close(struct bytes *out)
{
	bytes_append_text(out, "</dd></div>\n");
}

void page_fact(struct bytes *out, const char *name, struct str value)
{
	page_fact_open(out, name);
	html_text(out, value);
	page_fact_close(out);
}

void page_fact_u64(struct bytes *out, const char *name, uint64_t value)
{
	page_fact_open(out, name);
	page_u64(out, value);
	page_fact_close(out);
}
