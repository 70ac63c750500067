/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/request_id.h"

#include "base/random.h"
#include "base/util.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>

#define DIGITS sizeof(uint64_t) /* that put_digits writes */

/* Writes 32 bits as digits, all eight at once. */
static inline void put_digits(char *out, uint32_t value)
{
	uint64_t digits = value;

	/* One digit in each byte, the highest in the lowest byte, which comes first in memory. */
	digits = (digits << 32 | digits >> 16) & 0x0000ffff0000ffff;
	digits = (digits << 16 | digits >> 8) & 0x00ff00ff00ff00ff;
	digits = (digits << 8 | digits >> 4) & 0x0f0f0f0f0f0f0f0f;
	uint64_t letters = (digits + 0x0606060606060606) >> 4 & 0x0101010101010101;

	digits += letters * ('a' - '0' - 10) + 0x3030303030303030;
	digits = htole64(digits);
	memcpy(out, &digits, sizeof(digits));
}

void authz_request_ids_init(struct authz_request_ids *ids)
{
	uint32_t fixed;

	random_bytes(ids, sizeof(*ids));
	random_bytes(&fixed, sizeof(fixed));
	for (size_t i = 0; i < ARRAY_LEN(ids->factor); i++) {
		ids->factor[i] |= 1;
	}
	put_digits(ids->last.text, fixed);
}

/*
 * Each step can be undone, so the results for two counts always differ. The products spread each
 * bit of the count upwards, and the shifts bring the high bits down again.
 */
const struct authz_request_id *authz_request_ids_next(struct authz_request_ids *ids)
{
	uint64_t mixed = (ids->count++ ^ ids->mask) * ids->factor[0];

	mixed = (mixed ^ mixed >> 32) * ids->factor[1];
	mixed ^= mixed >> 29;
	put_digits(ids->last.text + DIGITS, (uint32_t)(mixed >> 32));
	put_digits(ids->last.text + 2 * DIGITS, (uint32_t)mixed);
	return &ids->last;
}

bool authz_request_id_is_one(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (strchr("0123456789abcdef", text.data[i]) == NULL || text.data[i] == '\0') {
			return false;
		}
	}
	return text.len == AUTHZ_REQUEST_ID_LEN;
}
