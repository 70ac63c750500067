/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward_hash.h"

#include <string.h>

typedef unsigned __int128 sum_t;

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

static inline void take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

static inline uint64_t word_at(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

void ngx_http_doorward_hash_begin(
	ngx_http_doorward_hash_t *hash, const ngx_http_doorward_secret_t *secret)
{
	hash->secret = secret;
	hash->v[0] = secret->sip[0] ^ 0x736f6d6570736575;
	hash->v[1] = secret->sip[1] ^ 0x646f72616e646f6d ^ 0xee;
	hash->v[2] = secret->sip[0] ^ 0x6c7967656e657261;
	hash->v[3] = secret->sip[1] ^ 0x7465646279746573;
}

void ngx_http_doorward_hash_word(ngx_http_doorward_hash_t *hash, uint64_t word)
{
	take_word(hash->v, word);
}

static inline sum_t pair(const uint64_t *key, const uint8_t *in)
{
	return (sum_t)(word_at(in) + key[0]) * (word_at(in + 8) + key[1]);
}

/*
 * NH of at most one block, by two keys, of which the second is the first moved by a pair of words
 * (the Toeplitz construction of RFC 4418, 5.2): of two texts of one length, both sums are equal for
 * one in 2^128 keys.
 */
static void nh(const uint64_t *key, const uint8_t *in, size_t len, sum_t sums[2])
{
	sums[0] = 0;
	sums[1] = 0;
	for (; len >= 16; in += 16, len -= 16, key += 2) {
		sums[0] += pair(key, in);
		sums[1] += pair(key + 2, in);
	}
	if (len > 0) {
		uint8_t rest[16] = {0};

		memcpy(rest, in, len);
		sums[0] += pair(key, rest);
		sums[1] += pair(key + 2, rest);
	}
}

static void add_short(uint64_t v[4], const uint8_t *in, size_t len)
{
	uint64_t rest = 0;

	for (; len >= 8; in += 8, len -= 8) {
		take_word(v, word_at(in));
	}
	if (len > 0) {
		memcpy(&rest, in, len);
		take_word(v, rest);
	}
}

void ngx_http_doorward_hash_text(ngx_http_doorward_hash_t *hash, const void *data, size_t len)
{
	const uint8_t *in = data;

	take_word(hash->v, len);
	if (len <= NGX_HTTP_DOORWARD_HASH_SHORT) {
		add_short(hash->v, in, len);
		return;
	}
	while (len > 0) {
		size_t block =
			len < NGX_HTTP_DOORWARD_HASH_BLOCK ? len : NGX_HTTP_DOORWARD_HASH_BLOCK;
		sum_t sums[2];

		nh(hash->secret->nh, in, block, sums);
		for (unsigned i = 0; i < 2; i++) {
			take_word(hash->v, (uint64_t)sums[i]);
			take_word(hash->v, (uint64_t)(sums[i] >> 64));
		}
		in += block;
		len -= block;
	}
}

static uint64_t fold(uint64_t v[4])
{
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

ngx_http_doorward_key_t ngx_http_doorward_hash_end(ngx_http_doorward_hash_t *hash)
{
	ngx_http_doorward_key_t key;

	hash->v[2] ^= 0xee;
	key.word[0] = fold(hash->v);
	hash->v[1] ^= 0xdd;
	key.word[1] = fold(hash->v);
	return key;
}
