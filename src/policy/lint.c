/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/lint.h"

#include "policy/attribute.h"
#include "policy/dn.h"
#include "policy/domain.h"
#include "policy/fingerprint.h"
#include "policy/lint_claim.h"
#include "policy/lint_value.h"
#include "policy/netset.h"
#include "policy/regex_shape.h"
#include "policy/regex_trial.h"
#include "policy/rule_private.h"
#include "policy/rule_terms.h"
#include "policy/textset.h"

#define SHADOWS_MAX 1000 /* rules compared with each other: the work grows with the square */

/* `ip 0.0.0.0/0` and similar prefixes, and `country known`. */
static bool holds_for_most(const struct policy_term *term)
{
	if (term->op == POLICY_OPERATOR_KNOWN) {
		return !term->negated;
	}
	if (term->negated || term->field->source != POLICY_SOURCE_ADDRESS) {
		return false;
	}
	struct policy_coverage covers = term->op == POLICY_OPERATOR_IN
						? policy_netset_coverage(term->nets)
						: policy_prefix_coverage(&term->prefix);

	return policy_coverage_is_most(&covers);
}

/*
 * Whether the term identifies who is admitted: not by what a client claims, lacks, or does too
 * often.
 */
static bool identifies_client(const struct policy_term *term)
{
	return !term->negated && !holds_for_most(term) && !term->field->common &&
	       term->field->source != POLICY_SOURCE_CLAIM &&
	       term->field->source != POLICY_SOURCE_RATE;
}

size_t policy_rule_try_regexes(const struct policy_rule *rule, uint64_t *steps, struct str *regex)
{
	size_t len = 0;

	for (size_t i = 0; i < rule->count && len == 0; i++) {
		const struct policy_term *term = &rule->terms[i];
		bool claim = term->field->source == POLICY_SOURCE_CLAIM;

		if (term->op == POLICY_OPERATOR_MATCHES) {
			*regex = term->operand;
			len = policy_regex_try(
				term->regex, term->operand, claim ? 2000 : 250, steps);
		}
	}
	return len;
}

bool policy_rule_admits_any_certificate(const struct policy_rule *rule)
{
	bool any = false;

	for (size_t i = 0; rule->action == POLICY_ACTION_ALLOW && i < rule->count; i++) {
		const struct policy_term *term = &rule->terms[i];

		if (identifies_client(term) && term->field->shape != POLICY_SHAPE_WORD) {
			return false;
		}
		any = any || (!term->negated && (term->field->shape == POLICY_SHAPE_WORD ||
							term->field->common));
	}
	return any;
}

static void each_domain(const struct policy_term *term,
	void (*each)(void *ctx, const char *field, struct str name), void *ctx, struct str value)
{
	if (str_starts_with(value, ".")) {
		each(ctx, term->field->name, str_from(value, 1));
	}
}

/* `host ~ \.com$` is `host .com`. */
static void regex_domain(const struct policy_term *term,
	void (*each)(void *ctx, const char *field, struct str name), void *ctx)
{
	struct policy_regex_shape shape;

	policy_regex_shape(term->operand, &shape);
	for (char *c = shape.name; *c != '\0'; c++) {
		*c = ascii_lower(*c);
	}
	if (shape.name[0] != '\0' && !shape.whole && !shape.open_end) {
		each(ctx, term->field->name, str_view(shape.name));
	}
}

void policy_rule_each_domain(const struct policy_rule *rule,
	void (*each)(void *ctx, const char *field, struct str name), void *ctx)
{
	for (size_t i = 0; i < rule->count; i++) {
		const struct policy_term *term = &rule->terms[i];
		const struct policy_text_kind *kind = term->field->kind;

		if ((kind != &policy_domain_host && kind != &policy_domain_san) ||
			!policy_rule_term_admits(rule, term)) {
			continue;
		}
		if (term->op == POLICY_OPERATOR_EQUALS) {
			each_domain(term, each, ctx, term->value);
		} else if (term->op == POLICY_OPERATOR_MATCHES) {
			regex_domain(term, each, ctx);
		}
		for (size_t k = 0;
			term->op == POLICY_OPERATOR_IN && k < policy_textset_count(term->texts);
			k++) {
			each_domain(term, each, ctx, policy_textset_at(term->texts, k));
		}
	}
}

