/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward_hash.h"

#include <endian.h>
#include <string.h>

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
	sip_round(v);
	v[0] ^= word;
}

void ngx_http_doorward_hash_begin(
	ngx_http_doorward_hash_t *hash, const ngx_http_doorward_key_t *secret)
{
	hash->v[0] = secret->word[0] ^ 0x736f6d6570736575;
	hash->v[1] = secret->word[1] ^ 0x646f72616e646f6d ^ 0xee;
	hash->v[2] = secret->word[0] ^ 0x6c7967656e657261;
	hash->v[3] = secret->word[1] ^ 0x7465646279746573;
	hash->tail = 0;
	hash->len = 0;
}

static void add_byte(ngx_http_doorward_hash_t *hash, unsigned char byte)
{
	hash->tail |= (uint64_t)byte << (8 * (hash->len & 7));
	hash->len++;
	if ((hash->len & 7) == 0) {
		take_word(hash->v, hash->tail);
		hash->tail = 0;
	}
}

void ngx_http_doorward_hash_add(ngx_http_doorward_hash_t *hash, const void *data, size_t len)
{
	const unsigned char *p = data;
	unsigned shift = 8 * (hash->len & 7);

	for (; len >= 8; p += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		word = le64toh(word);
		take_word(hash->v, hash->tail | word << shift);
		hash->tail = shift == 0 ? 0 : word >> (64 - shift);
		hash->len += 8;
	}
	while (len-- > 0) {
		add_byte(hash, *p++);
	}
}

static uint64_t fold(uint64_t v[4])
{
	sip_round(v);
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

ngx_http_doorward_key_t ngx_http_doorward_hash_end(ngx_http_doorward_hash_t *hash)
{
	ngx_http_doorward_key_t key;

	take_word(hash->v, (uint64_t)hash->len << 56 | hash->tail);
	hash->v[2] ^= 0xee;
	key.word[0] = fold(hash->v);
	hash->v[1] ^= 0xdd;
	key.word[1] = fold(hash->v);
	return key;
}
