/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/suggest.h"
#include "config/config_private.h"
#include "config/policy_check.h"
#include "config/rule_check.h"
#include "config/value.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PARENTS 32 /* between a policy and the last of its ancestors */

struct str config_policy_name(struct str section)
{
	struct str rest = section;
	struct str word = str_take_word(&rest);

	return str_eq_text(word, CONFIG_POLICY_SCHEMA->name) ? rest : (struct str){NULL, 0};
}

/* Policy names stand in headers, logs, paths and parameters. */
static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (!ascii_is_alnum(name.data[i]) &&
			(i == 0 || strchr("._-", name.data[i]) == NULL)) {
			return false;
		}
	}
	return name.len > 0;
}

static int compare_names(struct str a, struct str b)
{
	if (a.len != b.len) {
		return a.len < b.len ? -1 : 1;
	}
	return memcmp(a.data, b.data, a.len);
}

static int compare_policies(const void *a, const void *b)
{
	return compare_names(
		(*(const struct policy *const *)a)->name, (*(const struct policy *const *)b)->name);
}

static int compare_name_to_policy(const void *name, const void *policy)
{
	return compare_names(
		*(const struct str *)name, (*(const struct policy *const *)policy)->name);
}

const struct policy *config_policy(const struct config *config, struct str name)
{
	const struct config_snapshot *snapshot = (const void *)config;
	const struct policy *const *found = NULL;

	if (config->policy_count > 0) {
		found = bsearch(&name, snapshot->by_name, config->policy_count,
			sizeof(snapshot->by_name[0]), compare_name_to_policy);
	}
	return found != NULL ? *found : NULL;
}

static struct place section_place(const struct config_ini_section *section)
{
	return (struct place){section->file->path, section->line, 1};
}

const struct config_ini_entry *config_policy_given(
	const struct config_policy_source *source, const char *key)
{
	return source->given[config_key_find(CONFIG_POLICY_SCHEMA, str_view(key)) -
			     CONFIG_POLICY_SCHEMA->keys];
}

bool config_add_rule(struct config_loader *loader, struct config_policy_source *source,
	const struct config_ini_entry *entry)
{
	struct place place = config_ini_value_place(entry);
	struct diag *diag = loader->diag;

	switch (config_key_find(CONFIG_POLICY_SCHEMA, entry->key)->type) {
	case CONFIG_ALLOW:
		return policy_rules_add_parts(source->rules, POLICY_ACTION_ALLOW, entry->value,
			&place, entry->parts, entry->part_count, diag);
	case CONFIG_DENY:
		return policy_rules_add_parts(source->rules, POLICY_ACTION_DENY, entry->value,
			&place, entry->parts, entry->part_count, diag);
	case CONFIG_RDNS_ALLOW:
		return policy_rules_add_rdns(
			source->rules, POLICY_ACTION_ALLOW, entry->value, &place, diag);
	default:
		return policy_rules_add_rdns(
			source->rules, POLICY_ACTION_DENY, entry->value, &place, diag);
	}
}

/* An empty value stands for no pins, and overrides the parent's. */
static void add_pin(struct config_loader *loader, struct config_policy_source *source,
	const struct config_ini_entry *entry)
{
	struct place place = config_ini_value_place(entry);

	if (entry->value.len == 0) {
		return;
	}
	if (source->pins == NULL) {
		source->pins = policy_pins_new();
	}
	if (source->pins == NULL) {
		diag_error(loader->diag, &place, "out of memory");
	} else if (!policy_pins_add(source->pins, entry->value, &place, loader->diag)) {
		source->bad = true;
	}
}

static void read_policy(struct config_loader *loader, struct config_policy_source *source)
{
	struct arena *arena = &loader->snapshot->arena;
	size_t count = 0;

	for (const struct config_ini_entry *e = source->section->entries; e != NULL; e = e->next) {
		count++;
	}
	source->rules = policy_rules_new();
	source->rule_entries = arena_alloc(arena, count, sizeof(struct config_ini_entry *));
	if (source->rules == NULL || source->rule_entries == NULL) {
		diag_error(loader->diag, NULL, "out of memory");
		return;
	}
	for (const struct config_ini_entry *e = source->section->entries; e != NULL; e = e->next) {
		const struct config_key *key = config_read_entry(loader, CONFIG_POLICY_SCHEMA,
			source->section, e, &source->own, source->given);

		if (key == NULL) {
			source->bad = true;
		} else if (key->type == CONFIG_PIN) {
			add_pin(loader, source, e);
		} else if (config_key_is_rule(key) && config_add_rule(loader, source, e)) {
			source->rule_entries[source->rule_count++] = e;
		}
	}
	if (source->pins != NULL) {
		policy_pins_seal(source->pins);
		source->own.pins = source->pins;
	}
}

