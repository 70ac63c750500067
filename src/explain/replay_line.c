/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/replay_line.h"

#include "base/clock.h"
#include "base/json.h"

#include <string.h>

static const char marker[] = "doorward: decision: ";

/* The line from the first such text on; absent if the line does not have it. */
static struct str find(struct str line, const char *text)
{
	const char *at = line.len > 0 ? memmem(line.data, line.len, text, strlen(text)) : NULL;

	return at != NULL ? str_from(line, (size_t)(at - line.data)) : (struct str){NULL, 0};
}

/* The length of the JSON string at the start of s; 0: it does not end. */
static size_t quoted_len(struct str s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.data[i] == '\\') {
			i++;
		} else if (s.data[i] == '"') {
			return i + 1;
		}
	}
	return 0;
}

static bool is_number(struct str word)
{
	uint64_t value;

	return str_to_u64(word, UINT64_MAX, &value) && (word.len == 1 || word.data[0] != '0');
}

static void put_word(struct bytes *out, struct str name, struct str word)
{
	struct str part;

	if (str_eq_text(name, "cut")) {
		json_open(out, '[');
		while (str_split_next(&word, ',', &part)) {
			json_str(out, part);
		}
		json_close(out, ']');
	} else if (str_eq_text(name, "status") && is_number(word)) {
		bytes_append_str(out, word);
	} else {
		json_str(out, word);
	}
}

/* Reads NAME=VALUE, whose value is a word or a JSON string; false if it is neither. */
static bool take_field(struct str *rest, struct bytes *out)
{
	size_t equals = str_find(*rest, '=');
	struct str name = {rest->data, equals};
	struct str value = str_from(*rest, equals + 1);
	bool quoted = str_starts_with(value, "\"");
	size_t len = quoted ? quoted_len(value) : str_find(value, ' ');

	if (equals == rest->len || str_find(name, ' ') < name.len || len == 0 ||
		(len < value.len && value.data[len] != ' ')) {
		return false;
	}
	json_str(out, name);
	bytes_append_u8(out, ':');
	if (quoted) {
		bytes_append(out, value.data, len);
	} else {
		put_word(out, name, (struct str){value.data, len});
	}
	*rest = str_trim(str_from(value, len));
	return true;
}

/* A log in a file has the time at its start, the journal and syslog have it in another form. */
static void put_time(struct str before, struct bytes *out)
{
	struct str first = {before.data, str_find(before, ' ')};
	int64_t wall_s;

	if (clock_parse(first, &wall_s)) {
		json_member_str(out, "time", first);
	}
}

bool replay_line_json(struct str line, struct bytes *out)
{
	struct str text = find(line, marker);
	struct str object = find(line, "{");

	/* The first of the two counts: the other one is then part of a client's text. */
	if (object.len > text.len) {
		return bytes_append_str(out, object);
	}
	if (text.data == NULL) {
		return false;
	}
	struct str rest = str_trim(str_from(text, strlen(marker)));

	json_open(out, '{');
	put_time((struct str){line.data, line.len - text.len}, out);
	while (rest.len > 0) {
		if (!take_field(&rest, out)) {
			return false;
		}
	}
	json_close(out, '}');
	return !out->failed;
}
