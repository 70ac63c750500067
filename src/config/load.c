/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/config.h"

#include "base/suggest.h"
#include "config/config_private.h"
#include "config/keyword.h"
#include "config/settings_check.h"
#include "config/value.h"
#include "config/whole_check.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK 16384

_Static_assert(offsetof(struct config_snapshot, config) == 0, "a config is its snapshot");

/* The section that has a key of this name; NULL: no such section. */
static const char *section_of_key(struct str key)
{
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		if (config_key_find(&config_sections[i], key) != NULL) {
			return config_sections[i].named ? "policy NAME" : config_sections[i].name;
		}
	}
	return NULL;
}

static void report_unknown_key(struct config_loader *loader,
	const struct config_section_schema *schema, const struct config_ini_section *section,
	const struct config_ini_entry *entry)
{
	struct place place = config_ini_key_place(entry);
	const char *home = section_of_key(entry->key);
	const char *words[CONFIG_MAX_KEYS] = {NULL};

	for (size_t i = 0; i < schema->key_count; i++) {
		words[i] = schema->keys[i].name;
	}
	const char *meant = suggest(entry->key, words, schema->key_count);
	struct bytes hint;

	bytes_init(&hint, 0);
	if (str_eq_text(entry->key, "include")) {
		bytes_append_text(&hint, ": expected it before the first section");
	} else if (home != NULL) {
		bytes_appendf(&hint, ", it is a key of [%s]", home);
	} else if (meant != NULL) {
		bytes_appendf(&hint, ", did you mean %s?", meant);
	}
	diag_error(loader->diag, &place, "unknown key %s in [%s]%.*s", entry->key.data,
		section->name.data, (int)hint.len, hint.len > 0 ? (const char *)hint.data : "");
	bytes_clear(&hint);
}

static void report_unknown_section(
	struct config_loader *loader, const struct config_ini_section *section)
{
	struct place place = {section->file->path, section->line, 1};
	const char *words[CONFIG_SECTION_COUNT];
	struct str word = {section->name.data, str_find(section->name, ' ')};

	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		words[i] = config_sections[i].name;
	}
	const char *meant = suggest(word, words, CONFIG_SECTION_COUNT);

	if (section->name.len == 0) {
		diag_error(loader->diag, &place, "unknown section []");
	} else if (meant == NULL) {
		diag_error(loader->diag, &place, "unknown section [%s], did you mean [policy %s]?",
			section->name.data, section->name.data);
	} else {
		diag_error(loader->diag, &place, "unknown section [%s], did you mean [%s%s]?",
			section->name.data, meant,
			strcmp(meant, CONFIG_POLICY_SCHEMA->name) == 0 ? " NAME" : "");
	}
}

static void report_value(struct config_loader *loader, const struct config_key *key,
	const struct config_ini_entry *entry, const struct config_fault *fault)
{
	const char *meant = config_keyword_meant(key, fault->found);
	struct place place = config_ini_value_place(entry);
	struct bytes expected;

	place.column += (unsigned)(fault->found.data - entry->value.data);
	bytes_init(&expected, 0);
	if (fault->why != NULL) {
		bytes_append_text(&expected, fault->why);
	} else {
		bytes_append_text(&expected, "expected ");
		config_value_expected(key, &expected);
	}
	if (meant != NULL) {
		bytes_appendf(&expected, ", did you mean %s?", meant);
	}
	diag_error(loader->diag, &place, "%s = %.*s: %.*s", key->name, (int)fault->found.len,
		fault->found.data, (int)expected.len, (const char *)expected.data);
	bytes_clear(&expected);
}

const struct config_key *config_read_entry(struct config_loader *loader,
	const struct config_section_schema *schema, const struct config_ini_section *section,
	const struct config_ini_entry *entry, void *base, const struct config_ini_entry **given)
{
	const struct config_key *key = config_key_find(schema, entry->key);

	if (key == NULL) {
		report_unknown_key(loader, schema, section, entry);
		return NULL;
	}
	const struct config_ini_entry **first = &given[key - schema->keys];
	struct place place = config_ini_key_place(entry);

	if (*first != NULL && config_value_repeat(key) == CONFIG_REPEAT_NOT) {
		diag_error(loader->diag, &place, "%s is given twice in [%s], first in %s:%u",
			key->name, section->name.data, (*first)->file->path, (*first)->line);
		return NULL;
	}
	if (*first == NULL) {
		*first = entry;
	}
	if (entry->continued && key->type != CONFIG_ALLOW && key->type != CONFIG_DENY) {
		diag_error(loader->diag, &place,
			"%s: expected one line; only allow and deny may go on in the next",
			key->name);
		return NULL;
	}
	struct config_reading reading = {&loader->snapshot->arena, entry->file->folder};
	struct config_fault fault;
	struct str rest = entry->value;
	bool good = true;

	while (!config_value_read(key, &reading, rest, base, &fault)) {
		good = false;
		report_value(loader, key, entry, &fault);
		/* Continues after the bad item of a list. */
		rest = str_from(rest, (size_t)(fault.found.data + fault.found.len - rest.data));
		rest = str_from(rest, str_find(rest, ',') + 1);
		if (rest.len == 0) {
			break;
		}
	}
	if (!good) {
		/* Sets the default, so that this error causes no further ones. */
		if (config_value_repeat(key) == CONFIG_REPEAT_NOT &&
			!config_value_read(key, &reading, str_view(key->value), base, &fault)) {
			diag_error(loader->diag, NULL, "out of memory");
		}
		return NULL;
	}
	return key;
}

