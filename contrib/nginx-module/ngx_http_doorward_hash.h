/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef NGX_HTTP_DOORWARD_HASH_H
#define NGX_HTTP_DOORWARD_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * SipHash-1-3 with 128 bits (Aumasson and Bernstein) of a list of texts, of which the long ones are
 * first reduced by NH (RFC 4418), with 32 bytes for each block: without the secret, two lists with
 * one hash cannot be found, so a hash stands for the whole list. The values are valid on one
 * machine only.
 */

#define NGX_HTTP_DOORWARD_HASH_SHORT 64   /* bytes of a text that NH does not reduce */
#define NGX_HTTP_DOORWARD_HASH_BLOCK 1024 /* bytes */

typedef struct {
	uint64_t word[2];
} ngx_http_doorward_key_t;

/* Random bytes. */
typedef struct {
	uint64_t sip[2];
	uint64_t nh[NGX_HTTP_DOORWARD_HASH_BLOCK / sizeof(uint64_t) + 2];
} ngx_http_doorward_secret_t;

typedef struct {
	const ngx_http_doorward_secret_t *secret;
	uint64_t v[4];
} ngx_http_doorward_hash_t;

void ngx_http_doorward_hash_begin(
	ngx_http_doorward_hash_t *hash, const ngx_http_doorward_secret_t *secret);
void ngx_http_doorward_hash_word(ngx_http_doorward_hash_t *hash, uint64_t word);
/* Adds a text, with its length: other divisions of the same bytes are other lists. */
void ngx_http_doorward_hash_text(ngx_http_doorward_hash_t *hash, const void *data, size_t len);
ngx_http_doorward_key_t ngx_http_doorward_hash_end(ngx_http_doorward_hash_t *hash);

#endif
