/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_ZONE_LEXER_H
#define DW_DNS_ZONE_LEXER_H

#include "base/bytes.h"
#include "base/str.h"

/* Splits a master file (RFC 1035 section 5.1) into entries: records and directives. */

#define DNS_LEXER_MAX 16384 /* bytes */

struct dns_lexer {
	struct str rest;
	unsigned line;      /* of the first byte of `rest` */
	struct bytes text;  /* the entry on one line, without comments and parentheses */
	unsigned text_line; /* where it begins */
};

enum dns_lexer_step { DNS_LEXER_DONE, DNS_LEXER_ONE, DNS_LEXER_BAD };

/* `text` is borrowed until dns_lexer_clear. */
void dns_lexer_init(struct dns_lexer *lexer, struct str text);
void dns_lexer_clear(struct dns_lexer *lexer);
/*
 * ONE: lexer->text is the next entry, as a NUL-terminated string that begins with a blank if no
 * owner is given. BAD: *why says what is wrong near text_line; nothing can be read after it.
 */
NODISCARD enum dns_lexer_step dns_lexer_next(struct dns_lexer *lexer, const char **why);

/*
 * Cuts the first word off *rest; a blank behind a backslash does not end it. Empty: no word is
 * left.
 */
struct str dns_lexer_word(struct str *rest);
/* A TTL, plain or as 1h30m, at most 2^31 - 1. */
NODISCARD bool dns_lexer_ttl(struct str text, uint32_t *out);

#endif
