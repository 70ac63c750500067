/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_STR_H
#define DW_BASE_STR_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A view of bytes that someone else owns: may hold any byte, need not end in NUL. {NULL, 0} is the
 * empty view; where "absent" and "empty" differ, absent is data == NULL.
 */
struct str {
	const char *data;
	size_t len;
};

/* Several views, in one array that someone else owns. */
struct str_list {
	const struct str *items;
	size_t count;
};

/* A view of a NUL-terminated string, without its NUL; NULL gives the absent view. */
struct str str_view(const char *text);
struct str str_from_bytes(const void *data, size_t len);

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool str_eq_text(struct str a, const char *text);
/* Letters are compared without case, in ASCII only, in any locale. */
bool str_eq_nocase(struct str a, struct str b);
bool str_starts_with(struct str s, const char *prefix);
/* Cuts the prefix off *rest, if it is there without case. */
bool str_take_nocase(struct str *rest, const char *prefix);
bool str_ends_with_nocase(struct str s, struct str suffix);

/* Without the white space at both ends. */
struct str str_trim(struct str s);
/*
 * Cuts the part before the first white space off *rest, and trims what is left. Empty where *rest
 * begins with white space or is empty.
 */
struct str str_take_word(struct str *rest);
/* From byte `from` to the end; empty when from >= len. */
static inline struct str str_from(struct str s, size_t from)
{
	if (from >= s.len) {
		return (struct str){s.data != NULL ? s.data + s.len : NULL, 0};
	}
	return (struct str){s.data + from, s.len - from};
}

/* The position of the first such byte; s.len: no such byte. */
size_t str_find(struct str s, char byte);

/*
 * Cuts the part before the first `separator` off *rest and puts it into *part, which may be empty.
 * False once *rest is used up (its data is NULL then). "a,,b" gives "a", "", "b"; "" gives "".
 */
bool str_split_next(struct str *rest, char separator, struct str *part);

/* A whole decimal number, digits only, at most `max`; *out is written only on success. */
NODISCARD bool str_to_u64(struct str s, uint64_t max, uint64_t *out);

/* Space and TAB. */
static inline bool ascii_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* White space: a blank, CR and LF. */
static inline bool ascii_is_space(char c)
{
	return ascii_is_blank(c) || c == '\r' || c == '\n';
}

char ascii_lower(char c);
bool ascii_is_alpha(char c);
bool ascii_is_digit(char c);
bool ascii_is_alnum(char c);
/* The value of a hexadecimal digit; -1 for any other byte. */
int ascii_hex_value(char c);

#endif
