/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/query.h"

/* Absent after a broken escape, a NUL, or when out of memory. */
static struct str decode(struct str text, struct arena *arena)
{
	static const struct str absent = {NULL, 0};
	char *to = arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;

	for (size_t i = 0; to != NULL && i < text.len; i++) {
		char c = text.data[i] == '+' ? ' ' : text.data[i];

		if (c == '%') {
			int high = i + 2 < text.len ? ascii_hex_value(text.data[i + 1]) : -1;
			int low = i + 2 < text.len ? ascii_hex_value(text.data[i + 2]) : -1;

			if (high < 0 || low < 0) {
				return absent;
			}
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0') {
			return absent;
		}
		to[len++] = c;
	}
	return to != NULL ? (struct str){to, len} : absent;
}

static const char *known(struct str name, const char *const *names)
{
	while (*names != NULL && !str_eq_text(name, *names)) {
		names++;
	}
	return *names;
}

static void say_names(const char *const *names, struct bytes *why)
{
	if (*names == NULL) {
		bytes_append_text(why, "expected no parameter");
		return;
	}
	bytes_append_text(why, "expected one of");
	for (size_t i = 0; names[i] != NULL; i++) {
		bytes_appendf(why, "%s%s", i > 0 ? ", " : " ", names[i]);
	}
}

static bool take(struct str pair, const char *const *names, struct arena *arena,
	struct http_query *out, struct bytes *why)
{
	size_t equals = str_find(pair, '=');
	struct str name = decode((struct str){pair.data, equals}, arena);
	struct str value = decode(str_from(pair, equals + 1), arena);

	if (name.data == NULL || value.data == NULL) {
		bytes_append_text(why, "not an escaped parameter: ");
		bytes_append_visible(why, pair);
		return false;
	}
	const char *word = known(name, names);

	if (word == NULL) {
		bytes_append_text(why, "there is no parameter ");
		bytes_append_visible(why, name);
		bytes_append_text(why, ", ");
		say_names(names, why);
		return false;
	}
	if (http_query_value(out, word).data != NULL || out->count == HTTP_QUERY_MAX) {
		bytes_appendf(why, "the parameter %s comes twice", word);
		return false;
	}
	if (value.len > 0) {
		out->items[out->count].name = name;
		out->items[out->count].value = value;
		out->count++;
	}
	return true;
}

bool http_query_read(struct str target, const char *const *names, struct arena *arena,
	struct http_query *out, struct bytes *why)
{
	return http_query_read_form(
		str_from(target, str_find(target, '?') + 1), names, arena, out, why);
}

bool http_query_read_form(struct str form, const char *const *names, struct arena *arena,
	struct http_query *out, struct bytes *why)
{
	struct str rest = form;
	struct str pair;

	out->count = 0;
	if (rest.len == 0) {
		return true;
	}
	while (str_split_next(&rest, '&', &pair)) {
		if (pair.len > 0 && !take(pair, names, arena, out, why)) {
			return false;
		}
	}
	return true;
}

struct str http_query_value(const struct http_query *query, const char *name)
{
	for (size_t i = 0; i < query->count; i++) {
		if (str_eq_text(query->items[i].name, name)) {
			return query->items[i].value;
		}
	}
	return (struct str){NULL, 0};
}
