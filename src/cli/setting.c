/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/setting.h"

#include "base/bytes.h"

static const struct config_ini_entry *find(
	const struct config_ini *ini, const char *section, const char *key)
{
	const struct config_ini_entry *found = NULL;

	for (const struct config_ini_section *s = ini->sections; s != NULL; s = s->next) {
		for (const struct config_ini_entry *e = s->entries;
			e != NULL && str_eq_text(s->name, section); e = e->next) {
			found = str_eq_text(e->key, key) ? e : found;
		}
	}
	return found;
}

struct str cli_setting(const struct config_ini *ini, const char *section, const char *key)
{
	const struct config_ini_entry *entry = find(ini, section, key);

	return entry != NULL ? entry->value : (struct str){NULL, 0};
}

const char *cli_setting_path(const struct config_ini *ini, const char *section, const char *key,
	const char *without, struct arena *arena)
{
	const struct config_ini_entry *entry = find(ini, section, key);
	struct bytes path;

	bytes_init(&path, 0);
	if (entry == NULL || entry->value.len == 0) {
		bytes_append_text(&path, without);
	} else {
		if (entry->value.data[0] != '/') {
			bytes_appendf(&path, "%s/", entry->file->folder);
		}
		bytes_append_str(&path, entry->value);
	}
	const char *copy = path.failed ? NULL : arena_dup(arena, bytes_view(&path)).data;

	bytes_clear(&path);
	return copy;
}
