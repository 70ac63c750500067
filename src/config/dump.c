/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/config.h"
#include "config/config_private.h"
#include "config/ini.h"
#include "config/value.h"

#include <string.h>

#define WIDTH 99 /* bytes of a line, behind which lists and rules are broken if they can be */

static void write_list(const struct config_key *key, const void *base, struct bytes *out)
{
	size_t count = config_value_count(key, base);
	struct bytes item;
	size_t line = 0;

	bytes_init(&item, 0);
	for (size_t i = 0; i < count; i++) {
		item.len = 0;
		config_value_write(key, base, i, &item);
		if (i > 0 && config_value_repeat(key) == CONFIG_REPEAT_COMMAS &&
			out->len - line + strlen(", ") + item.len <= WIDTH) {
			bytes_append_text(out, ", ");
		} else {
			bytes_append_text(out, i > 0 ? "\n" : "");
			line = out->len;
			bytes_appendf(out, "%s = ", key->name);
		}
		bytes_append_str(out, bytes_view(&item));
	}
	if (item.failed) {
		out->failed = true;
	}
	bytes_clear(&item);
	bytes_append_text(out, "\n");
}

/* Writes KEY = VALUE; without the blanks if the line would otherwise be too long to be read. */
static void write_line(const char *key, struct str value, size_t more, struct bytes *out)
{
	bool tight = strlen(key) + strlen(" = ") + value.len + more > CONFIG_INI_MAX_LINE;

	bytes_appendf(out, "%s%s", key, tight ? "=" : value.len > 0 ? " = " : " =");
	bytes_append_str(out, value);
}

static void write_key(const struct config_key *key, const void *base, struct bytes *out)
{
	if (config_value_repeat(key) != CONFIG_REPEAT_NOT && config_value_count(key, base) > 0) {
		write_list(key, base, out);
		return;
	}
	struct bytes value;

	bytes_init(&value, 0);
	if (config_value_repeat(key) == CONFIG_REPEAT_NOT) {
		config_value_write(key, base, 0, &value);
	}
	write_line(key->name, bytes_view(&value), 0, out);
	bytes_append_text(out, "\n");
	if (value.failed) {
		out->failed = true;
	}
	bytes_clear(&value);
}

/* The PATH of "[!]FIELD in file:PATH" or "in json:PATH"; empty for all other terms. */
static struct str list_path(struct str term)
{
	struct str rest = term;

	(void)str_take_word(&rest);
	bool is_list = str_eq_text(str_take_word(&rest), "in") &&
		       (str_starts_with(rest, "file:") || str_starts_with(rest, "json:"));

	return is_list ? str_trim(str_from(rest, strlen("file:"))) : (struct str){NULL, 0};
}

/*
 * Writes the term; a relative path in it is made absolute, so that the dump can be read anywhere,
 * unless the line would be too long.
 */
static void write_term(struct str term, const struct config_ini_file *file, struct bytes *out)
{
	struct str path = list_path(term);
	size_t folder = strlen(file->folder);

	if (path.len > 0 && path.data[0] != '/' &&
		term.len + folder + strlen("allow=/ &") <= CONFIG_INI_MAX_LINE) {
		bytes_append(out, term.data, term.len - path.len);
		bytes_append(out, file->folder, folder);
		bytes_append_text(out, "/");
		term = path;
	}
	bytes_append_str(out, term);
}

static void write_rule(
	const struct policy_rule *rule, const struct config_ini_entry *entry, struct bytes *out)
{
	size_t count = policy_rule_term_count(rule);
	size_t line = out->len;
	struct bytes term;

	bytes_init(&term, 0);
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count;

		term.len = 0;
		write_term(policy_rule_term_text(rule, i), entry->file, &term);
		size_t more = last ? 0 : strlen(" &");

		if (i == 0) {
			const char *key =
				policy_rule_action(rule) == POLICY_ACTION_ALLOW ? "allow" : "deny";

			write_line(key, bytes_view(&term), more, out);
			continue;
		}
		bytes_append_text(out, " &");
		if (out->len - line + strlen(" ") + term.len + more > WIDTH) {
			bytes_append_text(out, "\n\t");
			line = out->len - 1;
		} else {
			bytes_append_text(out, " ");
		}
		bytes_append_str(out, bytes_view(&term));
	}
	if (term.failed) {
		out->failed = true;
	}
	bytes_clear(&term);
	bytes_append_text(out, "\n");
}

static void write_policy(
	const struct config_policy_source *source, const struct policy *policy, struct bytes *out)
{
	const struct config_section_schema *schema = CONFIG_POLICY_SCHEMA;
	const struct config_policy_source *from = source->rules_from;

	bytes_appendf(out, "\n[%s %s]\n", schema->name, policy->name.data);
	for (size_t i = 0; i < schema->key_count; i++) {
		const struct config_key *key = &schema->keys[i];

		if (key->type != CONFIG_PARENT && !config_key_is_rule(key)) {
			write_key(key, policy, out);
		}
	}
	for (size_t i = 0; i < from->rule_count; i++) {
		const struct config_ini_entry *entry = from->rule_entries[i];
		const struct config_key *key = config_key_find(schema, entry->key);

		if (key->type == CONFIG_ALLOW || key->type == CONFIG_DENY) {
			write_rule(policy_rules_at(policy->rules, i), entry, out);
		} else {
			write_line(key->name, entry->value, 0, out);
			bytes_append_text(out, "\n");
		}
	}
}

void config_dump(const struct config *config, struct bytes *out)
{
	const struct config_snapshot *snapshot = (const void *)config;

	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		const struct config_section_schema *schema = &config_sections[i];

		if (schema->named) {
			continue;
		}
		bytes_appendf(out, "%s[%s]\n", i > 0 ? "\n" : "", schema->name);
		for (size_t k = 0; k < schema->key_count; k++) {
			write_key(&schema->keys[k], config, out);
		}
	}
	for (size_t i = 0; i < config->policy_count; i++) {
		write_policy(&snapshot->sources[i], &config->policies[i], out);
	}
}

static bool is_same(const struct config_key *key, const struct config *a, const struct config *b)
{
	struct bytes texts[2];

	bytes_init(&texts[0], 0);
	bytes_init(&texts[1], 0);
	write_key(key, a, &texts[0]);
	write_key(key, b, &texts[1]);
	bool same = str_eq(bytes_view(&texts[0]), bytes_view(&texts[1]));

	bytes_clear(&texts[0]);
	bytes_clear(&texts[1]);
	return same;
}

void config_restart_keys(const struct config *started, const struct config *next, struct bytes *out)
{
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		const struct config_section_schema *schema = &config_sections[i];

		for (size_t k = 0; k < schema->key_count; k++) {
			const struct config_key *key = &schema->keys[k];

			if (key->at_start && !is_same(key, started, next)) {
				bytes_appendf(out, "%s%s", out->len > 0 ? ", " : "", key->name);
			}
		}
	}
}
