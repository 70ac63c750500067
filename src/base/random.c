/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void random_bytes(void *out, size_t len)
{
	uint8_t *at = out;

	while (len > 0) {
		ssize_t got = getrandom(at, len, 0);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			perror("doorward: getrandom");
			abort();
		}
		at += got;
		len -= (size_t)got;
	}
}

void random_pool_init(struct random_pool *pool)
{
	pool->used = sizeof(pool->bytes);
}

uint32_t random_u32(struct random_pool *pool)
{
	uint32_t value;

	if (sizeof(pool->bytes) - pool->used < sizeof(value)) {
		random_bytes(pool->bytes, sizeof(pool->bytes));
		pool->used = 0;
	}
	memcpy(&value, pool->bytes + pool->used, sizeof(value));
	memset(pool->bytes + pool->used, 0, sizeof(value));
	pool->used += sizeof(value);
	return value;
}

uint32_t random_below(struct random_pool *pool, uint32_t limit)
{
	uint32_t past = UINT32_MAX - UINT32_MAX % limit;
	uint32_t value;

	do {
		value = random_u32(pool);
	} while (value >= past);
	return value % limit;
}
