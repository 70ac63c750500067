/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/suggest.h"
#include "policy/agent.h"
#include "policy/domain.h"
#include "policy/net_list.h"
#include "policy/regex.h"
#include "policy/term.h"
#include "policy/textset.h"

#include <stdlib.h>
#include <string.h>

struct place policy_script_at(const struct policy_script *script, const char *at)
{
	struct place place = script->place;
	size_t offset = (size_t)(at - script->text.data);

	offset -= offset > script->skip ? script->skip : offset;
	for (size_t i = script->part_count; i > 0; i--) {
		const struct place_part *part = &script->parts[i - 1];

		if (offset >= part->offset) {
			place.line = part->line;
			place.column = part->column + (unsigned)(offset - part->offset);
			return place;
		}
	}
	if (place.column > 0) {
		place.column += (unsigned)offset;
	}
	return place;
}

bool policy_script_out_of_memory(const struct policy_script *script)
{
	diag_error(script->diag, &script->place, "out of memory");
	return false;
}

/* Reads `present` and `verified`, the only values of cert. */
static bool read_word(struct str value, const struct policy_script *script, struct policy_term *t)
{
	struct place place = policy_script_at(script, value.data);
	char quoted[POLICY_QUOTE_MAX];

	if (str_eq_text(value, "present")) {
		t->op = POLICY_OPERATOR_PRESENT;
		return true;
	}
	if (str_eq_text(value, "verified")) {
		t->op = POLICY_OPERATOR_VERIFIED;
		return true;
	}
	static const char *const words[] = {"present", "verified"};
	const char *meant = suggest(value, words, ARRAY_LEN(words));

	diag_error(script->diag, &place, "%s after %s: expected present or verified%s%s%s",
		policy_quote(value, quoted), t->field->name, meant != NULL ? ", did you mean " : "",
		meant != NULL ? meant : "", meant != NULL ? "?" : "");
	return false;
}

/* A value that facts may write in several ways becomes the set of them. */
static bool read_variants(
	struct str one_form, const struct policy_script *script, struct policy_term *t)
{
	struct policy_textset *set = policy_textset_new(t->field->kind);

	if (set == NULL || !policy_textset_add(set, one_form)) {
		policy_textset_free(set);
		return policy_script_out_of_memory(script);
	}
	policy_textset_seal(set);
	t->op = POLICY_OPERATOR_IN;
	t->texts = set;
	return true;
}

/* Several values, separated by commas, become the set of them. */
static bool read_several(
	struct str values, const struct policy_script *script, struct policy_term *t)
{
	const struct policy_text_kind *kind = t->field->kind;
	struct policy_textset *set = policy_textset_new(kind);
	char room[POLICY_TEXT_ROOM];
	struct str value;
	struct str one_form;

	if (set == NULL) {
		return policy_script_out_of_memory(script);
	}
	while (str_split_next(&values, ',', &value)) {
		struct str trimmed = str_trim(value);
		struct place place = policy_script_at(script, trimmed.data);

		if (!kind->read(trimmed, &place, script->diag, room, &one_form)) {
			policy_textset_free(set);
			return false;
		}
		if (!policy_textset_add(set, one_form)) {
			policy_textset_free(set);
			return policy_script_out_of_memory(script);
		}
	}
	policy_textset_seal(set);
	t->op = POLICY_OPERATOR_IN;
	t->texts = set;
	return true;
}

static bool read_equals(struct str value, const struct policy_script *script, struct policy_term *t)
{
	struct place place = policy_script_at(script, value.data);
	char room[POLICY_TEXT_ROOM];

	t->op = POLICY_OPERATOR_EQUALS;
	if (t->field->shape == POLICY_SHAPE_ADDRESS) {
		return policy_prefix_read(value, &place, script->diag, &t->prefix);
	}
	if (policy_field_is_of_network(t->field) && str_eq_text(value, "known")) {
		t->op = POLICY_OPERATOR_KNOWN;
		return true;
	}
	if (t->field->kind->several && str_find(value, ',') < value.len) {
		return read_several(value, script, t);
	}
	struct str one_form;

	if (!t->field->kind->read(value, &place, script->diag, room, &one_form)) {
		return false;
	}
	if (t->field->kind->variant != NULL) {
		return read_variants(one_form, script, t);
	}
	t->value = arena_dup(script->arena, one_form);
	return t->value.data != NULL || policy_script_out_of_memory(script);
}

