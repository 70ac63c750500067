/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/array.h"
#include "base/str.h"
#include "policy/lint.h"
#include "policy/rule.h"
#include "policy/rule_list_private.h"
#include "policy/rule_terms.h"

#include <assert.h>
#include <string.h>

enum ampersand { AMPERSAND_NONE, AMPERSAND_JOINS, AMPERSAND_BAD };

/* What text[i] is: a & that joins terms, one that belongs to a value, or neither. */
static enum ampersand ampersand_at(struct str text, size_t i)
{
	if (text.data[i] != '&') {
		return AMPERSAND_NONE;
	}
	bool before = i == 0 || ascii_is_blank(text.data[i - 1]);
	bool after = i + 1 == text.len || ascii_is_blank(text.data[i + 1]);

	if (before != after) {
		return AMPERSAND_BAD;
	}
	return before ? AMPERSAND_JOINS : AMPERSAND_NONE;
}

/* Rejects bytes that no part of a rule may contain. */
static bool check_bytes(const struct policy_script *script)
{
	struct str text = script->text;
	size_t errors = script->diag->errors;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		struct place place = policy_script_at(script, text.data + i);

		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			diag_error(script->diag, &place, "a control byte 0x%02x: expected text", c);
			return false;
		}
		enum ampersand ampersand = ampersand_at(text, i);

		if (ampersand == AMPERSAND_JOINS && script->skip > 0) {
			diag_error(script->diag, &place,
				"a & between blanks: expected one regex, with \\x26 for it");
		} else if (ampersand == AMPERSAND_BAD) {
			diag_error(script->diag, &place,
				"a & with a blank on one side only: expected \" & \" between "
				"terms, and \\x26 in a regex");
		}
	}
	return script->diag->errors == errors;
}

/* Cuts the part before the next joining & off *rest; false once *rest is used up. */
static bool next_part(struct str *rest, struct str *part)
{
	size_t end = 0;

	if (rest->data == NULL) {
		return false;
	}
	while (end < rest->len && ampersand_at(*rest, end) != AMPERSAND_JOINS) {
		end++;
	}
	*part = str_trim((struct str){rest->data, end});
	*rest = end < rest->len ? str_from(*rest, end + 1) : (struct str){NULL, 0};
	return true;
}

/* All parts are read, also after a bad one, so that one run reports all errors. */
static bool read_terms(const struct policy_script *script, struct policy_term *terms, size_t *count)
{
	struct str rest = script->text;
	struct str part;
	size_t good = 0;
	size_t parts = 0;

	for (; parts < POLICY_RULE_TERMS_MAX && next_part(&rest, &part); parts++) {
		good += policy_term_read(part, script, &terms[good]);
	}
	bool any = false;

	for (size_t i = 0; i < good; i++) {
		any = any || terms[i].op == POLICY_OPERATOR_ANY;
	}
	if (any && parts > 1) {
		diag_error(
			script->diag, &script->place, "`*` beside other terms: expected it alone");
	} else if (rest.data != NULL) {
		struct place place = policy_script_at(script, rest.data);

		diag_error(script->diag, &place, "too many terms: expected at most %d",
			POLICY_RULE_TERMS_MAX);
	} else if (good == parts) {
		*count = good;
		return true;
	}
	policy_terms_clear(terms, good);
	return false;
}

/*
 * An answer of a list that stands for something else, such as "you ask too often", must not let
 * clients in: a term that admits by a listing has to say which codes do.
 */
static bool admits_by_any_listing(enum policy_action action, const struct policy_term *term)
{
	const struct policy_dnsbl_codes *codes =
		term->field->source == POLICY_SOURCE_DNSBL ? term->lookups.codes : NULL;

	return term->field->source == POLICY_SOURCE_DNSBL &&
	       term->negated == (action == POLICY_ACTION_DENY) &&
	       (codes == NULL || !codes->named || codes->other);
}

static bool check_admissions(const struct policy_script *script, enum policy_action action,
	const struct policy_term *terms, size_t count)
{
	size_t errors = script->diag->errors;

	for (size_t i = 0; i < count; i++) {
		struct place place = policy_script_at(script, terms[i].text.data);
		const char *not = terms[i].negated ? "!" : "";

		/* A positive term of an allow, or a negated one of a deny. */
		if (admits_by_any_listing(action, &terms[i])) {
			diag_error(script->diag, &place,
				"%.*s lets a client in by each answer of the list, whatever the "
				"answer means: expected the codes that let it in, as the list "
				"documents them, as in %sdnsbl ZONE = 127.0.0.2-11",
				(int)terms[i].text.len, terms[i].text.data, not );
		}
	}
	return script->diag->errors == errors;
}

static unsigned cost_of(const struct policy_term *term)
{
	return (unsigned)term->field->source * 16 + (unsigned)term->op;
}

static bool is_rate_by_host(const struct policy_term *term)
{
	return term->field->source == POLICY_SOURCE_RATE && term->rate->by == POLICY_RATE_BY_HOST;
}

