/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_READER_H
#define DW_BASE_READER_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads big-endian numbers and byte runs from memory that someone else owns. Reading past the end
 * sets `failed`, and everything read from then on is 0 or NULL: a parser reads and asks once.
 */
struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

void reader_init(struct reader *r, const void *data, size_t len);
size_t reader_left(const struct reader *r);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
/* A view of the next `len` bytes; NULL when there are fewer. */
const uint8_t *reader_take(struct reader *r, size_t len);

/* Stores big-endian numbers. */
void put_u16(uint8_t *at, uint16_t value);
void put_u32(uint8_t *at, uint32_t value);

#endif
