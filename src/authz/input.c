/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/input.h"

#include <stddef.h>
#include <string.h>

#define WORD(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

static const struct str words[AUTHZ_INPUT_CERT] = {
	[AUTHZ_INPUT_REMOTE_ADDR] = WORD("REMOTE_ADDR"),
	[AUTHZ_INPUT_DOORWARD_POLICY] = WORD("DOORWARD_POLICY"),
	[AUTHZ_INPUT_DOORWARD_ENDPOINT] = WORD("DOORWARD_ENDPOINT"),
	[AUTHZ_INPUT_DOORWARD_TRUST_HEADERS] = WORD("DOORWARD_TRUST_HEADERS"),
	[AUTHZ_INPUT_DOORWARD_VARY] = WORD("DOORWARD_VARY"),
	[AUTHZ_INPUT_DOORWARD_LOOKUP] = WORD("DOORWARD_LOOKUP"),
	[AUTHZ_INPUT_REQUEST_URI] = WORD("REQUEST_URI"),
	[AUTHZ_INPUT_REQUEST_METHOD] = WORD("REQUEST_METHOD"),
	[AUTHZ_INPUT_REQUEST_SCHEME] = WORD("REQUEST_SCHEME"),
	[AUTHZ_INPUT_DOORWARD_AUTHORITY] = WORD("DOORWARD_AUTHORITY"),
	[AUTHZ_INPUT_SIGNATURE_INPUT] = WORD("HTTP_SIGNATURE_INPUT"),
	[AUTHZ_INPUT_SIGNATURE_AGENT] = WORD("HTTP_SIGNATURE_AGENT"),
	[AUTHZ_INPUT_SIGNATURE] = WORD("HTTP_SIGNATURE"),
	[AUTHZ_INPUT_X_REAL_IP] = WORD("HTTP_X_REAL_IP"),
	[AUTHZ_INPUT_X_FORWARDED_FOR] = WORD("HTTP_X_FORWARDED_FOR"),
	[AUTHZ_INPUT_USER_AGENT] = WORD("HTTP_USER_AGENT"),
	[AUTHZ_INPUT_HOST] = WORD("HTTP_HOST"),
};

struct str authz_input_word(const struct cert_sources *sources, enum authz_input_name name)
{
	return name >= AUTHZ_INPUT_CERT ? sources->names[name - AUTHZ_INPUT_CERT] : words[name];
}

void authz_input_init(struct authz_input *input)
{
	/* Without the further lines, which hardly any request has. */
	memset(input, 0, offsetof(struct authz_input, more_lines));
}

bool authz_input_is_clear(const struct authz_input *input)
{
	return input->unusable == NULL && (input->duplicates & ~AUTHZ_INPUT_OF_SIGNATURE) == 0;
}

bool authz_input_asks_vary(const struct authz_input *input)
{
	return str_eq_text(input->values[AUTHZ_INPUT_DOORWARD_VARY], "1");
}

bool authz_input_is_signed(const struct authz_input *input)
{
	return input->values[AUTHZ_INPUT_SIGNATURE_INPUT].len > 0;
}

/*
 * Name hash to enum authz_input_name + 1; 0: no such name. AUTHZ_INPUT_SIGNATURE_INPUT has that of
 * the one after it, too.
 */
static const uint8_t by_mark[CERT_NAME_MARKS] = {
	[CERT_NAME_MARK(11, 'E', 'R')] = AUTHZ_INPUT_REMOTE_ADDR + 1,
	[CERT_NAME_MARK(15, 'D', 'Y')] = AUTHZ_INPUT_DOORWARD_POLICY + 1,
	[CERT_NAME_MARK(17, '_', 'T')] = AUTHZ_INPUT_DOORWARD_ENDPOINT + 1,
	[CERT_NAME_MARK(22, 'U', 'S')] = AUTHZ_INPUT_DOORWARD_TRUST_HEADERS + 1,
	[CERT_NAME_MARK(13, 'R', 'Y')] = AUTHZ_INPUT_DOORWARD_VARY + 1,
	[CERT_NAME_MARK(15, 'D', 'P')] = AUTHZ_INPUT_DOORWARD_LOOKUP + 1,
	[CERT_NAME_MARK(11, 'S', 'I')] = AUTHZ_INPUT_REQUEST_URI + 1,
	[CERT_NAME_MARK(14, '_', 'D')] = AUTHZ_INPUT_REQUEST_METHOD + 1,
	[CERT_NAME_MARK(14, '_', 'E')] = AUTHZ_INPUT_REQUEST_SCHEME + 1,
	[CERT_NAME_MARK(18, 'A', 'Y')] = AUTHZ_INPUT_DOORWARD_AUTHORITY + 1,
	[CERT_NAME_MARK(20, 'T', 'T')] = AUTHZ_INPUT_SIGNATURE_INPUT + 1,
	[CERT_NAME_MARK(14, 'G', 'E')] = AUTHZ_INPUT_SIGNATURE + 1,
	[CERT_NAME_MARK(14, 'R', 'P')] = AUTHZ_INPUT_X_REAL_IP + 1,
	[CERT_NAME_MARK(20, 'W', 'R')] = AUTHZ_INPUT_X_FORWARDED_FOR + 1,
	[CERT_NAME_MARK(15, 'E', 'T')] = AUTHZ_INPUT_USER_AGENT + 1,
	[CERT_NAME_MARK(9, '_', 'T')] = AUTHZ_INPUT_HOST + 1,
};

static enum authz_input_name recognise_fixed(struct str name)
{
	unsigned found = by_mark[cert_name_mark(name)];

