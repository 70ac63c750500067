/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_APACHE_CONF_H
#define DW_IMPORT_APACHE_CONF_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

#include <stdbool.h>

/* Apache httpd's configuration syntax (2.4) as a tree; Include is not followed. */

#define IMPORT_APACHE_MAX_LINE                                                                     \
	8190 /* bytes of a line with its continuations; Apache's own limit                         \
	      */
#define IMPORT_APACHE_MAX_WORDS 4096
#define IMPORT_APACHE_MAX_DEPTH 64
#define IMPORT_APACHE_MAX_NODES 1000000

struct import_directive {
	struct import_directive *parent;
	struct import_directive *next;
	struct import_directive *children;
	struct import_directive **end;
	unsigned line;
	bool section;
	struct str name;
	struct str rest;   /* of the line, as written */
	struct str *words; /* of the line, without quotes */
	size_t count;
};

/* False after a diag_error. The root has no name. Views are of the arena. */
NODISCARD bool import_apache_parse(const char *path, struct str text, struct arena *arena,
	struct diag *diag, struct import_directive **root);

/* Names are compared without case. */
bool import_directive_is(const struct import_directive *d, const char *name);

#endif
