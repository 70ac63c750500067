/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "explain/cert_rules.h"

#include "authz/cert_facts.h"
#include "base/arena.h"
#include "config/ini.h"
#include "policy/evaluate.h"
#include "policy/serial.h"
#include "policy/term_write.h"

#include <string.h>

#define KEY "allow = "
#define INDENT "        " /* as wide as the key */
#define ARENA_CHUNK 4096

struct writer {
	const struct policy_facts *facts;
	struct bytes lines; /* the rule */
	struct bytes term;
	struct str file_line; /* of its term with a file; absent: it has none */
};

static const struct config_ini_entry *read_entry(
	struct str lines, struct arena *arena, struct diag *diag)
{
	struct config_ini tree;
	struct bytes text;
	bool good;

	bytes_init(&text, 0);
	bytes_append_text(&text, "[policy default]\n");
	bytes_append_str(&text, lines);
	bytes_append_text(&text, "\n");
	good = !text.failed &&
	       config_ini_read_text("check", bytes_view(&text), arena, &tree, diag) &&
	       tree.section_count == 1;
	bytes_clear(&text);
	return good ? tree.sections->entries : NULL;
}

/* Whether the lines are one rule of that many terms which is true for the facts. */
static bool holds(struct str lines, size_t terms, const struct policy_facts *facts)
{
	struct policy_rules *rules = policy_rules_new();
	struct policy policy = {.rules = rules, .default_action = POLICY_ACTION_DENY};
	struct policy_verdict verdict = {.outcome = POLICY_DENY};
	struct arena arena;
	struct diag diag;

	arena_init(&arena, ARENA_CHUNK);
	diag_init(&diag);
	const struct config_ini_entry *entry = read_entry(lines, &arena, &diag);

	if (entry != NULL && entry->next == NULL && rules != NULL) {
		struct place place = config_ini_value_place(entry);

		if (policy_rules_add_parts(rules, POLICY_ACTION_ALLOW, entry->value, &place,
			    entry->parts, entry->part_count, &diag) &&
			policy_rule_term_count(policy_rules_at(rules, 0)) == terms) {
			policy_evaluate(&policy, facts, NULL, &verdict);
		}
	}
	policy_rules_free(rules);
	diag_clear(&diag);
	arena_clear(&arena);
	return verdict.outcome == POLICY_ALLOW;
}

/* Writes w->term, which holds as a rule by itself; false if the value has no such term. */
static bool write_term(struct writer *w, const struct policy_field *field, struct str value)
{
	for (unsigned form = 0; form < POLICY_TERM_FORMS; form++) {
		bytes_reset(&w->term, SIZE_MAX);
		bytes_append_text(&w->term, KEY);
		if (policy_term_write(field, value, form, &w->term) && !w->term.failed &&
			holds(bytes_view(&w->term), 1, w->facts)) {
			bytes_consume(&w->term, strlen(KEY));
			return true;
		}
	}
	if (field->shape != POLICY_SHAPE_TEXT || !policy_term_fits_file(field, value)) {
		return false;
	}
	bytes_reset(&w->term, SIZE_MAX);
	bytes_appendf(&w->term, "%s in file:PATH", field->name);
	w->file_line = value;
	return !w->term.failed;
}

static bool write_rule(struct writer *w, const struct policy_field *field, struct str value,
	const struct policy_field *beside)
{
	bytes_reset(&w->lines, SIZE_MAX);
	w->file_line = (struct str){NULL, 0};
	if (!write_term(w, field, value)) {
		return false;
	}
	bytes_append_text(&w->lines, KEY);
	bytes_append_str(&w->lines, bytes_view(&w->term));
	if (beside == NULL) {
		return !w->lines.failed;
	}
	if (!write_term(w, beside, w->facts->cert->issuer)) {
		return false;
	}
	bool fits = w->lines.len + strlen(" & ") + w->term.len <= CONFIG_INI_MAX_LINE;

	bytes_append_text(&w->lines, fits ? " & " : " &\n" INDENT);
	bytes_append_str(&w->lines, bytes_view(&w->term));
	return !w->lines.failed &&
	       (w->file_line.data != NULL || holds(bytes_view(&w->lines), 2, w->facts));
}

/* A serial number is unique only among those of its issuer. */
static const struct policy_field *beside(const struct policy_field *field)
{
	size_t i = 0;
	const struct policy_field *other;

	if (field->kind != &policy_text_serial) {
		return NULL;
	}
	while ((other = policy_field_at(i++)) != NULL && strcmp(other->name, "cert.issuer") != 0) {
	}
	return other;
}

static bool is_repeated(struct str_list values, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (str_eq(values.items[i], values.items[index])) {
			return true;
		}
	}
	return false;
}

static void each_value(struct writer *w, const struct policy_field *field, struct str_list values,
	void (*told)(void *ctx, const struct explain_cert_rule *rule), void *ctx)
{
	for (size_t i = 0; i < values.count; i++) {
		struct explain_cert_rule rule = {.field = field->name, .value = values.items[i]};

		if (is_repeated(values, i)) {
			continue;
		}
		if (write_rule(w, field, rule.value, beside(field))) {
			rule.lines = bytes_view(&w->lines);
			rule.file_line = w->file_line;
		}
		told(ctx, &rule);
	}
}

static void each_address(struct writer *w, const struct policy_field *field,
	struct policy_addrs addrs, void (*told)(void *ctx, const struct explain_cert_rule *rule),
	void *ctx)
{
	for (size_t i = 0; i < addrs.count; i++) {
		char text[ADDR_TEXT_MAX];
		struct str value;

		addr_format(&addrs.items[i], text);
		value = str_view(text);
		each_value(w, field, (struct str_list){&value, 1}, told, ctx);
	}
}

void explain_each_cert_rule(const struct cert_identity *identity,
	const struct cert_chain_keys *keys,
	void (*told)(void *ctx, const struct explain_cert_rule *rule), void *ctx)
{
	const struct policy_cert cert = authz_cert_facts(identity, keys);
	const struct addr ip = {.family = ADDR_V4};
	const struct policy_facts facts = {
		.ip = &ip, .names_state = POLICY_FACT_KNOWN, .cert_present = true, .cert = &cert};
	const struct str yes = str_view("yes");
	struct writer w = {.facts = &facts};
	const struct policy_field *field;

	bytes_init(&w.term, 0);
	bytes_init(&w.lines, 0);
	for (size_t i = 0; (field = policy_field_at(i)) != NULL; i++) {
		if (field->source != POLICY_SOURCE_CERT) {
			continue;
		}
		if (field->shape == POLICY_SHAPE_ADDRESS) {
			each_address(&w, field, policy_field_addrs(field, &facts), told, ctx);
		} else if (field->shape == POLICY_SHAPE_TEXT) {
			each_value(&w, field, policy_field_texts(field, &facts), told, ctx);
		} else if (field->shape == POLICY_SHAPE_FLAG && policy_field_flag(field, &facts)) {
			each_value(&w, field, (struct str_list){&yes, 1}, told, ctx);
		}
	}
	bytes_clear(&w.term);
	bytes_clear(&w.lines);
}
