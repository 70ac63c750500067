/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/lint_value.h"

#include "policy/attribute.h"
#include "policy/dn.h"
#include "policy/dn_compare.h"
#include "policy/dn_parse.h"
#include "policy/serial.h"
#include "policy/textset.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CURE_MAX 256
#define SERIAL_ROOM (POLICY_SERIAL_DIGITS_MAX + 2) /* a digit more for an odd number, and a NUL */

static bool is_in_quotes(struct str text)
{
	return text.len > 1 && (text.data[0] == '"' || text.data[0] == '\'') &&
	       text.data[text.len - 1] == text.data[0];
}

static bool is_type(struct str type, const char *name)
{
	return str_eq_text(type, name);
}

/* The attribute whose values the field has; NULL: it is a field of another kind. */
static const struct policy_attribute *attribute_of(const struct policy_field *field)
{
	const char *word = strrchr(field->name, '.');

	for (size_t i = 0; field->kind == &policy_text_attribute && i < policy_attribute_count;
		i++) {
		const struct policy_attribute *attribute = &policy_attributes[i];

		if (attribute->values != DN_ATTRIBUTES &&
			strcmp(dn_attribute_words[attribute->values], word + 1) == 0) {
			return attribute;
		}
	}
	return NULL;
}

/* Whether the value is a name that contains the attribute, or begins with the attribute's type. */
static bool contains_type(struct str value, const struct policy_attribute *attribute)
{
	struct str first = {value.data, str_find(value, '=')};
	bool parsed;
	bool found = first.len < value.len && policy_attribute_find(first) == attribute;
	struct policy_dn dn;

	parsed = str_starts_with(value, "/") ? policy_dn_parse_slashes(&dn, value)
					     : policy_dn_parse(&dn, value);
	for (size_t i = 0; parsed && !found && i < dn.count; i++) {
		found = is_type(dn.avas[i].type, attribute->name);
	}
	return found;
}

static const char *cure_of_attribute(
	const struct policy_field *field, struct str value, char room[CURE_MAX])
{
	const struct policy_attribute *attribute = attribute_of(field);

	if (!contains_type(value, attribute)) {
		return NULL;
	}
	snprintf(room, CURE_MAX,
		"%s is the value of the %s alone: expected it without %s= and other attributes",
		field->name, attribute->name, attribute->name);
	return room;
}

/* The length of the scheme (RFC 3986 3.1); 0 without one. */
static size_t scheme_of(struct str uri)
{
	size_t len = 0;

	while (len < uri.len && (ascii_is_alnum(uri.data[len]) || uri.data[len] == '+' ||
					uri.data[len] == '-' || uri.data[len] == '.')) {
		len++;
	}
	return len < uri.len && uri.data[len] == ':' && !ascii_is_digit(uri.data[0]) ? len : 0;
}

static const char *cure_of_uri(struct str value)
{
	struct str scheme = {value.data, scheme_of(value)};

	if (scheme.len == 0) {
		return "a URI in a certificate begins with a scheme: expected one, as in "
		       "spiffe://example.com/door";
	}
	return str_eq_nocase(scheme, str_view("URI")) || str_eq_nocase(scheme, str_view("URL"))
		       ? "expected the URI alone, without a word before it"
		       : NULL;
}

/*
 * Attributes that name a place or a department: a name of such attributes alone does not identify a
 * holder.
 */
static bool is_holders(struct str type)
{
	static const char *const others[] = {"C", "L", "ST", "OU", "street", "postalCode"};

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (is_type(type, others[i])) {
			return false;
		}
	}
	return true;
}