static void report_parent(struct config_loader *loader, const struct config_policy_source *source,
	const struct config_ini_entry *entry)
{
	const struct config *config = &loader->snapshot->config;
	struct place place = config_ini_value_place(entry);
	const char **names = calloc(config->policy_count, sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; names != NULL && i < config->policy_count; i++) {
		if (config->policies[i].name.data != source->name.data) {
			names[count++] = config->policies[i].name.data;
		}
	}
	const char *meant = suggest(entry->value, names, count);

	diag_error(loader->diag, &place,
		"parent = %s: expected the name of a policy; there is no [policy %s]%s%s%s",
		entry->value.data, entry->value.data, meant != NULL ? ", did you mean " : "",
		meant != NULL ? meant : "", meant != NULL ? "?" : "");
	free(names);
}

static void find_parent(struct config_loader *loader, struct config_policy_source *source)
{
	struct config_snapshot *snapshot = loader->snapshot;
	const struct config_ini_entry *entry = config_policy_given(source, "parent");

	if (entry == NULL || entry->value.len == 0) {
		return;
	}
	const struct policy *parent = config_policy(&snapshot->config, entry->value);

	if (parent == NULL) {
		report_parent(loader, source, entry);
		return;
	}
	source->parent = &snapshot->sources[parent - snapshot->config.policies];
}

/* False if the parents form a circle, which is reported for its members only, or are too many. */
static bool check_ancestors(struct config_loader *loader, const struct config_policy_source *source)
{
	const struct config_ini_entry *entry = config_policy_given(source, "parent");
	const struct config_policy_source *p = source->parent;
	size_t depth = 0;

	while (p != NULL && p != source && depth <= loader->snapshot->config.policy_count) {
		p = p->parent;
		depth++;
	}
	if (p == NULL && depth <= MAX_PARENTS) {
		return true;
	}
	if (p == source) {
		struct place place = config_ini_value_place(entry);

		diag_error(loader->diag, &place, "parent = %s: the policy is its own ancestor",
			entry->value.data);
	} else if (p == NULL) {
		struct place place = config_ini_value_place(entry);

		diag_error(loader->diag, &place, "parent = %s: expected at most %d ancestors",
			entry->value.data, MAX_PARENTS);
	}
	return false;
}

/* Sets each key as in the policy, else as in its nearest ancestor, else to the default. */
static void inherit(
	struct config_loader *loader, struct config_policy_source *source, struct policy *policy)
{
	const struct config_section_schema *schema = CONFIG_POLICY_SCHEMA;
	struct config_reading reading = {&loader->snapshot->arena, ""};
	struct config_fault fault;

	for (size_t i = 0; i < schema->key_count; i++) {
		const struct config_key *key = &schema->keys[i];
		const struct config_policy_source *from = source;

		if (config_key_is_rule(key)) {
			continue;
		}
		while (from != NULL && from->given[i] == NULL) {
			from = from->parent;
		}
		if (from != NULL) {
			config_value_copy(key, &from->own, policy);
		} else if (!config_value_read(
				   key, &reading, str_view(key->value), policy, &fault)) {
			diag_error(loader->diag, NULL, "%s: its default cannot be set", key->name);
		}
	}
	source->rules_from = source;
	while (source->rules_from->rule_count == 0 && source->rules_from->parent != NULL) {
		source->rules_from = source->rules_from->parent;
	}
	policy->rules = source->rules_from->rules;
}

const struct policy *config_lookup_policy(const struct config *config, struct str name)
{
	for (size_t i = 0; i < CONFIG_LOOKUP_COUNT; i++) {
		if (str_eq(config->lookups[i].name, name)) {
			return &config->lookups[i];
		}
	}
	return NULL;
}

size_t config_all_policies(const struct config *config)
{
	return config->policy_count + CONFIG_LOOKUP_COUNT;
}

