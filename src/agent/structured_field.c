/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/structured_field.h"

#include "base/array.h"

#include <string.h>

const struct agent_sf_limits agent_sf_limits_rfc = {
	.bytes = 65536, .members = 1024, .items = 256, .parameters = 256};

struct members {
	struct agent_sf_member *members;
	size_t count;
	size_t capacity;
};

static void skip_spaces(struct agent_sf_parser *p)
{
	while (p->rest.len > 0 && p->rest.data[0] == ' ') {
		p->rest = str_from(p->rest, 1);
	}
}

/* OWS of RFC 9110 5.6.3. */
static void skip_blanks(struct agent_sf_parser *p)
{
	while (p->rest.len > 0 && ascii_is_blank(p->rest.data[0])) {
		p->rest = str_from(p->rest, 1);
	}
}

static bool take_byte(struct agent_sf_parser *p, char c)
{
	if (p->rest.len == 0 || p->rest.data[0] != c) {
		return false;
	}
	p->rest = str_from(p->rest, 1);
	return true;
}

/* RFC 9651 4.2.3.3 */
static enum agent_sf_status take_key(struct agent_sf_parser *p, struct str *out)
{
	size_t len = 0;

	if (p->rest.len == 0 ||
		!((p->rest.data[0] >= 'a' && p->rest.data[0] <= 'z') || p->rest.data[0] == '*')) {
		return AGENT_SF_MALFORMED;
	}
	while (len < p->rest.len && agent_sf_is_key_byte(p->rest.data[len])) {
		len++;
	}
	*out = (struct str){p->rest.data, len};
	p->rest = str_from(p->rest, len);
	return AGENT_SF_OK;
}

/* Where the parameter of that key is, or behind the last one. */
static size_t parameter_place(const struct agent_sf_parameter *items, size_t count, struct str key)
{
	size_t i = 0;

	while (i < count && !str_eq(items[i].key, key)) {
		i++;
	}
	return i;
}

/* RFC 9651 4.2.3.2 */
static enum agent_sf_status take_parameters(
	struct agent_sf_parser *p, struct agent_sf_parameters *out)
{
	struct agent_sf_parameter *items = NULL;
	struct agent_sf_parameter parameter;
	size_t capacity = 0;
	size_t count = 0;
	size_t taken = 0;

	while (take_byte(p, ';')) {
		skip_spaces(p);
		enum agent_sf_status status = take_key(p, &parameter.key);

		parameter.value = (struct agent_sf_value){AGENT_SF_BOOLEAN, 1, {NULL, 0}};
		if (status == AGENT_SF_OK && take_byte(p, '=')) {
			status = agent_sf_take_value(p, &parameter.value);
		}
		if (status != AGENT_SF_OK) {
			return status;
		}
		if (taken++ == p->limits->parameters) {
			return AGENT_SF_TOO_LARGE;
		}
		size_t place = parameter_place(items, count, parameter.key);

		if (place < count) {
			p->repeats = true;
		} else {
			void *room =
				array_reserve_in(p->arena, items, count, &capacity, sizeof(*items));

			if (room == NULL) {
				return AGENT_SF_NO_MEMORY;
			}
			items = room;
			count++;
		}
		items[place] = parameter;
	}
	*out = (struct agent_sf_parameters){items, count};
	return AGENT_SF_OK;
}

/* RFC 9651 4.2.3 */
static enum agent_sf_status take_item(struct agent_sf_parser *p, struct agent_sf_item *out)
{
	enum agent_sf_status status = agent_sf_take_value(p, &out->value);

	return status == AGENT_SF_OK ? take_parameters(p, &out->parameters) : status;
}

/* RFC 9651 4.2.1.2, behind the opening parenthesis */
static enum agent_sf_status take_inner_list(struct agent_sf_parser *p, struct agent_sf_member *out)
{
	struct agent_sf_item *items = NULL;
	size_t capacity = 0;
	size_t count = 0;

	for (;;) {
		struct agent_sf_item item;

		skip_spaces(p);
		if (take_byte(p, ')')) {
			out->is_inner_list = true;
			out->items = items;
			out->count = count;
			return take_parameters(p, &out->parameters);
		}
		enum agent_sf_status status = take_item(p, &item);

		if (status != AGENT_SF_OK) {
			return status;
		}
		if (p->rest.len == 0 || (p->rest.data[0] != ' ' && p->rest.data[0] != ')')) {
			return AGENT_SF_MALFORMED;
		}
		if (count == p->limits->items) {
			return AGENT_SF_TOO_LARGE;
		}
		void *room = array_reserve_in(p->arena, items, count, &capacity, sizeof(*items));

		if (room == NULL) {
			return AGENT_SF_NO_MEMORY;
		}
		items = room;
		items[count++] = item;
	}
}

/* RFC 9651 4.2.1.1; `has_value` is false for a member of a dictionary that is its key alone. */
static enum agent_sf_status take_member(
	struct agent_sf_parser *p, bool has_value, struct agent_sf_member *out)
{
	if (has_value && take_byte(p, '(')) {
		return take_inner_list(p, out);
	}
	struct agent_sf_item *item = arena_alloc(p->arena, 1, sizeof(*item));

