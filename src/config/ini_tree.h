/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_INI_TREE_H
#define DW_CONFIG_INI_TREE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/* The sections and entries of INI files, in the order of the text; all memory is an arena's. */

#define CONFIG_INI_MAX_SECTIONS 4096

struct config_ini_file {
	const struct config_ini_file *next;
	const char *path;   /* as in messages */
	const char *folder; /* where relative paths begin; absolute, no slash at its end */
};

/* A folder in which a pattern of `include` looks for files. */
struct config_ini_folder {
	const struct config_ini_folder *next;
	const char *path;
};

struct config_ini_entry {
	struct config_ini_entry *next;
	const struct config_ini_file *file;
	unsigned line;   /* where it begins */
	unsigned column; /* of the value */
	struct str key;
	struct str value; /* the parts of a continued value joined by one space */
	bool continued;
	/* The offsets in `value` of the second and later lines, as far as they are counted. */
	const struct place_part *parts;
	size_t part_count;
};

struct config_ini_section {
	struct config_ini_section *next;
	const struct config_ini_file *file;
	unsigned line;
	struct str name; /* "server", "policy NAME": no blanks around, one space between words */
	struct config_ini_entry *entries;
	struct config_ini_entry **end;
};

struct config_ini {
	struct config_ini_section *sections;
	struct config_ini_section **end;
	size_t section_count;
	const struct config_ini_file *files;     /* all files that were read, in no order */
	const struct config_ini_folder *folders; /* in no order; one may be in it twice */
};

/* The places of the entry's key and of its value. */
struct place config_ini_key_place(const struct config_ini_entry *entry);
struct place config_ini_value_place(const struct config_ini_entry *entry);

void config_ini_init(struct config_ini *ini);
/*
 * Adds a section, whose name is copied; blanks within become one space each. NULL after a
 * diag_error; a section that is given twice is an error, too, but the first of them is returned.
 */
struct config_ini_section *config_ini_add_section(struct config_ini *ini,
	const struct config_ini_file *file, unsigned line, struct str name, struct arena *arena,
	struct diag *diag);
/* The entry's texts must be the arena's. False when out of memory. */
NODISCARD bool config_ini_add_entry(struct config_ini_section *section,
	const struct config_ini_entry *entry, struct arena *arena);

#endif