	if (found == AUTHZ_INPUT_SIGNATURE_INPUT + 1 &&
		str_eq(name, words[AUTHZ_INPUT_SIGNATURE_AGENT])) {
		return AUTHZ_INPUT_SIGNATURE_AGENT;
	}
	return found > 0 && str_eq(name, words[found - 1]) ? found - 1 : AUTHZ_INPUT_COUNT;
}

struct str authz_input_clash(const struct cert_sources *sources)
{
	for (size_t i = 0; i < CERT_INPUT_COUNT; i++) {
		struct str name = sources->names[i];

		if (name.len > 0 && recognise_fixed(name) != AUTHZ_INPUT_COUNT) {
			return name;
		}
	}
	return (struct str){NULL, 0};
}

static enum authz_input_name recognise(const struct cert_sources *sources, struct str name)
{
	enum authz_input_name fixed = recognise_fixed(name);

	for (unsigned i = 0; fixed == AUTHZ_INPUT_COUNT && i < CERT_INPUT_COUNT; i++) {
		if (str_eq(sources->names[i], name)) {
			return AUTHZ_INPUT_CERT + i;
		}
	}
	return fixed;
}

static void add_line(struct authz_input *input, struct str line)
{
	if (input->more_line_count == AUTHZ_INPUT_MORE_LINES_MAX) {
		input->unusable = "more lines of X-Forwarded-For than doorward takes (16)";
		return;
	}
	input->more_lines[input->more_line_count++] = line;
}

void authz_input_set(struct authz_input *input, enum authz_input_name name, struct str value)
{
	unsigned bit = 1U << name;

	if (value.data == NULL) {
		value = str_view("");
	}
	if ((input->present & bit) == 0) {
		input->values[name] = value;
		input->present |= bit;
	} else if (name == AUTHZ_INPUT_X_FORWARDED_FOR && input->lines_are_told_apart) {
		add_line(input, value);
	} else {
		input->duplicates |= bit;
	}
}

/* Not inlined, so that names that are skipped save no registers for it. */
__attribute__((noinline)) static void take(struct authz_input *input,
	const struct cert_sources *sources, struct str name, struct str value)
{
	enum authz_input_name found = recognise(sources, name);

	if (found != AUTHZ_INPUT_COUNT) {
		authz_input_set(input, found, value);
	}
}

void authz_input_add(struct authz_input *input, const struct cert_sources *sources, struct str name,
	struct str value)
{
	if (name.len == 0) {
		return;
	}
	unsigned mark = cert_name_mark(name);

	if (by_mark[mark] > 0 || (sources->name_marks >> mark & 1) != 0) {
		take(input, sources, name, value);
	}
}

void authz_input_add_ambiguous(struct authz_input *input, const struct cert_sources *sources,
	struct str name, struct str value)
{
	enum authz_input_name found = name.len > 0 ? recognise(sources, name) : AUTHZ_INPUT_COUNT;

	if (found != AUTHZ_INPUT_COUNT) {
		authz_input_set(input, found, value);
		input->duplicates |= 1U << found;
	}
}

static void add_field(struct authz_fields *fields, struct authz_field field)
{
	if (fields->count == AUTHZ_INPUT_FIELDS_MAX) {
		/* A line that is not known could be one of a field that is. */
		fields->overflow = true;
		fields->count = 0;
	}
	if (!fields->overflow) {
		fields->items[fields->count++] = field;
	}
}

void authz_fields_add_param(struct authz_fields *fields, struct str name, struct str value)
{
	static const char cgi[] = "HTTP_";
	static const char own[] = "DOORWARD_FIELD_";

	if (str_starts_with(name, cgi)) {
		add_field(fields, (struct authz_field){.name = str_from(name, sizeof(cgi) - 1),
					  .value = value,
					  .in_cgi = true});
	} else if (str_starts_with(name, own)) {
		authz_fields_add(fields, str_from(name, sizeof(own) - 1), value);
	}
}

void authz_fields_add(struct authz_fields *fields, struct str name, struct str value)
{
	add_field(fields, (struct authz_field){.name = name, .value = value});
}

bool authz_field_is(const struct authz_field *field, struct str name)
{
	if (!field->in_cgi) {
		return str_eq_nocase(field->name, name);
	}
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i] == '-' ? '_' : name.data[i];

		if (name.data[i] == '_' || i >= field->name.len ||
			ascii_lower(field->name.data[i]) != c) {
			return false;
		}
	}
	return name.len == field->name.len;
}

static void keep(struct authz_input *input, struct str *value, struct arena *arena)
{
	*value = arena_dup(arena, *value);
	if (value->data == NULL) {
		input->unusable = "out of memory";
	}
}

static void keep_fields(struct authz_input *input, struct arena *arena)
{
	struct authz_fields *kept = arena_alloc(arena, 1, sizeof(*kept));

	if (kept == NULL) {
		input->unusable = "out of memory";
		return;
	}
	*kept = *input->fields;
	input->fields = kept;
	for (size_t i = 0; i < kept->count; i++) {
		keep(input, &kept->items[i].name, arena);
		keep(input, &kept->items[i].value, arena);
	}
}

void authz_input_keep(struct authz_input *input, struct arena *arena)
{
	for (unsigned left = input->present; left != 0; left &= left - 1) {
		keep(input, &input->values[__builtin_ctz(left)], arena);
	}
	for (size_t i = 0; i < input->more_line_count; i++) {
		keep(input, &input->more_lines[i], arena);
	}
	if (input->fields != NULL) {
		keep_fields(input, arena);
	}
}
