/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/json_list.h"

#include "base/bytes.h"
#include "policy/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define CHUNK 65536

static const char *const list_keys[] = {"prefixes", "ipv6_prefixes", "ips", "addresses",
	"ipv6_addresses", "ipv4_cidrs", "ipv6_cidrs"};
static const char *const value_keys[] = {
	"ipv4Prefix", "ipv6Prefix", "ip_prefix", "ipv6_prefix", "ip_address"};

struct json_list {
	const char *name;
	policy_list_line *on_line;
	void *ctx;
	struct diag *diag;
	size_t values;
	size_t errors;
	struct bytes where; /* "FILE: prefixes[3].ipv4Prefix", ended by a NUL */
};

static const char *kind_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a truth value";
	case JSON_NULL:
		break;
	}
	return "null";
}

/* Bounds what is taken of one file. */
static bool has_room(struct json_list *l, const struct place *place)
{
	if (l->values < POLICY_JSON_LIST_VALUES_MAX) {
		return true;
	}
	diag_error(l->diag, place, "too many addresses: expected at most %d",
		POLICY_JSON_LIST_VALUES_MAX);
	l->errors = POLICY_LIST_ERRORS_MAX;
	return false;
}

/*
 * The place of `key` (NULL: no key) in the index-th entry. Its file is valid until the next call.
 */
static struct place place_of(struct json_list *l, const char *list, size_t index, const char *key)
{
	l->where.len = 0;
	bytes_appendf(&l->where, "%s: %s[%zu]%s%s", l->name, list, index, key != NULL ? "." : "",
		key != NULL ? key : "");
	bytes_append_u8(&l->where, 0);
	return (struct place){.file = l->where.failed ? l->name : (const char *)l->where.data};
}

static void take_value(struct json_list *l, const json_t *value, const struct place *place)
{
	struct str text = {json_string_value(value), json_string_length(value)};

	if (!json_is_string(value)) {
		diag_error(l->diag, place, "%s: expected an address or a prefix in quotes",
			kind_of(value));
		l->errors++;
		return;
	}
	l->values++;
	l->errors += !l->on_line(l->ctx, text, place, l->diag);
}

static void take_entry(struct json_list *l, const json_t *entry, const char *list, size_t index)
{
	struct place place = place_of(l, list, index, NULL);
	bool found = false;

	if (!json_is_object(entry)) {
		take_value(l, entry, &place);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(value_keys); i++) {
		const json_t *value = json_object_get(entry, value_keys[i]);

		if (value != NULL) {
			found = true;
			place = place_of(l, list, index, value_keys[i]);
			take_value(l, value, &place);
		}
	}
	if (!found) {
		diag_error(l->diag, &place,
			"an object without an address: expected \"ipv4Prefix\", \"ipv6Prefix\", "
			"\"ip_prefix\", \"ipv6_prefix\" or \"ip_address\"");
		l->errors++;
	}
}

static void take_list(struct json_list *l, const json_t *list, const char *name)
{
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count && l->errors < POLICY_LIST_ERRORS_MAX; i++) {
		struct place place = place_of(l, name, i, NULL);

		if (has_room(l, &place)) {
			take_entry(l, json_array_get(list, i), name, i);
		}
	}
}

static bool is_list_key(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(list_keys); i++) {
		if (strcmp(key, list_keys[i]) == 0) {
			return true;
		}
	}
	return false;
}

static void take_member(struct json_list *l, const char *key, const json_t *value)
{
	struct place place = {.file = l->name};
	bool known = is_list_key(key);
	char quoted[POLICY_QUOTE_MAX];

	if (known && json_is_array(value)) {
		take_list(l, value, key);
	} else if (known) {
		diag_error(l->diag, &place, "%s: %s: expected a list", key, kind_of(value));
		l->errors++;
	} else if (json_array_size(value) > 0 || json_object_size(value) > 0) {
		diag_error(l->diag, &place,
			"%s: an unknown list or object: expected \"prefixes\", \"ips\" or another "
			"known form, or where the addresses are, as in json:PATH#/items/*/cidr",
			policy_quote(str_view(key), quoted));
		l->errors++;
	}
}

static void take_object(struct json_list *l, json_t *object, bool outermost)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (l->errors == POLICY_LIST_ERRORS_MAX) {
			return;
		}
		if (outermost && strcmp(key, "result") == 0 && json_is_object(value)) {
			take_object(l, value, false);
		} else {
			take_member(l, key, value);
		}
	}
}

/* A walk along a pointer: the path so far stands in l->where. */
struct walk {
	struct json_list *l;
	const struct policy_json_pointer *pointer;
	bool found; /* it led to something */
};

static struct place place_of_walk(struct json_list *l)
{
	struct place place = {.file = l->name};

	bytes_append_u8(&l->where, 0);
	if (!l->where.failed) {
		place.file = (const char *)l->where.data;
		l->where.len--;
	}
	return place;
}

/* What a pointer leads to. */
static void take_pointed(struct json_list *l, const json_t *value)
{
	size_t len = l->where.len;
	struct place place = place_of_walk(l);

	if (!json_is_array(value)) {
		if (has_room(l, &place)) {
			take_value(l, value, &place);
		}
		return;
	}
	for (size_t i = 0; i < json_array_size(value) && l->errors < POLICY_LIST_ERRORS_MAX; i++) {
		bytes_appendf(&l->where, "/%zu", i);
		place = place_of_walk(l);
		if (has_room(l, &place)) {
			take_value(l, json_array_get(value, i), &place);
		}
		l->where.len = len;
	}
}

