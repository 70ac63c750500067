/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_BYTES_H
#define DW_BASE_BYTES_H

#include "base/str.h"
#include "base/util.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing byte buffer. A failed append (out of memory, or past `max`) sets `failed`, changes
 * nothing else, and makes every later append fail too: a writer appends everything and checks once.
 */
struct bytes {
	uint8_t *data;
	size_t len;
	size_t capacity;
	size_t max; /* 0: bounded by memory alone */
	bool failed;
};

void bytes_init(struct bytes *b, size_t max);
/* Frees the memory; the structure is as after bytes_init. */
void bytes_clear(struct bytes *b);
/* The same for a secret, which it overwrites before. */
void bytes_wipe(struct bytes *b);
/* Empties it and keeps the memory, unless that is more than `keep` bytes. */
void bytes_reset(struct bytes *b, size_t keep);

/* The part of bytes_reserve for the case without room; only to be called by it. */
uint8_t *bytes_reserve_anew(struct bytes *b, size_t len);

/* Room for `len` more bytes at data + len, which the caller then adds to len; NULL on failure. */
static inline uint8_t *bytes_reserve(struct bytes *b, size_t len)
{
	bool fits = len < b->capacity - b->len && b->max == 0 && !b->failed;

	return fits ? b->data + b->len : bytes_reserve_anew(b, len);
}

/* Each returns false once `failed` is set. */
bool bytes_append(struct bytes *b, const void *data, size_t len);
static inline bool bytes_append_str(struct bytes *b, struct str s)
{
	return bytes_append(b, s.data, s.len);
}
bool bytes_append_text(struct bytes *b, const char *text);
bool bytes_append_u8(struct bytes *b, uint8_t value);
/* Decimal digits. */
bool bytes_append_u64(struct bytes *b, uint64_t value);
bool bytes_appendf(struct bytes *b, const char *format, ...) PRINTF_LIKE(2, 3);
bool bytes_vappendf(struct bytes *b, const char *format, va_list args) PRINTF_LIKE(2, 0);
/*
 * As a JSON string (RFC 8259) with its quotes. Invisible characters (base/utf8.h) are escaped; a
 * byte that is not UTF-8 becomes U+FFFD.
 */
bool bytes_append_json(struct bytes *b, struct str s);
/* For people: UTF-8 as it is, but invisible characters, and bytes that are not UTF-8, as \xXX. */
bool bytes_append_visible(struct bytes *b, struct str s);
/* Lower-case hexadecimal, two digits a byte, no separator. */
bool bytes_append_hex(struct bytes *b, const void *data, size_t len);

/* A view of the content, valid until the next change. */
struct str bytes_view(const struct bytes *b);
/* Drops the first `len` bytes. */
void bytes_consume(struct bytes *b, size_t len);

#endif
