/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_INI_H
#define DW_CONFIG_INI_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "config/ini_line.h"
#include "config/ini_tree.h"

#include <stdbool.h>

/*
 * INI files as a tree of sections and entries, in the order of the text. inih splits the lines;
 * what it would silently cut, skip or join against doorward.conf(5) is an error here.
 */

#define CONFIG_INI_MAX_FILE (16 * 1024 * 1024) /* bytes of one file */
#define CONFIG_INI_MAX_DEPTH 8                 /* files included by files included by … */
#define CONFIG_INI_MAX_FILES 256
#define CONFIG_INI_MAX_PARTS 64 /* of a continued value, whose places are known */

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

#endif
