/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef NGX_HTTP_DOORWARD_HASH_H
#define NGX_HTTP_DOORWARD_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * SipHash-2-4 with 128 bits (Aumasson and Bernstein): without the secret, two inputs with one hash
 * cannot be found, so a hash stands for the whole input. The bytes of all pieces are hashed as one
 * text: to tell pieces apart, hash their lengths, too.
 */

typedef struct {
	uint64_t word[2];
} ngx_http_doorward_key_t;

typedef struct {
	uint64_t v[4];
	uint64_t tail;
	size_t len;
} ngx_http_doorward_hash_t;

void ngx_http_doorward_hash_begin(
	ngx_http_doorward_hash_t *hash, const ngx_http_doorward_key_t *secret);
void ngx_http_doorward_hash_add(ngx_http_doorward_hash_t *hash, const void *data, size_t len);
ngx_http_doorward_key_t ngx_http_doorward_hash_end(ngx_http_doorward_hash_t *hash);

#endif