/* Whether every value for which the term `a`, without its !, is true is a value of `b`. */
static bool is_within(const struct policy_term *a, const struct policy_term *b)
{
	const struct policy_text_kind *kind = a->field->kind;

	if (a->op != b->op) {
		return false;
	}
	if (a->op != POLICY_OPERATOR_EQUALS) {
		return str_eq(a->operand, b->operand);
	}
	switch (a->field->shape) {
	case POLICY_SHAPE_ADDRESS:
		return b->prefix.len <= a->prefix.len &&
		       prefix_contains(&b->prefix, &a->prefix.addr);
	case POLICY_SHAPE_TEXT:
		return str_eq(a->value, b->value) ||
		       (kind->order(b->value, a->value) <= 0 && kind->includes(b->value, a->value));
	case POLICY_SHAPE_RATE:
		return false; /* each counts its own requests */
	default:
		return str_eq(a->operand, b->operand);
	}
}

/* Whether `later` can be true only if `earlier` is. */
static bool term_implies(const struct policy_term *later, const struct policy_term *earlier)
{
	if (earlier->op == POLICY_OPERATOR_ANY) {
		return true;
	}
	/* A certificate that failed its checks has no values. */
	if (earlier->field->shape == POLICY_SHAPE_WORD && !earlier->negated && !later->negated &&
		later->field->source == POLICY_SOURCE_CERT) {
		return later->op != POLICY_OPERATOR_PRESENT ||
		       earlier->op == POLICY_OPERATOR_PRESENT;
	}
	if (later->field != earlier->field || later->negated != earlier->negated) {
		return false;
	}
	return later->negated ? is_within(earlier, later) : is_within(later, earlier);
}

static bool rule_implies(const struct policy_rule *later, const struct policy_rule *earlier)
{
	for (size_t e = 0; e < earlier->count; e++) {
		bool implied = false;

		for (size_t l = 0; l < later->count && !implied; l++) {
			implied = term_implies(&later->terms[l], &earlier->terms[e]);
		}
		if (!implied) {
			return false;
		}
	}
	return true;
}

const struct policy_rule *policy_rules_shadow(const struct policy_rules *rules, size_t index)
{
	for (size_t i = 0; index < SHADOWS_MAX && i < index; i++) {
		if (rule_implies(policy_rules_at(rules, index), policy_rules_at(rules, i))) {
			return policy_rules_at(rules, i);
		}
	}
	return NULL;
}

/* As other programs write a regex. */
static bool is_between_slashes(struct str regex)
{
	if (regex.len > 2 && regex.data[regex.len - 1] == 'i') {
		regex.len--;
	}
	return regex.len > 1 && regex.data[0] == '/' && regex.data[regex.len - 1] == '/';
}

/* Warns of a regex about names that matches other names than it seems to. */
static void advise_on_name(const struct policy_rule *rule, const struct policy_term *term,
	const struct policy_script *script)
{
	struct place place = policy_script_at(script, term->operand.data);
	struct policy_regex_shape shape;
	char quoted[POLICY_QUOTE_MAX];
	const char *field = term->field->name;
	const char *not = term->negated ? "!" : "";

	policy_quote(term->operand, quoted);
	if (is_between_slashes(term->operand)) {
		diag_warning(script->diag, &place,
			"the slashes are part of the regex %s, so that it never matches a name: "
			"expected it without them",
			quoted);
		return;
	}
	policy_regex_shape(term->operand, &shape);

	bool named = shape.name[0] != '\0';
	bool domain = str_find(str_view(shape.name), '.') < str_view(shape.name).len;

	/*
	 * Words that keep clients out, such as dsl or dynamic, are meant to match inside of names.
	 */
	if (!policy_rule_term_admits(rule, term) && (!domain || shape.whole)) {
		shape.open_end = false;
		shape.open_start = false;
	}
	if (shape.open_end && domain) {
		diag_warning(script->diag, &place,
			"the regex %s matches %s.evil.example, too: expected %s%s %s%s", quoted,
			shape.name, not, field, shape.whole ? "" : ".", shape.name);
	} else if (shape.open_end && named) {
		diag_warning(script->diag, &place,
			"the regex %s matches %s.evil.example, too: expected %s%s .DOMAIN, or a "
			"regex such as (^|\\.)%s\\.example$",
			quoted, shape.name, not, field, shape.name);
	} else if (shape.open_end) {
		diag_warning(script->diag, &place,
			"the regex %s has an open end, so that names below any other domain match, "
			"too: expected %s%s .DOMAIN, or $ at its end, as in (^|\\.)example\\.com$",
			quoted, not, field);
	} else if (shape.open_start && domain) {
		diag_warning(script->diag, &place,
			"the regex %s matches evil%s, too: expected %s%s .%s", quoted, shape.name,
			not, field, shape.name);
	} else if (shape.open_start) {
		diag_warning(script->diag, &place,
			"the regex %s matches in the middle of a name, as in evilexample.com: "
			"expected (^|\\.) before it",
			quoted);
	} else if (shape.raw_dot && domain) {
		diag_warning(script->diag, &place,
			"a dot in the regex %s stands for any character: expected %s%s %s%s, or "
			"\\. for a dot",
			quoted, not, field, shape.whole ? "" : ".", shape.name);
	} else if (shape.raw_dot) {
		diag_warning(script->diag, &place,
			"a dot in the regex %s stands for any character: expected \\. for a dot",
			quoted);
	}
}

