/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_HASH_H
#define DW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A key of its own for each table keeps others from choosing colliding entries. */
struct hash_key {
	uint64_t k0;
	uint64_t k1;
};

/* A key from the kernel's random numbers. */
struct hash_key hash_key_new(void);
/* SipHash-1-3 (Aumasson and Bernstein). */
uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len);

#endif
