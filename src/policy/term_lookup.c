/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/list.h"
#include "policy/term.h"

#include <string.h>

/* False after a diag_error. `name` is borrowed. */
static bool number_lookup(const struct policy_script *script, const struct policy_field *field,
	struct str name, const struct place *place, uint8_t *number)
{
	struct policy_lookup lookup = {field->lookup, arena_dup(script->arena, name)};
	size_t index;

	if (lookup.name.data == NULL) {
		return policy_script_out_of_memory(script);
	}
	switch (policy_lookup_table_add(script->lookups, &lookup, &index)) {
	case POLICY_LOOKUP_ADDED:
		*number = (uint8_t)index;
		return true;
	case POLICY_LOOKUP_FULL:
		diag_error(script->diag, place,
			"too many names and zones to look up: expected at most %d in one policy",
			POLICY_LOOKUPS_MAX);
		return false;
	case POLICY_LOOKUP_NO_MEMORY:
		break;
	}
	return policy_script_out_of_memory(script);
}

static bool take_lookups(const struct policy_script *script, const uint8_t *numbers, size_t count,
	struct policy_term *t)
{
	uint8_t *kept = arena_alloc(script->arena, count + 1, sizeof(*kept));

	if (kept == NULL) {
		return policy_script_out_of_memory(script);
	}
	memcpy(kept, numbers, count);
	t->lookups = (struct policy_term_lookups){kept, count, NULL};
	return true;
}

/* Where the zone of a `dnsbl` term ends: before a blank, = or !. */
static size_t zone_len(struct str value)
{
	size_t len = 0;

	while (len < value.len && !ascii_is_blank(value.data[len]) && value.data[len] != '=' &&
		value.data[len] != '!') {
		len++;
	}
	return len;
}

/* `= CODES` and the like after the zone. */
static bool read_codes(struct str text, const struct policy_script *script, struct policy_term *t)
{
	struct place place = policy_script_at(script, text.data);
	struct policy_dnsbl_codes *codes = arena_alloc(script->arena, 1, sizeof(*codes));

	if (codes == NULL) {
		return policy_script_out_of_memory(script);
	}
	t->lookups.codes = codes;
	return policy_dnsbl_codes_read(text, &place, script->arena, script->diag, codes);
}

bool policy_term_read_lookup(
	struct str value, const struct policy_script *script, struct policy_term *t)
{
	bool list = t->field->lookup == POLICY_LOOKUP_DNSBL;
	struct str written = {value.data, list ? zone_len(value) : value.len};
	struct str codes = str_trim(str_from(value, written.len));
	struct place place = policy_script_at(script, value.data);
	char room[POLICY_TEXT_ROOM];
	struct str name;
	uint8_t number;

	t->op = POLICY_OPERATOR_EQUALS;
	return t->field->kind->read(written, &place, script->diag, room, &name) &&
	       number_lookup(script, t->field, name, &place, &number) &&
	       take_lookups(script, &number, 1, t) &&
	       (codes.len == 0 || read_codes(codes, script, t));
}

struct lookup_list {
	const struct policy_script *script;
	const struct policy_field *field;
	size_t count; /* lines; only as many as are allowed are added */
	uint8_t numbers[POLICY_LOOKUPS_MAX];
};

static bool add_lookup(void *ctx, struct str line, const struct place *place, struct diag *diag)
{
	struct lookup_list *list = ctx;
	char room[POLICY_TEXT_ROOM];
	struct str name;

	if (list->count >= list->field->list_max) {
		if (list->count++ > list->field->list_max) {
			return true;
		}
		diag_error(diag, place,
			"too many values for %s: expected at most %zu, as each costs a query",
			list->field->name, list->field->list_max);
		return false;
	}
	if (!list->field->kind->read(line, place, diag, room, &name) ||
		!number_lookup(
			list->script, list->field, name, place, &list->numbers[list->count])) {
		return false;
	}
	list->count++;
	return true;
}

bool policy_term_read_lookups(const char *path, const struct place *place,
	const struct policy_script *script, struct policy_term *t)
{
	struct lookup_list list = {.script = script, .field = t->field};

	return policy_list_read(path, place, add_lookup, &list, script->diag) &&
	       take_lookups(script, list.numbers, list.count, t);
}
