/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/lint_claim.h"

/*
 * The characters of a regex that stand for themselves, as far as that is clear; 0 for all others.
 */
struct literals {
	char now;
	char before; /* the character directly before it */
	char first;  /* the character before `before` */
};

/* Moves on by one; false at the end. *i is where to continue, *in_class 1 in [...], 2 in [^...]. */
static bool next_literal(struct str regex, size_t *i, int *in_class, struct literals *l)
{
	if (*i >= regex.len) {
		return false;
	}
	char c = regex.data[(*i)++];
	char literal = c;

	if (c == '\\' && *i < regex.len) {
		char escaped = regex.data[(*i)++];

		literal = escaped;
		if (ascii_is_alnum(escaped)) {
			literal = 0;
		}
	} else if (*in_class != 0) {
		if (c == ']') {
			*in_class = 0;
			literal = 0;
		}
	} else if (c == '[') {
		*in_class = *i < regex.len && regex.data[*i] == '^' ? 2 : 1;
		literal = 0;
	} else if (c == '?' || c == '.' || c == '(' || c == ')' || c == '|' || c == '^' ||
		   c == '$' || c == '*' || c == '+') {
		literal = 0;
	}
	if (*in_class != 0) {
		*l = (struct literals){.now = *in_class == 2 ? 0 : literal};
	} else {
		*l = (struct literals){literal, l->now, l->before};
	}
	return true;
}

/*
 * Text that a path on whose reading all servers agree never contains; NULL if the regex has no such
 * text.
 */
static const char *not_served(const struct literals *l)
{
	switch (l->now) {
	case '?':
		return "a query";
	case '#':
		return "a #";
	case ';':
		return "a ;";
	case '\\':
		return "a \\";
	case '/':
		return l->before == '/' ? "//" : NULL;
	case '.':
		return l->before == '.' && l->first == '/' ? ".." : NULL;
	default:
		break;
	}
	return l->first == '%' && ascii_hex_value(l->before) >= 0 && ascii_hex_value(l->now) >= 0
		       ? "an escape"
		       : NULL;
}

static void advise_on_path(const struct policy_term *term, const struct policy_script *script)
{
	struct place place = policy_script_at(script, term->operand.data);
	struct str regex = term->operand;
	struct literals l = {0};
	const char *found = NULL;
	char quoted[POLICY_QUOTE_MAX];
	int in_class = 0;

	for (size_t i = 0; found == NULL && next_literal(regex, &i, &in_class, &l);) {
		bool optional =
			in_class == 0 && i < regex.len &&
			(regex.data[i] == '?' || regex.data[i] == '*' || regex.data[i] == '{');

		found = optional ? NULL : not_served(&l);
	}
	policy_quote(regex, quoted);
	if (found != NULL) {
		diag_warning(script->diag, &place,
			"the regex %s looks for %s, which a path as it is served never has: "
			"expected "
			"uri_raw, which is what came, or a regex without it",
			quoted, found);
	} else if (regex.len > 1 && regex.data[0] == '^' && ascii_is_alnum(regex.data[1])) {
		diag_warning(script->diag, &place,
			"the regex %s never matches: a path begins with a slash, expected ^/",
			quoted);
	}
}

static void advise_on_host(const struct policy_term *term, const struct policy_script *script)
{
	struct place place = policy_script_at(script, term->operand.data);
	struct str regex = term->operand;
	char quoted[POLICY_QUOTE_MAX];

	/* A regex with a bracket may be about IPv6. */
	for (size_t i = 1; i + 1 < regex.len && str_find(regex, '[') == regex.len; i++) {
		if (regex.data[i] == ':' && regex.data[i - 1] != '?' &&
			ascii_is_digit(regex.data[i + 1])) {
			diag_warning(script->diag, &place,
				"the regex %s looks for a port, which http_host never has: "
				"expected "
				"one without it",
				policy_quote(regex, quoted));
			return;
		}
	}
}

void policy_claim_advise(const struct policy_term *term, const struct policy_script *script)
{
	if (term->op != POLICY_OPERATOR_MATCHES || term->field->source != POLICY_SOURCE_CLAIM) {
		return;
	}
	if (term->field->form == POLICY_FORM_PATH) {
		advise_on_path(term, script);
	} else if (term->field->form == POLICY_FORM_HOST) {
		advise_on_host(term, script);
	}
}
