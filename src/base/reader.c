/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/reader.h"

void reader_init(struct reader *r, const void *data, size_t len)
{
	*r = (struct reader){.at = data, .end = len > 0 ? (const uint8_t *)data + len : data};
}

size_t reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

const uint8_t *reader_take(struct reader *r, size_t len)
{
	if (r->failed || reader_left(r) < len) {
		r->failed = true;
		r->at = r->end;
		return NULL;
	}
	const uint8_t *at = r->at;

	if (len > 0) {
		r->at += len;
	}
	return at;
}

uint8_t reader_u8(struct reader *r)
{
	const uint8_t *at = reader_take(r, 1);

	return at != NULL ? at[0] : 0;
}

uint16_t reader_u16(struct reader *r)
{
	const uint8_t *at = reader_take(r, 2);

	return at != NULL ? (uint16_t)(at[0] << 8 | at[1]) : 0;
}

uint32_t reader_u32(struct reader *r)
{
	const uint8_t *at = reader_take(r, 4);

	return at != NULL ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
				    at[3]
			  : 0;
}

void put_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void put_u32(uint8_t *at, uint32_t value)
{
	put_u16(at, (uint16_t)(value >> 16));
	put_u16(at + 2, (uint16_t)value);
}
