/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_IMPORT_NGINX_LEXER_H
#define DW_IMPORT_NGINX_LEXER_H

#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/* Splits a file of nginx's configuration into the words of one statement after the other. */

#define IMPORT_NGINX_MAX_WORD 4095 /* bytes; nginx's own limit */
#define IMPORT_NGINX_MAX_ARGS 4096 /* words of one directive */

enum import_nginx_statement {
	IMPORT_NGINX_DIRECTIVE,
	IMPORT_NGINX_BLOCK,
	IMPORT_NGINX_CLOSE,
	IMPORT_NGINX_END,
	IMPORT_NGINX_BAD
};

struct import_nginx_lexer {
	const char *path;
	struct str text;
	struct diag *diag;
	struct str *words; /* IMPORT_NGINX_MAX_ARGS of them: those of the statement, raw */
	size_t at;
	unsigned line; /* from 1 */
	/* The statement. */
	size_t count;
	size_t begin;
	unsigned begin_line;
};

/* The next statement; IMPORT_NGINX_BAD after a diag_error. */
NODISCARD enum import_nginx_statement import_nginx_lexer_next(struct import_nginx_lexer *l);
/* Skips the Lua of a block that has begun, up to its }; false after a diag_error. */
NODISCARD bool import_nginx_lexer_skip_lua(struct import_nginx_lexer *l);
/* A diag_error at the line that is being read. Returns IMPORT_NGINX_BAD. */
enum import_nginx_statement import_nginx_lexer_bad(struct import_nginx_lexer *l, const char *what);

#endif
