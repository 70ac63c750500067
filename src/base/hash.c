/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/hash.h"

#include "base/random.h"

#include <endian.h>
#include <string.h>

struct hash_key hash_key_new(void)
{
	struct hash_key key;

	random_bytes(&key, sizeof(key));
	return key;
}

static inline uint64_t rotl(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

/* SipHash takes its message in words of eight bytes. */
static inline void take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

static void begin(const struct hash_key *key, uint64_t v[4])
{
	v[0] = key->k0 ^ 0x736f6d6570736575;
	v[1] = key->k1 ^ 0x646f72616e646f6d;
	v[2] = key->k0 ^ 0x6c7967656e657261;
	v[3] = key->k1 ^ 0x7465646279746573;
}

static uint64_t end(uint64_t v[4])
{
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static inline uint64_t word_at(const uint8_t *in)
{
	uint64_t word;

	memcpy(&word, in, sizeof(word));
	return word;
}

/* Fewer than eight bytes. */
static uint64_t short_word(const uint8_t *in, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++) {
		word |= (uint64_t)in[i] << (8 * i);
	}
	return word;
}

uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len)
{
	const uint8_t *in = data;
	uint64_t v[4];
	size_t left = len;

	begin(key, v);
	for (; left >= 8; in += 8, left -= 8) {
		take_word(v, le64toh(word_at(in)));
	}
	take_word(v, (uint64_t)len << 56 | short_word(in, left));
	return end(v);
}

void hash_long_key_init(struct hash_long_key *key)
{
	random_bytes(key, sizeof(*key));
}

void hash_begin(struct hash *hash, const struct hash_long_key *key)
{
	hash->key = key;
	begin(&key->sip, hash->v);
}

void hash_add_word(struct hash *hash, uint64_t word)
{
	take_word(hash->v, word);
}

static inline unsigned __int128 pair(const uint64_t key[2], const uint8_t in[16])
{
	return (unsigned __int128)(word_at(in) + key[0]) * (word_at(in + 8) + key[1]);
}

/*
 * NH (Black et al., UMAC, 1999; RFC 4418) of at most one block, with words of 64 bits: of two texts
 * of one length, the 128 bits are equal for one in 2^64 keys. One multiplication takes 16 bytes, of
 * which SipHash needs two rounds.
 */
static unsigned __int128 nh(const uint64_t *key, const uint8_t *in, size_t len)
{
	unsigned __int128 sum = 0;
	size_t at = 0;

	for (; len - at >= 64; at += 64, key += 8) {
		sum += pair(key, in + at) + pair(key + 2, in + at + 16) +
		       pair(key + 4, in + at + 32) + pair(key + 6, in + at + 48);
	}
	for (; len - at >= 16; at += 16, key += 2) {
		sum += pair(key, in + at);
	}
	if (at < len) {
		uint8_t rest[16] = {0};

		memcpy(rest, in + at, len - at);
		sum += pair(key, rest);
	}
	return sum;
}

/* Reads all of fewer than eight bytes; their number must be hashed, too. */
static inline uint64_t rest_of(const uint8_t *in, size_t len)
{
	uint32_t first;
	uint32_t last;

	if (len < sizeof(first)) {
		return len == 0 ? 0
				: (uint64_t)in[0] | (uint64_t)in[len / 2] << 8 |
					  (uint64_t)in[len - 1] << 16;
	}
	memcpy(&first, in, sizeof(first));
	memcpy(&last, in + len - sizeof(last), sizeof(last));
	return (uint64_t)last << 32 | first;
}

void hash_add(struct hash *hash, const void *data, size_t len)
{
	const uint8_t *in = data;
	size_t left = len;

	take_word(hash->v, len);
	if (len <= HASH_SHORT) {
		for (; left >= 8; in += 8, left -= 8) {
			take_word(hash->v, word_at(in));
		}
		take_word(hash->v, rest_of(in, left));
		return;
	}
	while (left > 0) {
		size_t block = left < HASH_BLOCK ? left : HASH_BLOCK;
		unsigned __int128 sum = nh(hash->key->nh, in, block);

		take_word(hash->v, (uint64_t)sum);
		take_word(hash->v, (uint64_t)(sum >> 64));
		in += block;
		left -= block;
	}
}

uint64_t hash_end(struct hash *hash)
{
	return end(hash->v);
}
