/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_HASH_H
#define DW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Each table has its own random key, so that clients cannot choose colliding entries. */
struct hash_key {
	uint64_t k0;
	uint64_t k1;
};

/* A key from the kernel's random numbers. */
struct hash_key hash_key_new(void);
/* SipHash-1-3 (Aumasson and Bernstein). */
uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len);

/*
 * For keys of several parts, some of them long: SipHash-1-3 of the parts, of which those over
 * HASH_SHORT bytes are first reduced by NH (RFC 4418), 16 bytes for each HASH_BLOCK. Every byte
 * counts, and without the key texts that collide cannot be chosen. The values are valid in one
 * process only.
 */
#define HASH_SHORT 32
#define HASH_BLOCK 1024

struct hash_long_key {
	struct hash_key sip;
	uint64_t nh[HASH_BLOCK / sizeof(uint64_t)];
};

struct hash {
	const struct hash_long_key *key;
	uint64_t v[4];
};

void hash_long_key_init(struct hash_long_key *key);
void hash_begin(struct hash *hash, const struct hash_long_key *key);
void hash_add_word(struct hash *hash, uint64_t word);
/* Adds one part, with its length: other divisions of the same bytes are other keys. */
void hash_add(struct hash *hash, const void *data, size_t len);
uint64_t hash_end(struct hash *hash);

#endif
