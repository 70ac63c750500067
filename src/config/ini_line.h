/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_INI_LINE_H
#define DW_CONFIG_INI_LINE_H

#include "base/str.h"

#include <stddef.h>

#define CONFIG_INI_MAX_LINE                                                                        \
	199                    /* bytes, without the line break: the most that inih reads whole    \
				*/
#define CONFIG_INI_MAX_NAME 49 /* bytes of a section's name or of a key */

/* The kind of a line of an INI file, found before inih sees it. */

enum config_ini_kind {
	CONFIG_INI_NOTHING, /* blank, or a comment */
	CONFIG_INI_SECTION,
	CONFIG_INI_KEY,
	CONFIG_INI_INDENTED, /* continues the value above */
	CONFIG_INI_BAD
};

struct config_ini_line {
	enum config_ini_kind kind;
	struct str text; /* without blanks at its end; INDENTED: and without its comment */
	struct str name; /* SECTION: the text in the brackets; KEY: the key */
	unsigned column; /* KEY: of the value; BAD: of the error */
	const char *why; /* BAD: what was expected, a static string */
	int wrong;       /* BAD: a byte that cannot stand in a line; else -1 */
};

/* `raw` is a whole line without its line break. */
struct config_ini_line config_ini_line_read(struct str raw);

#endif