/* The defaults of a section without keys, but for the name and what it is looked up for. */
static void add_lookups(struct config_loader *loader)
{
	static const char *const names[] = {
		[CONFIG_LOOKUP_SINGLE] = "@rdns-single",
		[CONFIG_LOOKUP_DOUBLE] = "@rdns-double",
	};
	struct config *config = &loader->snapshot->config;

	for (size_t i = 0; i < CONFIG_LOOKUP_COUNT; i++) {
		struct config_policy_source source = {.rule_count = 0};
		struct policy *policy = &config->lookups[i];

		inherit(loader, &source, policy);
		policy->name = str_view(names[i]);
		policy->number = config->policy_count + i;
		policy->rdns = i == CONFIG_LOOKUP_SINGLE ? POLICY_RDNS_SINGLE : POLICY_RDNS_DOUBLE;
		policy->default_action = POLICY_ACTION_ALLOW;
		policy->lookup = true;
		policy->bans = false;
	}
}

struct place config_policy_place(
	const struct config *config, const struct policy *policy, const char *key)
{
	const struct config_snapshot *snapshot = (const void *)config;
	const struct config_policy_source *first = &snapshot->sources[policy - config->policies];
	const struct config_policy_source *source = first;

	while (source != NULL && config_policy_given(source, key) == NULL) {
		source = source->parent;
	}
	return source != NULL ? config_ini_value_place(config_policy_given(source, key))
			      : section_place(first->section);
}

/* Whether a key that the policy depends on had an error, which would only cause further errors. */
static bool is_bad(const struct config_policy_source *source)
{
	while (source != NULL && !source->bad) {
		source = source->parent;
	}
	return source != NULL;
}

/* Makes one source for each section, and the index by name; false when out of memory. */
static bool make_sources(struct config_loader *loader, const struct config_ini *ini)
{
	struct config_snapshot *snapshot = loader->snapshot;
	struct arena *arena = &snapshot->arena;
	struct policy *policies = arena_alloc(arena, ini->section_count, sizeof(*policies));
	size_t count = 0;

	snapshot->sources = arena_alloc(arena, ini->section_count, sizeof(*snapshot->sources));
	snapshot->by_name = arena_alloc(arena, ini->section_count, sizeof(*snapshot->by_name));
	if (policies == NULL || snapshot->sources == NULL || snapshot->by_name == NULL) {
		diag_error(loader->diag, NULL, "out of memory");
		return false;
	}
	for (const struct config_ini_section *s = ini->sections; s != NULL; s = s->next) {
		struct str name = config_policy_name(s->name);
		struct place place = section_place(s);

		if (name.data == NULL) {
			continue;
		}
		if (!is_name(name)) {
			diag_error(loader->diag, &place,
				"[%s]: expected [policy NAME], the name of letters, digits, \".\", "
				"\"_\" and \"-\"",
				s->name.data);
			continue;
		}
		snapshot->sources[count] =
			(struct config_policy_source){.section = s, .name = arena_dup(arena, name)};
		policies[count].name = snapshot->sources[count].name;
		policies[count].number = count;
		if (policies[count].name.data == NULL) {
			diag_error(loader->diag, NULL, "out of memory");
			return false;
		}
		snapshot->by_name[count] = &policies[count];
		count++;
	}
	snapshot->policies = policies;
	snapshot->config.policies = policies;
	snapshot->config.policy_count = count;
	qsort(snapshot->by_name, count, sizeof(*snapshot->by_name), compare_policies);
	return true;
}

void config_load_policies(struct config_loader *loader, const struct config_ini *ini)
{
	struct config_snapshot *snapshot = loader->snapshot;
	size_t count;
	bool good = true;

	if (!make_sources(loader, ini)) {
		return;
	}
	add_lookups(loader);
	count = snapshot->config.policy_count;
	for (size_t i = 0; i < count; i++) {
		read_policy(loader, &snapshot->sources[i]);
	}
	for (size_t i = 0; i < count; i++) {
		find_parent(loader, &snapshot->sources[i]);
	}
	for (size_t i = 0; i < count; i++) {
		good = check_ancestors(loader, &snapshot->sources[i]) && good;
	}
	if (!good) {
		return;
	}
	for (size_t i = 0; i < count; i++) {
		inherit(loader, &snapshot->sources[i], &snapshot->policies[i]);
		if (!is_bad(&snapshot->sources[i])) {
			config_resolve_certificates(loader, &snapshot->policies[i]);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_bad(&snapshot->sources[i])) {
			config_check_policy(loader, &snapshot->sources[i], &snapshot->policies[i]);
		}
	}
	config_check_pins(loader);
	if (loader->diag->errors == 0) {
		config_check_domains(loader);
	}
}
