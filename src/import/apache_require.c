/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * The result of a provider is granted, denied or neutral, and only `granted` admits a client:
 *
 *              granted                  denied
 *   Require    one value matches        none does
 *   not        never                    one value matches
 *   All        none denied, one granted one denied
 *   Any        one granted              none granted, one denied
 *   None       never                    one granted
 */

#include "import/apache_require.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "policy/domain.h"

#include <string.h>

#define NAME_MAX_LEN 160 /* that fits into a line */

enum require_result { GRANTED, NOT_GRANTED, DENIED, NOT_DENIED };
enum container { CONTAINER_ANY, CONTAINER_ALL, CONTAINER_NONE };

bool import_is_require(const struct import_directive *d)
{
	return import_directive_is(d, "Require") || import_directive_is(d, "RequireAll") ||
	       import_directive_is(d, "RequireAny") || import_directive_is(d, "RequireNone");
}

void import_require_lose(
	struct import_require *r, const struct import_directive *d, const char *why)
{
	struct place place = {r->path, d->line, 0};

	r->lost = true;
	if (d->line > r->told) {
		r->told = d->line;
		diag_warning(r->diag, &place, "%.*s %.*s: %s", (int)d->name.len, d->name.data,
			d->rest.len < 120 ? (int)d->rest.len : 120, d->rest.data, why);
	}
}

/* Reads 10, 10.1, 10.1. and 10.1.2 as prefixes. */
static bool read_partial(struct str text, struct prefix *out)
{
	struct addr addr = {.family = ADDR_V4};
	unsigned count = 0;
	struct str part;

	if (text.len > 0 && text.data[text.len - 1] == '.') {
		text.len--;
	}
	while (str_split_next(&text, '.', &part)) {
		uint64_t value;

		if (count == 3 || !str_to_u64(part, 255, &value)) {
			return false;
		}
		addr.bytes[count++] = (uint8_t)value;
	}
	*out = prefix_of(&addr, count * 8);
	return count > 0;
}

/* ADDRESS/BITS or ADDRESS/MASK; Apache clears the bits beyond the prefix, doorward rejects them. */
static bool read_network(struct str text, struct prefix *out)
{
	size_t slash = str_find(text, '/');
	struct addr addr;
	struct addr mask;
	uint64_t bits = 0;

	if (!addr_parse((struct str){text.data, slash}, &addr)) {
		return false;
	}
	if (slash == text.len) {
		*out = prefix_of(&addr, addr_bits(&addr));
		return true;
	}
	struct str rest = str_from(text, slash + 1);

	if (addr.family == ADDR_V4 && addr_parse(rest, &mask) && mask.family == ADDR_V4) {
		bool ended = false;

		for (unsigned i = 0; i < 32; i++) {
			bool set = (mask.bytes[i / 8] >> (7 - i % 8) & 1) != 0;

			if (set && ended) {
				return false;
			}
			ended = !set;
			bits += set;
		}
	} else if (!str_to_u64(rest, addr_bits(&addr), &bits)) {
		return false;
	}
	*out = prefix_of(&addr, (unsigned)bits);
	return true;
}

static bool write_prefix(struct str text, struct bytes *out)
{
	char address[ADDR_TEXT_MAX];
	struct prefix prefix;

	if (!read_network(text, &prefix) &&
		(str_find(text, '/') < text.len || !read_partial(text, &prefix))) {
		return false;
	}
	addr_format(&prefix.addr, address);
	bytes_appendf(out, "ip %s/%u", address, (unsigned)prefix.len);
	return true;
}

/* Whether doorward accepts the name, too. */
static bool is_name(struct str name, const struct policy_text_kind *kind)
{
	char room[POLICY_TEXT_ROOM];
	struct str one_form;
	struct diag diag;

	diag_init(&diag);
	bool good = name.len > 0 && name.len <= NAME_MAX_LEN &&
		    kind->read(name, NULL, &diag, room, &one_form) && diag.warnings == 0;

	diag_clear(&diag);
	return good;
}

/* "example.org" means the name and all below it; ".example.org" only names below it. */
static bool write_host(struct str name, struct bytes *out)
{
	bool below = str_starts_with(name, ".");

	bytes_append_text(out, below ? "host ~ " : "host .");
	for (size_t i = 0; i < name.len; i++) {
		bytes_append_text(out, below && name.data[i] == '.' ? "\\" : "");
		bytes_append_u8(out, (uint8_t)ascii_lower(name.data[i]));
	}
	bytes_append_text(out, below ? "$" : "");
	return is_name(
		below ? name : str_from(bytes_view(out), strlen("host ")), &policy_domain_host);
}

static bool write_forward(struct str name, struct bytes *out)
{
	bytes_append_text(out, "forward ");
	bytes_append_str(out, name);
	return is_name(name, &policy_domain_name);
}

static bool write_value(struct str provider, struct str value, struct bytes *out)
{
	if (str_eq_text(provider, "ip")) {
		return write_prefix(value, out);
	}
	if (str_eq_text(provider, "host")) {
		return write_host(value, out);
	}
	return str_eq_text(provider, "forward-dns") && write_forward(value, out);
}

/*
 * True if one value matches, or (`none`) if none does; values that rules cannot express never
 * match.
 */
static struct import_terms values(
	struct import_require *r, const struct import_directive *d, size_t first, bool none)
{
	struct str provider = d->count > first ? d->words[first] : (struct str){NULL, 0};
	struct import_terms terms = none ? import_terms_always(r->arena) : import_terms_never();