	if (item == NULL) {
		return AGENT_SF_NO_MEMORY;
	}
	out->items = item;
	out->count = 1;
	if (has_value) {
		return take_item(p, item);
	}
	item->value = (struct agent_sf_value){AGENT_SF_BOOLEAN, 1, {NULL, 0}};
	return take_parameters(p, &item->parameters);
}

static enum agent_sf_status add_member(
	struct agent_sf_parser *p, struct members *list, const struct agent_sf_member *member)
{
	size_t place = 0;

	while (member->key.data != NULL && place < list->count &&
		!str_eq(list->members[place].key, member->key)) {
		place++;
	}
	if (member->key.data != NULL && place < list->count) {
		p->repeats = true;
		list->members[place] = *member;
		return AGENT_SF_OK;
	}
	void *room = array_reserve_in(
		p->arena, list->members, list->count, &list->capacity, sizeof(*list->members));

	if (room == NULL) {
		return AGENT_SF_NO_MEMORY;
	}
	list->members = room;
	list->members[list->count++] = *member;
	return AGENT_SF_OK;
}

static enum agent_sf_status take_members(
	struct agent_sf_parser *p, bool has_keys, struct members *list)
{
	for (size_t taken = 0;; taken++) {
		struct agent_sf_member member = {.key = {NULL, 0}};
		enum agent_sf_status status = AGENT_SF_OK;
		bool has_value = true;

		if (has_keys) {
			status = take_key(p, &member.key);
			has_value = status == AGENT_SF_OK && take_byte(p, '=');
		}
		if (status == AGENT_SF_OK) {
			status = take_member(p, has_value, &member);
		}
		if (status == AGENT_SF_OK) {
			status = taken < p->limits->members ? add_member(p, list, &member)
							    : AGENT_SF_TOO_LARGE;
		}
		if (status != AGENT_SF_OK) {
			return status;
		}
		skip_blanks(p);
		if (p->rest.len == 0) {
			return AGENT_SF_OK;
		}
		if (!take_byte(p, ',')) {
			return AGENT_SF_MALFORMED;
		}
		skip_blanks(p);
		if (p->rest.len == 0) {
			return AGENT_SF_MALFORMED;
		}
	}
}

/* Begins a field, RFC 9651 4.2 steps 1 to 3. */
static struct agent_sf_parser begin(
	struct str text, const struct agent_sf_limits *limits, struct arena *arena)
{
	struct agent_sf_parser p = {.rest = text, .limits = limits, .arena = arena};

	skip_spaces(&p);
	return p;
}

static bool is_ended(struct agent_sf_parser *p)
{
	skip_spaces(p);
	return p->rest.len == 0;
}

static enum agent_sf_status parse_members(struct str text, bool has_keys,
	const struct agent_sf_limits *limits, struct arena *arena, struct agent_sf_list *out)
{
	struct agent_sf_parser p = begin(text, limits, arena);
	struct members list = {NULL, 0, 0};
	enum agent_sf_status status = AGENT_SF_OK;

	if (text.len > limits->bytes) {
		return AGENT_SF_TOO_LARGE;
	}
	if (p.rest.len > 0) {
		status = take_members(&p, has_keys, &list);
	}
	if (status == AGENT_SF_OK && !is_ended(&p)) {
		status = AGENT_SF_MALFORMED;
	}
	if (status == AGENT_SF_OK) {
		*out = (struct agent_sf_list){list.members, list.count, p.repeats};
	}
	return status;
}

enum agent_sf_status agent_sf_parse_list(struct str text, const struct agent_sf_limits *limits,
	struct arena *arena, struct agent_sf_list *out)
{
	return parse_members(text, false, limits, arena, out);
}

enum agent_sf_status agent_sf_parse_dictionary(struct str text,
	const struct agent_sf_limits *limits, struct arena *arena, struct agent_sf_list *out)
{
	return parse_members(text, true, limits, arena, out);
}

enum agent_sf_status agent_sf_parse_item(struct str text, const struct agent_sf_limits *limits,
	struct arena *arena, struct agent_sf_item *out, bool *repeats)
{
	struct agent_sf_parser p = begin(text, limits, arena);
	struct agent_sf_item item;

	if (text.len > limits->bytes) {
		return AGENT_SF_TOO_LARGE;
	}
	enum agent_sf_status status = take_item(&p, &item);

	if (status == AGENT_SF_OK && !is_ended(&p)) {
		status = AGENT_SF_MALFORMED;
	}
	if (status == AGENT_SF_OK) {
		*out = item;
		*repeats = p.repeats;
	}
	return status;
}

const struct agent_sf_member *agent_sf_find(const struct agent_sf_list *dictionary, struct str key)
{
	for (size_t i = 0; i < dictionary->count; i++) {
		if (str_eq(dictionary->members[i].key, key)) {
			return &dictionary->members[i];
		}
	}
	return NULL;
}

const struct agent_sf_value *agent_sf_parameter(
	struct agent_sf_parameters parameters, const char *key)
{
	size_t place = parameter_place(parameters.items, parameters.count, str_view(key));

	return place < parameters.count ? &parameters.items[place].value : NULL;
}