static bool read_regex(struct str regex, const struct policy_script *script, struct policy_term *t)
{
	struct policy_regex_error error;
	struct place place;

	t->op = POLICY_OPERATOR_MATCHES;
	t->regex = policy_regex_new(regex, &error);
	if (t->regex == NULL) {
		place = policy_script_at(script, regex.data + error.offset);
		diag_error(script->diag, &place, "the regex does not compile: %s", error.text);
		return false;
	}
	return true;
}

static const char *expected_after(const struct policy_field *field)
{
	switch (field->shape) {
	case POLICY_SHAPE_WORD:
		return "present or verified";
	case POLICY_SHAPE_ADDRESS:
		return "an address, a prefix, in file:PATH or in json:PATH";
	case POLICY_SHAPE_RATE:
		return "N/s, N/m or N/h, or host, cert, asn or net/BITS before that";
	case POLICY_SHAPE_FLAG:
		return "the field alone";
	case POLICY_SHAPE_TEXT:
	case POLICY_SHAPE_LOOKUP:
		break;
	}
	return field->kind->expected;
}

static bool read_in(struct str source, const struct policy_script *script, struct policy_term *t)
{
	struct place place = policy_script_at(script, source.data);
	bool json = str_starts_with(source, "json:");
	struct str file = str_trim(str_from(source, strlen("file:")));
	char quoted[POLICY_QUOTE_MAX];

	if (t->field->shape == POLICY_SHAPE_LOOKUP && t->field->list_max == 0) {
		diag_error(script->diag, &place,
			"%s takes no file, as each value costs every client a query: expected %s",
			t->field->name, t->field->kind->expected);
		return false;
	}
	if (t->field->shape == POLICY_SHAPE_RATE) {
		diag_error(script->diag, &place, "%s takes no file: expected %s", t->field->name,
			expected_after(t->field));
		return false;
	}
	if (json && t->field->shape != POLICY_SHAPE_ADDRESS) {
		diag_error(script->diag, &place,
			"%s takes no JSON, which holds addresses: expected file:PATH",
			t->field->name);
		return false;
	}
	if ((!json && !str_starts_with(source, "file:")) || file.len == 0) {
		diag_error(script->diag, &place, "%s after in: expected file:PATH%s",
			policy_quote(source, quoted),
			t->field->shape == POLICY_SHAPE_ADDRESS ? " or json:PATH" : "");
		return false;
	}
	return policy_term_read_list(file, json, &place, script, t);
}

/* Advice about operators of other languages; NULL for other words. */
static const char *advice_about(struct str word)
{
	if (str_eq_text(word, "=") || str_eq_text(word, "==")) {
		return "expected FIELD VALUE, with nothing between them";
	}
	if (str_eq_text(word, "=~")) {
		return "expected ~";
	}
	if (str_eq_text(word, "!=") || str_eq_text(word, "!")) {
		return "expected !FIELD VALUE";
	}
	if (str_eq_text(word, "!~") || str_eq_text(word, "!in")) {
		return "expected the ! right before the field";
	}
	if (word.len > 1 && (str_starts_with(word, "~") || str_starts_with(word, "!~"))) {
		return "expected ~ and the regex with a blank between them";
	}
	if (str_starts_with(word, "file:")) {
		return "expected in file:PATH";
	}
	if (str_starts_with(word, "json:")) {
		return "expected in json:PATH";
	}
	return NULL;
}

/*
 * Advice about several values, or words after one, where a value has neither blanks nor commas;
 * NULL if there is no such mistake.
 */
static const char *cure_of_value(struct str value, const struct policy_field *field)
{
	bool one_word = field->shape == POLICY_SHAPE_ADDRESS ||
			field->kind == &policy_domain_name || field->kind == &policy_domain_host ||
			field->kind == &policy_domain_san || field->kind == &policy_text_method ||
			field->kind == &policy_text_http_host || field->kind == &policy_text_agent;
	struct str rest = value;

	(void)str_take_word(&rest);
	if (!one_word || (rest.len == 0 && str_find(value, ',') == value.len)) {
		return NULL;
	}
	if (str_starts_with(rest, "#") || str_starts_with(rest, "//")) {
		return "expected one value; a comment begins with ;";
	}
	return "expected one value: for \"or\" a rule for each, one a line; for \"and\" terms "
	       "joined by \" & \"; for many in file:PATH";
}