static void set_defaults(struct config_loader *loader, const struct config_section_schema *schema,
	const struct config_ini_entry **given)
{
	struct config_snapshot *snapshot = loader->snapshot;
	struct config_reading reading = {&snapshot->arena, ""};
	struct config_fault fault;

	for (size_t i = 0; i < schema->key_count; i++) {
		const struct config_key *key = &schema->keys[i];

		if (given[i] == NULL && !config_value_read(key, &reading, str_view(key->value),
						&snapshot->config, &fault)) {
			diag_error(loader->diag, NULL,
				"%s: its default cannot be set: out of memory", key->name);
		}
	}
}

static void load_settings(struct config_loader *loader, const struct config_ini *ini)
{
	struct config *config = &loader->snapshot->config;
	const struct config_ini_entry *given[CONFIG_SECTION_COUNT][CONFIG_MAX_KEYS] = {{NULL}};

	for (const struct config_ini_section *s = ini->sections; s != NULL; s = s->next) {
		size_t i = 0;

		while (i < CONFIG_SECTION_COUNT &&
			(config_sections[i].named ||
				!str_eq_text(s->name, config_sections[i].name))) {
			i++;
		}
		if (i == CONFIG_SECTION_COUNT) {
			if (config_policy_name(s->name).data == NULL) {
				report_unknown_section(loader, s);
			}
			continue;
		}
		for (const struct config_ini_entry *e = s->entries; e != NULL; e = e->next) {
			(void)config_read_entry(
				loader, &config_sections[i], s, e, config, given[i]);
		}
	}
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		if (config_sections[i].named) {
			continue;
		}
		set_defaults(loader, &config_sections[i], given[i]);
		if (strcmp(config_sections[i].name, "server") == 0) {
			config_check_server(loader, &config_sections[i], given[i]);
		}
		if (strcmp(config_sections[i].name, "frontend") == 0) {
			config_check_frontend(loader, &config_sections[i], given[i]);
		}
		if (strcmp(config_sections[i].name, "dns") == 0) {
			config_check_dns(loader, &config_sections[i], given[i]);
		}
		if (strcmp(config_sections[i].name, "shared") == 0) {
			config_check_shared(loader, &config_sections[i], given[i]);
		}
	}
}

struct config_snapshot *config_snapshot_new(void)
{
	struct config_snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (snapshot != NULL) {
		ref_init(&snapshot->references);
		ref_init(&snapshot->holds);
		arena_init(&snapshot->arena, ARENA_CHUNK);
	}
	return snapshot;
}

static struct config_snapshot *snapshot_of_file(const char *path)
{
	struct config_snapshot *snapshot = config_snapshot_new();

	if (snapshot == NULL) {
		return NULL;
	}
	snapshot->config.path = arena_dup(&snapshot->arena, str_view(path)).data;
	if (snapshot->config.path == NULL) {
		config_unref(&snapshot->config);
		return NULL;
	}
	return snapshot;
}

/* `text` NULL: reads the file. */
static struct config *load(const char *path, const struct str *text, struct diag *diag)
{
	struct config_snapshot *snapshot = snapshot_of_file(path);
	struct config_loader loader = {snapshot, diag};
	struct config_ini ini;
	size_t errors = diag->errors;

	if (snapshot == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	bool whole = text != NULL ? config_ini_read_text(path, *text, &snapshot->arena, &ini, diag)
				  : config_ini_read(path, &snapshot->arena, &ini, diag);

	/* What could be read is checked even after errors, so that one run reports all of them. */
	snapshot->files = ini.files;
	snapshot->folders = ini.folders;
	load_settings(&loader, &ini);
	config_load_policies(&loader, &ini);
	if (!whole || diag->errors != errors) {
		config_unref(&snapshot->config);
		return NULL;
	}
	config_check_whole(&snapshot->config, diag);
	return &snapshot->config;
}

struct config *config_load(const char *path, struct diag *diag)
{
	return load(path, NULL, diag);
}

struct config *config_load_text(const char *name, struct str text, struct diag *diag)
{
	return load(name, &text, diag);
}