/* The field of the first attribute whose type stands in the regex; the CN's if it has none. */
static const char *field_in_regex(struct str regex)
{
	for (size_t at = 0; at < regex.len; at++) {
		struct str type = str_from(regex, at);
		const struct policy_attribute *attribute;

		type.len = str_find(type, '=');
		if (at > 0 && ascii_is_alnum(regex.data[at - 1])) {
			continue;
		}
		attribute = type.len > 0 ? policy_attribute_find(type) : NULL;
		if (attribute != NULL && attribute->values != DN_ATTRIBUTES) {
			return dn_attribute_words[attribute->values];
		}
	}
	return dn_attribute_words[DN_CN];
}

static void advise_on_term(const struct policy_rule *rule, const struct policy_term *term,
	const struct policy_script *script)
{
	const struct policy_field *field = term->field;
	struct place place = policy_script_at(script, term->text.data);

	if (policy_value_advise(term, script)) {
		return;
	}
	if (term->op == POLICY_OPERATOR_MATCHES &&
		(field->kind == &policy_domain_host || field->kind == &policy_domain_san)) {
		advise_on_name(rule, term, script);
	}
	if (term->op == POLICY_OPERATOR_MATCHES && field->kind == &policy_text_dn) {
		bool issuer = str_eq_text(str_view(field->name), "cert.issuer");

		diag_warning(script->diag, &place,
			"a regex cannot tell the parts of %s from text inside of one, such as a "
			"CN with a comma in it: expected %s and the whole name, or %s.%s",
			field->name, field->name, issuer ? "issuer" : "cert",
			field_in_regex(term->operand));
	}
	policy_claim_advise(term, script);
	if (rule->action == POLICY_ACTION_DENY && !term->negated &&
		(field->kind == &policy_text_sha256 || field->kind == &policy_text_spki)) {
		diag_warning(script->diag, &place,
			"deny by %s: the holder of the certificate can make one with another; "
			"expected cert.issuer and cert.serial",
			field->name);
	}
}

/* Warns of an allow that does not identify who is admitted. */
static void advise_on_admission(const struct policy_rule *rule, const struct policy_script *script)
{
	const struct policy_term *most = NULL;
	const struct policy_term *lack = NULL;
	const struct policy_term *common = NULL;

	for (size_t i = 0; i < rule->count; i++) {
		const struct policy_term *term = &rule->terms[i];

		if (identifies_client(term)) {
			return;
		}
		most = holds_for_most(term) ? term : most;
		common = term->field->common && !term->negated ? term : common;
		lack = term->negated && term->field->source != POLICY_SOURCE_RATE ? term : lack;
	}
	if (rule->lookups_at > rule->claims_at) {
		diag_warning(script->diag, &script->place,
			"a claim alone allows: a client that sends it gets in; expected a term "
			"about the "
			"address, the name or the certificate too");
	} else if (common != NULL) {
		diag_warning(script->diag, &script->place,
			"%.*s alone allows: certificates of many holders have the same; expected a "
			"term about a name in the certificate, or its fingerprint, too",
			(int)common->text.len, common->text.data);
	} else if (lack != NULL) {
		diag_warning(script->diag, &script->place,
			"what a client lacks alone allows: %.*s also holds for a client that hides "
			"or drops it; expected deny = %.*s, and an allow that says who may come in",
			(int)lack->text.len, lack->text.data, (int)lack->text.len - 1,
			lack->text.data + 1);
	} else if (most != NULL) {
		diag_warning(script->diag, &script->place,
			"%.*s holds for nearly every client: expected `*` if that is meant, or the "
			"addresses that may come in",
			(int)most->text.len, most->text.data);
	}
}

void policy_rule_lint(const struct policy_rule *rule, const struct policy_script *script)
{
	if (rule->action == POLICY_ACTION_ALLOW) {
		advise_on_admission(rule, script);
	}
	for (size_t i = 0; i < rule->count; i++) {
		advise_on_term(rule, &rule->terms[i], script);
	}
}
