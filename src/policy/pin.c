/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/pin.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/bytes.h"
#include "policy/domain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK 1024

struct policy_pins {
	struct arena arena;
	struct policy_pin *items;
	size_t count;
	size_t capacity;
	struct str *lines;
	size_t line_count;
	size_t line_capacity;
};

struct policy_pins *policy_pins_new(void)
{
	struct policy_pins *pins = calloc(1, sizeof(*pins));

	if (pins != NULL) {
		arena_init(&pins->arena, ARENA_CHUNK);
	}
	return pins;
}

void policy_pins_free(struct policy_pins *pins)
{
	if (pins == NULL) {
		return;
	}
	for (size_t i = 0; i < pins->count; i++) {
		policy_netset_free(pins->items[i].nets);
	}
	free(pins->items);
	free(pins->lines);
	arena_clear(&pins->arena);
	free(pins);
}

static int compare(struct str a, bool a_suffix, struct str b, bool b_suffix)
{
	if (a.len != b.len) {
		return a.len < b.len ? -1 : 1;
	}
	int order = memcmp(a.data, b.data, a.len);

	return order != 0 ? order : (int)a_suffix - (int)b_suffix;
}

static int by_name(const void *a, const void *b)
{
	const struct policy_pin *x = a;
	const struct policy_pin *y = b;

	return compare(x->name, x->suffix, y->name, y->suffix);
}

/* The pin of that name, which may be new and without networks; NULL when out of memory. */
static struct policy_pin *pin_of(
	struct policy_pins *pins, struct str name, bool suffix, const struct place *place)
{
	for (size_t i = 0; i < pins->count; i++) {
		if (compare(pins->items[i].name, pins->items[i].suffix, name, suffix) == 0) {
			return &pins->items[i];
		}
	}
	struct policy_pin *items =
		array_reserve(pins->items, pins->count, &pins->capacity, sizeof(*items));

	if (items == NULL) {
		return NULL;
	}
	pins->items = items;
	struct policy_pin pin = {.name = arena_dup(&pins->arena, name),
		.suffix = suffix,
		.nets = policy_netset_new(),
		.place = place_text(&pins->arena, place),
		.at = *place};

	if (pin.name.data == NULL || pin.nets == NULL || pin.place.data == NULL) {
		policy_netset_free(pin.nets);
		return NULL;
	}
	pins->items[pins->count] = pin;
	return &pins->items[pins->count++];
}

static struct place place_in(const struct place *place, struct str text, const char *at)
{
	struct place in = *place;

	if (in.column > 0) {
		in.column += (unsigned)(at - text.data);
	}
	return in;
}

static bool read_nets(struct policy_netset *nets, struct str text, struct str rest,
	const struct place *place, struct diag *diag)
{
	struct str part;
	bool good = true;

	while (str_split_next(&rest, ',', &part)) {
		struct str item = str_trim(part);
		struct place at = place_in(place, text, item.len > 0 ? item.data : part.data);
		char quoted[POLICY_QUOTE_MAX];
		struct prefix prefix;

		if (!prefix_parse(item, &prefix)) {
			diag_error(diag, &at,
				"%s is not an address or prefix: expected networks separated by "
				"commas, as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32, with no bits "
				"set after the prefix",
				policy_quote(item, quoted));
			good = false;
		} else if (!policy_netset_add(nets, &prefix)) {
			diag_error(diag, &at, "out of memory");
			return false;
		}
	}
	return good;
}

static bool keep_line(struct policy_pins *pins, struct str text)
{
	struct str *lines =
		array_reserve(pins->lines, pins->line_count, &pins->line_capacity, sizeof(*lines));

	if (lines == NULL) {
		return false;
	}
	pins->lines = lines;
	pins->lines[pins->line_count] = arena_dup(&pins->arena, text);
	return pins->lines[pins->line_count++].data != NULL;
}

bool policy_pins_add(
	struct policy_pins *pins, struct str text, const struct place *place, struct diag *diag)
{
	struct str whole = str_trim(text);
	struct str nets = whole;
	struct str word = str_take_word(&nets);
	struct place at = place_in(place, text, whole.data);
	char room[POLICY_TEXT_ROOM];
	struct str name;

	if (!policy_domain_host.read(word, &at, diag, room, &name)) {
		return false;
	}
	if (nets.len == 0) {
		at = place_in(place, text, whole.data + whole.len);
		diag_error(diag, &at,
			"no networks: expected them after the name, as in pin = host.example "
			"192.0.2.0/24, 2001:db8::/32");
		return false;
	}
	bool suffix = str_starts_with(name, ".");
	struct policy_pin *pin = pin_of(pins, suffix ? str_from(name, 1) : name, suffix, place);

	if (pin == NULL || !keep_line(pins, whole)) {
		diag_error(diag, place, "out of memory");
		return false;
	}
	return read_nets(pin->nets, text, nets, place, diag);
}

void policy_pins_seal(struct policy_pins *pins)
{
	for (size_t i = 0; i < pins->count; i++) {
		policy_netset_seal(pins->items[i].nets);
	}
	if (pins->count > 0) {
		qsort(pins->items, pins->count, sizeof(pins->items[0]), by_name);
	}
}

size_t policy_pins_count(const struct policy_pins *pins)
{
	return pins != NULL ? pins->count : 0;
}

const struct policy_pin *policy_pins_at(const struct policy_pins *pins, size_t index)
{
	assert(index < pins->count);
	return &pins->items[index];
}

size_t policy_pins_line_count(const struct policy_pins *pins)
{
	return pins != NULL ? pins->line_count : 0;
}

struct str policy_pins_line(const struct policy_pins *pins, size_t index)
{
	assert(index < pins->line_count);
	return pins->lines[index];
}

static const struct policy_pin *find(const struct policy_pins *pins, struct str name, bool suffix)
{
	const struct policy_pin wanted = {.name = name, .suffix = suffix};

	return bsearch(&wanted, pins->items, pins->count, sizeof(pins->items[0]), by_name);
}

const struct policy_pin *policy_pins_find(const struct policy_pins *pins, struct str name)
{
	if (policy_pins_count(pins) == 0) {
		return NULL;
	}
	const struct policy_pin *pin = find(pins, name, false);

	while (pin == NULL && name.len > 0) {
		pin = find(pins, name, true);
		name = str_from(name, str_find(name, '.'));
		name = str_from(name, name.len > 0 ? 1 : 0);
	}
	return pin;
}

const struct policy_pin *policy_pins_keep_out(
	const struct policy_pins *pins, struct str name, const struct addr *addr)
{
	const struct policy_pin *pin = policy_pins_find(pins, name);

	return pin != NULL && !policy_netset_contains(pin->nets, addr) ? pin : NULL;
}

/* Whether `name` is `ancestor`, or below it. */
static bool is_under(struct str name, struct str ancestor)
{
	if (name.len <= ancestor.len) {
		return str_eq(name, ancestor);
	}
	return name.data[name.len - ancestor.len - 1] == '.' &&
	       str_eq(str_from(name, name.len - ancestor.len), ancestor);
}

bool policy_pin_meets(const struct policy_pin *pin, struct str value)
{
	bool suffix = str_starts_with(value, ".");
	struct str name = suffix ? str_from(value, 1) : value;

	return (pin->suffix ? is_under(name, pin->name) : str_eq(name, pin->name)) ||
	       (suffix && is_under(pin->name, name));
}