/* Insertion sort keeps terms of equal cost in the order in which they were written. */
static void sort_terms(struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++) {
		size_t at = i;

		for (; at > 0 &&
			cost_of(&rule->terms[rule->order[at - 1]]) > cost_of(&rule->terms[i]);
			at--) {
			rule->order[at] = rule->order[at - 1];
		}
		rule->order[at] = (uint8_t)i;
		rule->claims_at += rule->terms[i].field->source < POLICY_SOURCE_CLAIM;
		rule->lookups_at += rule->terms[i].field->source < POLICY_SOURCE_AGENT;
		rule->rates_at += rule->terms[i].field->source < POLICY_SOURCE_RATE;
		rule->rates_by_host = rule->rates_by_host || is_rate_by_host(&rule->terms[i]);
	}
}

static bool make_room(struct policy_rules *rules)
{
	const struct policy_rule **items =
		array_reserve(rules->items, rules->count, &rules->capacity, sizeof(*items));

	if (items == NULL) {
		return false;
	}
	rules->items = items;
	return true;
}

/* Compiles script->text, which the arena owns. */
static bool add(
	struct policy_rules *rules, enum policy_action action, const struct policy_script *script)
{
	struct policy_term terms[POLICY_RULE_TERMS_MAX];
	size_t count;

	size_t lookups = rules->lookups.count;
	size_t rates = rules->rates.count;

	if (!check_bytes(script) || !read_terms(script, terms, &count)) {
		rules->lookups.count = lookups;
		rules->rates.count = rates;
		return false;
	}
	if (!check_admissions(script, action, terms, count)) {
		policy_terms_clear(terms, count);
		rules->lookups.count = lookups;
		rules->rates.count = rates;
		return false;
	}
	struct policy_rule *rule = arena_alloc(&rules->arena, 1, sizeof(*rule));
	struct policy_term *kept = arena_alloc(&rules->arena, count, sizeof(*kept));
	struct str place = place_text(&rules->arena, &script->place);

	if (rule != NULL && kept != NULL) {
		memcpy(kept, terms, count * sizeof(*kept));
		*rule = (struct policy_rule){.action = action,
			.text = script->text,
			.place = place,
			.terms = kept,
			.count = count};
		sort_terms(rule);
	}
	if (rule == NULL || kept == NULL || place.data == NULL || !make_room(rules) ||
		!policy_rule_index_add(&rules->index, rule)) {
		diag_error(script->diag, &script->place, "out of memory");
		policy_terms_clear(terms, count);
		rules->lookups.count = lookups;
		rules->rates.count = rates;
		return false;
	}
	policy_rule_lint(rule, script);
	rules->need_names = rules->need_names || rule->rates_by_host ||
			    policy_rule_asks_for(rule, POLICY_SOURCE_NAMES);
	rules->need_asn = rules->need_asn || policy_rule_asks_for(rule, POLICY_SOURCE_ASN) ||
			  policy_rule_counts_by(rule, POLICY_RATE_BY_ASN);
	rules->need_country =
		rules->need_country || policy_rule_asks_for(rule, POLICY_SOURCE_COUNTRY);
	rules->need_agent = rules->need_agent || policy_rule_asks_for(rule, POLICY_SOURCE_AGENT);
	rules->claims |= policy_rule_claims(rule);
	rules->items[rules->count++] = rule;
	return true;
}

/* Compiles the rule of `prefix`, which does not stand in the file, and `text`. */
static bool add_text(struct policy_rules *rules, const char *prefix, struct str text,
	struct policy_script script, enum policy_action action)
{
	struct diag *diag = script.diag;
	struct str trimmed = str_trim(text);
	struct place at = script.place;
	struct bytes whole;

	if (at.column > 0) {
		at.column += (unsigned)(trimmed.data - text.data);
	}
	if (trimmed.len == 0) {
		diag_error(diag, &at, "nothing here: expected %s",
			prefix[0] == '\0' ? "a rule" : "a regex");
		return false;
	}
	bytes_init(&whole, 0);
	bytes_append_text(&whole, prefix);
	bytes_append_str(&whole, trimmed);

	script.place = at;
	script.skip = strlen(prefix);
	script.arena = &rules->arena;
	script.lookups = &rules->lookups;
	script.lists = &rules->lists;
	script.rates = &rules->rates;
	if (!whole.failed) {
		script.text = arena_dup(&rules->arena, bytes_view(&whole));
	}
	bytes_clear(&whole);
	if (script.text.data == NULL) {
		diag_error(diag, &at, "out of memory");
		return false;
	}
	return add(rules, action, &script);
}

bool policy_rules_add(struct policy_rules *rules, enum policy_action action, struct str text,
	const struct place *place, struct diag *diag)
{
	return policy_rules_add_parts(rules, action, text, place, NULL, 0, diag);
}

bool policy_rules_add_parts(struct policy_rules *rules, enum policy_action action, struct str text,
	const struct place *place, const struct place_part *parts, size_t part_count,
	struct diag *diag)
{
	struct policy_script script = {
		.place = *place, .parts = parts, .part_count = part_count, .diag = diag};

	return add_text(rules, "", text, script, action);
}

bool policy_rules_add_rdns(struct policy_rules *rules, enum policy_action action, struct str regex,
	const struct place *place, struct diag *diag)
{
	struct policy_script script = {.place = *place, .diag = diag};

	return add_text(rules, "host ~ ", regex, script, action);
}
