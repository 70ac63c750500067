/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_INI_H
#define DW_CONFIG_INI_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "config/ini_line.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * INI files as a tree of sections and entries, in the order of the text. inih splits the lines;
 * what it would silently cut, skip or join against doorward.conf(5) is an error here.
 */

#define CONFIG_INI_MAX_FILE (16 * 1024 * 1024) /* bytes of one file */
#define CONFIG_INI_MAX_DEPTH 8                 /* files included by files included by … */
#define CONFIG_INI_MAX_FILES 256
#define CONFIG_INI_MAX_SECTIONS 4096
#define CONFIG_INI_MAX_PARTS 64 /* of a continued value, whose places are known */

struct config_ini_file {
	const struct config_ini_file *next;
	const char *path;   /* as in messages */
	const char *folder; /* where relative paths begin; absolute, no slash at its end */
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
	const struct config_ini_file *files; /* all files that were read, in no order */
};

/*
 * Reads the file and the files that it includes; all memory is the arena's. False after at least
 * one diag_error; the tree then holds what could be read, so that it can be checked, too. A section
 * that is given twice is an error, and its entries are all in the first.
 */
NODISCARD bool config_ini_read(
	const char *path, struct arena *arena, struct config_ini *out, struct diag *diag);
/* The same for text in memory; `include` is an error. Relative paths begin at "/". */
NODISCARD bool config_ini_read_text(const char *name, struct str text, struct arena *arena,
	struct config_ini *out, struct diag *diag);

/* The places of the entry's key and of its value. */
struct place config_ini_key_place(const struct config_ini_entry *entry);
struct place config_ini_value_place(const struct config_ini_entry *entry);

#endif
