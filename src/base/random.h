/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_RANDOM_H
#define DW_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Bytes from getrandom(2). Nothing is safe without them: a failure ends the process. */
void random_bytes(void *out, size_t len);

/* Random numbers drawn from the kernel a page at a time; each worker has a pool of its own. */
struct random_pool {
	uint8_t bytes[1024];
	size_t used;
};

void random_pool_init(struct random_pool *pool);
uint32_t random_u32(struct random_pool *pool);
/* Uniform over 0 … limit - 1; limit > 0. */
uint32_t random_below(struct random_pool *pool, uint32_t limit);

#endif
