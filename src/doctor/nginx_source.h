/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_NGINX_SOURCE_H
#define DW_DOCTOR_NGINX_SOURCE_H

#include "import/source.h"

/*
 * The files that `nginx -T` has written one after the other, each below a line with its path, as
 * a source of import_nginx_parse.
 */
struct nginx_dump {
	struct nginx_dump_file *files;
	const char *first; /* the path of the main configuration */
	struct import_source source;
};

/*
 * False if the text is not of nginx -T. *out has views of it and memory of the arena, and must not
 * move.
 */
NODISCARD bool nginx_dump_read(struct str text, struct arena *arena, struct nginx_dump *out);

#endif
