/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/term_write.h"

#include "base/oid_names.h"
#include "policy/dn.h"
#include "policy/dn_compare.h"
#include "policy/list.h"
#include "policy/oid.h"
#include "policy/serial.h"
#include "policy/textset.h"

#include <string.h>

/* Whether a program that shows the text changes nothing in it. */
static bool is_visible(struct str text)
{
	struct bytes shown;

	bytes_init(&shown, 0);
	bytes_append_visible(&shown, text);

	bool same = !shown.failed && str_eq(bytes_view(&shown), text);

	bytes_clear(&shown);
	return same;
}

/* Whether a `;` begins a comment, or a `&` does not belong to the value. */
static bool has_mark(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool after_blank = i == 0 || ascii_is_blank(text.data[i - 1]);
		bool before_blank = i + 1 == text.len || ascii_is_blank(text.data[i + 1]);

		if ((text.data[i] == ';' && after_blank) ||
			(text.data[i] == '&' && (after_blank || before_blank))) {
			return true;
		}
	}
	return false;
}

/* Whether the first word is an operator, of this language or of another one. */
static bool begins_with_operator(struct str text)
{
	struct str rest = text;
	struct str word = str_take_word(&rest);

	return str_eq_text(word, "in") || strchr("~!=", text.data[0]) != NULL ||
	       str_starts_with(word, "file:") || str_starts_with(word, "json:");
}

static bool is_plain(struct str fact)
{
	return fact.len > 0 && str_trim(fact).len == fact.len && !has_mark(fact) &&
	       !begins_with_operator(fact) && is_visible(fact);
}

/*
 * RFC 2253 text, which has only printable ASCII, with escapes that the language of rules does not
 * take for its own signs.
 */
static void write_dn(struct str dn, struct bytes *out)
{
	for (size_t i = 0; i < dn.len; i++) {
		bool escaped = dn.data[i] == '\\' && i + 1 < dn.len;

		if (escaped && i + 2 == dn.len && dn.data[i + 1] == ' ') {
			bytes_append_text(out, "\\20");
			return;
		}
		if (escaped) {
			bytes_append(out, &dn.data[i++], 2);
		} else if (dn.data[i] == '&') {
			bytes_append_text(out, "\\26");
		} else {
			bytes_append_u8(out, (uint8_t)dn.data[i]);
		}
	}
}

/* The form in which a serial number cannot be taken for a decimal one. */
static void write_serial(struct str serial, struct bytes *out)
{
	bool negative = str_starts_with(serial, "-");

	bytes_append_text(out, negative ? "-0x" : "0x");
	bytes_append_str(out, str_from(serial, negative));
}

static void write_byte(char c, struct bytes *out)
{
	if (ascii_is_alnum(c) || c == '_') {
		bytes_append_u8(out, (uint8_t)c);
	} else if (c > ' ' && c <= '~' && c != '&' && c != ';' && c != '#') {
		bytes_append_u8(out, '\\');
		bytes_append_u8(out, (uint8_t)c);
	} else {
		bytes_appendf(out, "\\x%02x", (uint8_t)c);
	}
}

/* Values that are compared with case have the option -i. */
static void write_regex(const struct policy_field *field, struct str fact, struct bytes *out)
{
	bool folded = field->kind == &policy_text_attribute || field->kind == &policy_text_dn;

	bytes_append_text(out, folded ? "~ ^" : "~ (?-i)^");
	for (size_t i = 0; i < fact.len; i++) {
		write_byte(fact.data[i], out);
	}
	bytes_append_text(out, "$");
}

/* Object identifiers by their names, if they have one. */
static void write_oid(const struct oid_names *names, struct str oid, struct bytes *out)
{
	const struct oid_name *known = oid_find(names, oid);

	bytes_append_str(out, known != NULL ? str_view(known->name) : oid);
}

static void write_value(const struct policy_field *field, struct str fact, struct bytes *out)
{
	if (field->kind == &policy_text_dn) {
		write_dn(fact, out);
	} else if (field->kind == &policy_text_serial) {
		write_serial(fact, out);
	} else if (field->kind == &policy_text_eku) {
		write_oid(&oid_usages, fact, out);
	} else if (field->kind == &policy_text_policy) {
		write_oid(&oid_policies, fact, out);
	} else {
		bytes_append_str(out, fact);
	}
}

bool policy_term_write(const struct policy_field *field, struct str fact,
	enum policy_term_form form, struct bytes *out)
{
	bool regex = form == POLICY_TERM_REGEX;
	bool dn = field->kind == &policy_text_dn && fact.len > 0;

	if (field->shape == POLICY_SHAPE_FLAG) {
		return !regex && bytes_append_text(out, field->name);
	}
	if (regex ? field->shape != POLICY_SHAPE_TEXT || field->kind->no_regex
		  : !dn && !is_plain(fact)) {
		return false;
	}
	bytes_appendf(out, "%s ", field->name);
	if (regex) {
		write_regex(field, fact, out);
	} else {
		write_value(field, fact, out);
	}
	return true;
}

bool policy_term_fits_file(const struct policy_field *field, struct str fact)
{
	struct policy_textset *set = policy_textset_new(field->kind);
	char room[POLICY_TEXT_ROOM];
	struct str value;
	struct diag diag;

	diag_init(&diag);

	bool fits = set != NULL && fact.len <= POLICY_LIST_LINE_MAX && fact.len > 0 &&
		    str_trim(fact).len == fact.len && fact.data[0] != '#' && is_visible(fact) &&
		    field->kind->read(fact, NULL, &diag, room, &value) &&
		    policy_textset_add(set, value);

	if (fits) {
		policy_textset_seal(set);
		fits = policy_textset_covers(set, fact);
	}
	policy_textset_free(set);
	diag_clear(&diag);
	return fits;
}