static const char *cure_of_dn(struct str value, char room[CURE_MAX])
{
	char quoted[POLICY_QUOTE_MAX];
	bool holder = false;
	struct policy_dn dn;

	if (!policy_dn_parse(&dn, value)) {
		return NULL;
	}
	for (size_t i = 0; i < dn.count; i++) {
		struct str text = dn.avas[i].text;
		size_t slash = policy_dn_find_slash(text);

		if (slash < text.len) {
			snprintf(room, CURE_MAX,
				"%s is part of the value of %.*s: expected commas between "
				"attributes, as doorward check --cert shows it",
				policy_quote(str_from(text, slash), quoted),
				(int)dn.avas[i].type.len, dn.avas[i].type.data);
			return room;
		}
		holder = holder || is_holders(dn.avas[i].type);
	}
	return holder ? NULL
		      : "only a certificate with no other attribute has this name: expected the "
			"whole name, as doorward check --cert shows it";
}

/* The octets of the negative number, read as a positive one; "" if there are no digits. */
static const char *unsigned_serial(struct str digits, char out[SERIAL_ROOM])
{
	static const char hex[] = "0123456789abcdef";
	size_t odd = digits.len % 2;
	size_t len = digits.len + odd;
	int carry = 1;

	assert(len < SERIAL_ROOM);
	for (size_t i = len; i > 0; i--) {
		int digit = i <= odd ? 0 : ascii_hex_value(digits.data[i - 1 - odd]);
		int inverse = 15 - digit + carry;

		carry = inverse >> 4;
		out[i - 1] = hex[inverse & 15];
	}
	out[ascii_hex_value(out[0]) >= 8 ? len : 0] = '\0';
	return out;
}

static const char *cure_of_serial(struct str value, char room[CURE_MAX])
{
	char positive[SERIAL_ROOM];

	if (!str_starts_with(value, "-")) {
		return NULL;
	}
	unsigned_serial(str_from(value, 1), positive);
	snprintf(room, CURE_MAX,
		"RFC 5280 allows no negative serial number: expected %s%s as doorward check --cert "
		"shows it",
		positive[0] != '\0' ? "0x" : "the number", positive);
	return room;
}

/* What to write instead; NULL if no mistake is seen. */
static const char *cure_of(const struct policy_field *field, struct str value, char room[CURE_MAX])
{
	if (is_in_quotes(value)) {
		return "the quotes are part of the value: expected it without them";
	}
	if (field->kind == &policy_text_dn) {
		return cure_of_dn(value, room);
	}
	if (field->kind == &policy_text_serial) {
		return cure_of_serial(value, room);
	}
	if (field->kind == &policy_text_attribute) {
		return cure_of_attribute(field, value, room);
	}
	return str_eq_text(str_view(field->name), "cert.uri") ? cure_of_uri(value) : NULL;
}

static bool advise(
	const struct policy_term *term, const struct policy_script *script, struct str value)
{
	struct place place = policy_script_at(script, term->operand.data);
	char quoted[POLICY_QUOTE_MAX];
	char room[CURE_MAX];
	const char *cure = cure_of(term->field, value, room);

	if (cure != NULL) {
		diag_warning(script->diag, &place, "%s %s: %s", term->field->name,
			policy_quote(value, quoted), cure);
	}
	return cure != NULL;
}

static bool advise_on_regex(const struct policy_term *term, const struct policy_script *script)
{
	struct place place = policy_script_at(script, term->operand.data);
	char quoted[POLICY_QUOTE_MAX];

	if (!is_in_quotes(term->operand)) {
		return false;
	}
	diag_warning(script->diag, &place,
		"the quotes are part of the regex %s: expected it without them",
		policy_quote(term->operand, quoted));
	return true;
}

bool policy_value_advise(const struct policy_term *term, const struct policy_script *script)
{
	bool told = false;

	if (term->field->shape != POLICY_SHAPE_TEXT || term->field->kind->digest > 0) {
		return false;
	}
	if (term->op == POLICY_OPERATOR_MATCHES) {
		return advise_on_regex(term, script);
	}
	if (term->op == POLICY_OPERATOR_EQUALS) {
		return advise(term, script, term->value);
	}
	for (size_t i = 0;
		term->op == POLICY_OPERATOR_IN && !told && i < policy_textset_count(term->texts);
		i++) {
		told = advise(term, script, policy_textset_at(term->texts, i));
	}
	return told;
}