	if (str_eq_text(provider, "all") && d->count == first + 2 &&
		(str_eq_nocase(d->words[first + 1], str_view("granted")) ||
			str_eq_nocase(d->words[first + 1], str_view("denied")))) {
		bool granted = str_eq_nocase(d->words[first + 1], str_view("granted"));

		return granted != none ? import_terms_always(r->arena) : import_terms_never();
	}
	if (d->count <= first + 1) {
		import_require_lose(r, d,
			str_eq_text(provider, "local")
				? "no rule can say this; Require ip 127.0.0.0/8 ::1 is near to it"
				: "no rule can say this");
		return import_terms_never();
	}
	for (size_t i = first + 1; i < d->count; i++) {
		if (str_starts_with(d->words[i], "#")) {
			import_require_lose(
				r, d, "whether this is a comment depends on the Apache");
			return none ? import_terms_never() : terms;
		}
		struct import_terms one = import_terms_never();
		struct bytes text;

		bytes_init(&text, 0);
		if (write_value(provider, d->words[i], &text) && !text.failed) {
			one = import_terms_of(r->arena, bytes_view(&text), none);
		} else {
			import_require_lose(r, d, "no rule can say this");
		}
		bytes_clear(&text);
		terms = none ? import_terms_and(r->arena, terms, one) : import_terms_or(terms, one);
	}
	return terms;
}

static struct import_terms leaf(
	struct import_require *r, const struct import_directive *d, enum require_result answer)
{
	if (d->count == 0 || !str_eq_nocase(d->words[0], str_view("not"))) {
		return values(r, d, 0, answer == NOT_GRANTED || answer == DENIED);
	}
	switch (answer) {
	case GRANTED:
		return import_terms_never();
	case NOT_GRANTED:
		return import_terms_always(r->arena);
	case DENIED:
	case NOT_DENIED:
		break;
	}
	return values(r, d, 1, answer == NOT_DENIED);
}

static struct import_terms ask(struct import_require *r, const struct import_directive *parent,
	enum container container, enum require_result answer, unsigned depth);

static struct import_terms child(struct import_require *r, const struct import_directive *d,
	enum require_result answer, unsigned depth)
{
	if (import_directive_is(d, "Require")) {
		return leaf(r, d, answer);
	}
	enum container container = import_directive_is(d, "RequireAll")    ? CONTAINER_ALL
				   : import_directive_is(d, "RequireNone") ? CONTAINER_NONE
									   : CONTAINER_ANY;

	if (depth == IMPORT_REQUIRE_MAX_DEPTH) {
		import_require_lose(r, d, "containers are too deep in one another");
		return import_terms_never();
	}
	return ask(r, d, container, answer, depth + 1);
}

/*
 * The result of one child, or of all. Containers may have other lines, with conditions or in files,
 * whose result is unknown: then neither granted nor denied may be assumed.
 */
static struct import_terms fold(struct import_require *r, const struct import_directive *parent,
	enum require_result answer, bool all, unsigned depth)
{
	struct import_terms terms = all ? import_terms_always(r->arena) : import_terms_never();

	for (const struct import_directive *d = parent->children; d != NULL; d = d->next) {
		struct import_terms one = import_terms_never();

		if (import_is_require(d)) {
			one = child(r, d, answer, depth);
		} else if (depth == 0) {
			continue;
		} else {
			import_require_lose(
				r, d, "only Require lines can stand in such a container");
		}
		terms = all ? import_terms_and(r->arena, terms, one) : import_terms_or(terms, one);
	}
	return terms;
}

static enum require_result opposite_of(enum require_result result)
{
	static const enum require_result opposites[] = {[GRANTED] = NOT_GRANTED,
		[NOT_GRANTED] = GRANTED,
		[DENIED] = NOT_DENIED,
		[NOT_DENIED] = DENIED};

	return opposites[result];
}

/* One child with the result `decisive` decides: DENIED in RequireAll, GRANTED in RequireAny. */
static struct import_terms ask_each(struct import_require *r, const struct import_directive *parent,
	enum require_result result, enum require_result decisive, unsigned depth)
{
	enum require_result other = decisive == DENIED ? GRANTED : DENIED;
	enum require_result not_decisive = opposite_of(decisive);

	if (result == decisive) {
		return fold(r, parent, decisive, false, depth);
	}
	if (result == not_decisive) {
		return fold(r, parent, not_decisive, true, depth);
	}
	if (result == other) {
		struct import_terms none_decides = fold(r, parent, not_decisive, true, depth);

		return import_terms_and(
			r->arena, none_decides, fold(r, parent, other, false, depth));
	}
	struct import_terms one_decides = fold(r, parent, decisive, false, depth);

	return import_terms_or(one_decides, fold(r, parent, opposite_of(other), true, depth));
}

static struct import_terms ask(struct import_require *r, const struct import_directive *parent,
	enum container container, enum require_result answer, unsigned depth)
{
	switch (container) {
	case CONTAINER_ALL:
		return ask_each(r, parent, answer, DENIED, depth);
	case CONTAINER_ANY:
		return ask_each(r, parent, answer, GRANTED, depth);
	case CONTAINER_NONE:
		break;
	}
	switch (answer) {
	case GRANTED:
		return import_terms_never();
	case NOT_GRANTED:
		return import_terms_always(r->arena);
	case DENIED:
		return fold(r, parent, GRANTED, false, depth);
	case NOT_DENIED:
		break;
	}
	return fold(r, parent, NOT_GRANTED, true, depth);
}

struct import_terms import_require_granted(
	struct import_require *r, const struct import_directive *parent)
{
	return ask(r, parent, CONTAINER_ANY, GRANTED, 0);
}