static void walk(struct walk *w, const json_t *value, size_t depth);

static void step(struct walk *w, struct str name, const json_t *value, size_t depth)
{
	size_t len = w->l->where.len;

	if (value != NULL && w->l->errors < POLICY_LIST_ERRORS_MAX) {
		bytes_append_u8(&w->l->where, '/');
		bytes_append_visible(&w->l->where, name);
		walk(w, value, depth + 1);
		w->l->where.len = len;
	}
}

/* At most POLICY_JSON_TOKENS_MAX deep. */
static void walk(struct walk *w, const json_t *value, size_t depth)
{
	const struct policy_json_token *token = &w->pointer->tokens[depth];
	char number[24];
	const char *key;
	json_t *member;
	size_t index;

	if (depth == w->pointer->count) {
		w->found = true;
		take_pointed(w->l, value);
	} else if (json_is_object(value) && token->each) {
		/* Iterating does not change it; jansson asks for a pointer to what it could. */
		json_object_foreach((json_t *)(uintptr_t)value, key, member)
		{
			step(w, str_view(key), member, depth);
		}
	} else if (json_is_object(value)) {
		step(w, token->name, json_object_get(value, token->name.data), depth);
	} else if (json_is_array(value) && token->each) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			int digits = snprintf(number, sizeof(number), "%zu", i);

			step(w, (struct str){number, (size_t)digits}, json_array_get(value, i),
				depth);
		}
	} else if (json_is_array(value) && policy_json_token_index(token, &index)) {
		step(w, token->name, json_array_get(value, index), depth);
	}
}

static void take_pointers(
	struct json_list *l, const json_t *document, const struct policy_json_pointers *pointers)
{
	struct place place = {.file = l->name};
	char quoted[POLICY_QUOTE_MAX];

	for (size_t i = 0; i < pointers->count && l->errors < POLICY_LIST_ERRORS_MAX; i++) {
		struct walk w = {l, &pointers->items[i], false};

		l->where.len = 0;
		bytes_appendf(&l->where, "%s: ", l->name);
		walk(&w, document, 0);
		if (!w.found && l->errors < POLICY_LIST_ERRORS_MAX) {
			diag_error(l->diag, &place,
				"%s leads to nothing in the file: expected a JSON pointer to "
				"addresses, such as /items/*/cidr",
				policy_quote(w.pointer->text, quoted));
			l->errors++;
		}
	}
}

static void take_document(
	struct json_list *l, json_t *document, const struct policy_json_pointers *pointers)
{
	struct place place = {.file = l->name};

	if (pointers != NULL) {
		take_pointers(l, document, pointers);
	} else if (json_is_array(document)) {
		take_list(l, document, "");
	} else {
		take_object(l, document, true);
	}
	if (l->errors >= POLICY_LIST_ERRORS_MAX) {
		diag_error(l->diag, &place, "too many errors: the rest of the file was not read");
	} else if (l->errors == 0 && l->values == 0) {
		diag_error(l->diag, &place, "holds no address: expected at least one");
		l->errors++;
	}
}

bool policy_json_list_parse(struct str text, const struct policy_json_pointers *pointers,
	const char *name, policy_list_line *on_line, void *ctx, struct diag *diag)
{
	struct json_list l = {.name = name, .on_line = on_line, .ctx = ctx, .diag = diag};
	struct place place = {.file = name};
	char quoted[POLICY_QUOTE_MAX];
	json_error_t error;

	if (str_starts_with(text, "\xef\xbb\xbf")) {
		text = str_from(text, 3);
	}
	/* Otherwise the first of two members with one name would be dropped silently. */
	json_t *document = json_loadb(
		text.data != NULL ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &error);

	if (document == NULL) {
		place.line = error.line > 0 ? (unsigned)error.line : 0;
		place.column = error.column > 0 ? (unsigned)error.column : 0;
		diag_error(diag, &place, "is not JSON: %s",
			policy_quote(str_view(error.text), quoted));
		return false;
	}
	bytes_init(&l.where, 0);
	take_document(&l, document, pointers);
	bytes_clear(&l.where);
	json_decref(document);
	return l.errors == 0;
}

/* False after a diag_error. */
static bool read_all(FILE *file, const struct place *place, struct bytes *out, struct diag *diag)
{
	uint8_t chunk[CHUNK];
	size_t len;

	while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0) {
		bytes_append(out, chunk, len);
		if (out->len > POLICY_JSON_LIST_SIZE_MAX) {
			diag_error(diag, place, "is too long: expected at most %u bytes",
				POLICY_JSON_LIST_SIZE_MAX);
			return false;
		}
	}
	if (ferror(file) != 0 || out->failed) {
		diag_error(diag, place, "cannot be read: %s",
			out->failed ? "out of memory" : strerror(errno));
		return false;
	}
	return true;
}

bool policy_json_list_read(const char *path, const struct policy_json_pointers *pointers,
	const struct place *from, policy_list_line *on_line, void *ctx, struct diag *diag)
{
	FILE *file = policy_list_open(path, from, "a list in JSON", diag);
	struct place place = {.file = path};
	struct bytes text;

	if (file == NULL) {
		return false;
	}
	bytes_init(&text, 0);
	bool good = read_all(file, &place, &text, diag) &&
		    policy_json_list_parse(bytes_view(&text), pointers, path, on_line, ctx, diag);

	bytes_clear(&text);
	fclose(file);
	return good;
}