static bool read_value(struct str value, const struct policy_script *script, struct policy_term *t)
{
	const char *cure = cure_of_value(value, t->field);
	struct place place = policy_script_at(script, value.data);
	char quoted[POLICY_QUOTE_MAX];

	if (cure != NULL) {
		diag_error(script->diag, &place, "%s after %s: %s", policy_quote(value, quoted),
			t->field->name, cure);
		return false;
	}
	switch (t->field->shape) {
	case POLICY_SHAPE_LOOKUP:
		return policy_term_read_lookup(value, script, t);
	case POLICY_SHAPE_RATE:
		return policy_term_read_rate(value, script, t);
	case POLICY_SHAPE_WORD:
		return read_word(value, script, t);
	case POLICY_SHAPE_ADDRESS:
	case POLICY_SHAPE_TEXT:
	case POLICY_SHAPE_FLAG:
		break;
	}
	return read_equals(value, script, t);
}

static bool read_flag(struct str value, const struct policy_script *script, struct policy_term *t)
{
	struct place place = policy_script_at(script, value.data);
	char quoted[POLICY_QUOTE_MAX];

	t->op = POLICY_OPERATOR_FLAG;
	t->operand = value;
	if (value.len > 0) {
		diag_error(script->diag, &place, "%s after %s: expected %s",
			policy_quote(value, quoted), t->field->name, expected_after(t->field));
	}
	return value.len == 0;
}

/* Reads the text after the field: VALUE, ~ REGEX, in file:PATH or in json:PATH. */
static bool read_operation(
	struct str value, const struct policy_script *script, struct policy_term *t)
{
	struct place place = policy_script_at(script, value.data);
	struct str rest = value;
	struct str word = str_take_word(&rest);
	const char *advice = advice_about(word);
	char quoted[POLICY_QUOTE_MAX];

	if (t->field->shape == POLICY_SHAPE_FLAG) {
		return read_flag(value, script, t);
	}
	if (value.len == 0) {
		diag_error(script->diag, &place, "nothing after %s: expected %s", t->field->name,
			expected_after(t->field));
		return false;
	}
	if (advice != NULL) {
		diag_error(script->diag, &place, "%s after %s: %s", policy_quote(word, quoted),
			t->field->name, advice);
		return false;
	}
	t->operand = str_eq_text(word, "in") || str_eq_text(word, "~") ? rest : value;
	if (t->field->shape == POLICY_SHAPE_WORD) {
		return read_word(value, script, t);
	}
	if (str_eq_text(word, "in")) {
		return read_in(rest, script, t);
	}
	if (!str_eq_text(word, "~")) {
		return read_value(value, script, t);
	}
	if (t->field->shape != POLICY_SHAPE_TEXT || t->field->kind->no_regex) {
		diag_error(script->diag, &place, "%s takes no regex: expected %s", t->field->name,
			expected_after(t->field));
		return false;
	}
	if (rest.len == 0) {
		diag_error(script->diag, &place, "nothing after ~: expected a regex");
		return false;
	}
	return read_regex(rest, script, t);
}

static bool matches_everyone(struct str word)
{
	static const char *const words[] = {"all", "any", "everyone", "everybody", "anyone"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq_text(word, words[i])) {
			return true;
		}
	}
	return false;
}

bool policy_term_read(struct str text, const struct policy_script *script, struct policy_term *out)
{
	struct policy_term t = {.text = text, .negated = str_starts_with(text, "!")};
	struct str rest = str_from(text, t.negated ? 1 : 0);
	struct place place = policy_script_at(script, rest.data);

	if (str_eq_text(text, "*")) {
		t.field = &policy_field_any;
		t.op = POLICY_OPERATOR_ANY;
		*out = t;
		return true;
	}
	struct str name = str_take_word(&rest);

	if (name.len == 0) {
		diag_error(script->diag, &place, "%s: expected a field%s",
			t.negated ? "nothing right after !" : "an empty term",
			t.negated ? "" : " on both sides of &");
		return false;
	}
	if (str_eq_text(name, "*")) {
		diag_error(script->diag, &place, "a term with `*`: expected `*` alone");
		return false;
	}
	if (rest.len == 0 && matches_everyone(name)) {
		diag_error(script->diag, &place, "%.*s: did you mean `*`, which always holds?",
			(int)name.len, name.data);
		return false;
	}
	t.field = policy_field_find(name, &place, script->diag);
	if (t.field == NULL || !read_operation(rest, script, &t)) {
		return false;
	}
	*out = t;
	return true;
}

void policy_term_clear(struct policy_term *term)
{
	if (term->op == POLICY_OPERATOR_MATCHES) {
		policy_regex_free(term->regex);
	} else if (term->op == POLICY_OPERATOR_IN && term->field->shape == POLICY_SHAPE_ADDRESS) {
		policy_netset_free(term->nets);
	} else if (term->op == POLICY_OPERATOR_IN && term->field->shape == POLICY_SHAPE_TEXT) {
		policy_textset_free(term->texts);
	}
}
