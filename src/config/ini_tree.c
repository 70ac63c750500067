/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/ini_tree.h"

void config_ini_init(struct config_ini *ini)
{
	*ini = (struct config_ini){.end = &ini->sections};
}

struct place config_ini_key_place(const struct config_ini_entry *entry)
{
	return (struct place){entry->file->path, entry->line, 1};
}

struct place config_ini_value_place(const struct config_ini_entry *entry)
{
	return (struct place){entry->file->path, entry->line, entry->column};
}

/* Copies the name into the arena, each run of blanks as one space. */
static struct str copy_name(struct arena *arena, struct str name)
{
	char *copy = arena_alloc(arena, name.len + 1, 1);
	size_t len = 0;

	for (size_t i = 0; copy != NULL && i < name.len; i++) {
		char c = name.data[i] == '\t' ? ' ' : name.data[i];

		if (c != ' ' || copy[len - 1] != ' ') {
			copy[len++] = c;
		}
	}
	return (struct str){copy, len};
}

static struct config_ini_section *find_section(const struct config_ini *ini, struct str name)
{
	struct config_ini_section *s = ini->sections;

	while (s != NULL && !str_eq(s->name, name)) {
		s = s->next;
	}
	return s;
}

struct config_ini_section *config_ini_add_section(struct config_ini *ini,
	const struct config_ini_file *file, unsigned line, struct str written, struct arena *arena,
	struct diag *diag)
{
	struct place place = {file->path, line, 1};
	struct str name = copy_name(arena, written);

	if (name.data == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	struct config_ini_section *first = find_section(ini, name);

	if (first != NULL) {
		diag_error(diag, &place, "[%s] is given twice, first in %s:%u", name.data,
			first->file->path, first->line);
		return first;
	}
	if (ini->section_count == CONFIG_INI_MAX_SECTIONS) {
		diag_error(diag, &place, "[%s]: expected at most %d sections", name.data,
			CONFIG_INI_MAX_SECTIONS);
		return NULL;
	}
	struct config_ini_section *s = arena_alloc(arena, 1, sizeof(*s));

	if (s == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	*s = (struct config_ini_section){.file = file, .line = line, .name = name};
	s->end = &s->entries;
	*ini->end = s;
	ini->end = &s->next;
	ini->section_count++;
	return s;
}

bool config_ini_add_entry(struct config_ini_section *section, const struct config_ini_entry *entry,
	struct arena *arena)
{
	struct config_ini_entry *stored = arena_alloc(arena, 1, sizeof(*stored));

	if (stored == NULL) {
		return false;
	}
	*stored = *entry;
	*section->end = stored;
	section->end = &stored->next;
	return true;
}
