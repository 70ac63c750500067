/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward.h"

/* The headers that tell an application who its client is, which no client can write. */

/*
 * Equal but for case, and any other byte for `-`: variables of CGI do not tell them apart, since
 * some servers write `_` for each byte that is neither a letter nor a digit.
 */
static ngx_uint_t is_name(const u_char *written, const u_char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		u_char a = ngx_tolower(written[i]);
		ngx_uint_t is_other = (a < 'a' || a > 'z') && (a < '0' || a > '9');

		if ((is_other ? '-' : a) != ngx_tolower(name[i])) {
			return 0;
		}
	}
	return 1;
}

static ngx_uint_t is_ours(const ngx_str_t *name)
{
	static const ngx_str_t prefix = ngx_string("X-Doorward-");

	if (name->len >= prefix.len && is_name(name->data, prefix.data, prefix.len)) {
		return 1;
	}
	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_FIELDS; i++) {
		const ngx_http_doorward_text_t *header = &ngx_http_doorward_headers[i];

		if (name->len == header->len && is_name(name->data, header->data, header->len)) {
			return 1;
		}
	}
	return 0;
}

static ngx_uint_t has_ours(ngx_list_part_t *part)
{
	for (; part != NULL; part = part->next) {
		ngx_table_elt_t *headers = part->elts;

		for (ngx_uint_t i = 0; i < part->nelts; i++) {
			if (is_ours(&headers[i].key)) {
				return 1;
			}
		}
	}
	return 0;
}

/*
 * The list again, without ours. The old elements stay in memory: headers_in points to them.
 */
static ngx_int_t remove_ours(ngx_http_request_t *r)
{
	ngx_list_part_t old = r->headers_in.headers.part;

	if (ngx_list_init(&r->headers_in.headers, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK) {
		return NGX_ERROR;
	}
	for (ngx_list_part_t *part = &old; part != NULL; part = part->next) {
		ngx_table_elt_t *headers = part->elts;

		for (ngx_uint_t i = 0; i < part->nelts; i++) {
			ngx_table_elt_t *kept;

			if (is_ours(&headers[i].key)) {
				continue;
			}
			kept = ngx_list_push(&r->headers_in.headers);
			if (kept == NULL) {
				return NGX_ERROR;
			}
			*kept = headers[i];
		}
	}
	return NGX_OK;
}

static ngx_int_t add(
	ngx_http_request_t *r, const ngx_http_doorward_text_t *name, const ngx_str_t *value)
{
	ngx_table_elt_t *header = ngx_list_push(&r->headers_in.headers);

	if (header == NULL) {
		return NGX_ERROR;
	}
	ngx_memzero(header, sizeof(*header));
	header->key.data = (u_char *)name->data;
	header->key.len = name->len;
	header->value = *value;
	header->lowcase_key = ngx_pnalloc(r->pool, name->len);
	if (header->lowcase_key == NULL) {
		return NGX_ERROR;
	}
	header->hash = ngx_hash_strlow(header->lowcase_key, header->key.data, header->key.len);
	return NGX_OK;
}

ngx_int_t ngx_http_doorward_headers_replace(
	ngx_http_request_t *r, const ngx_http_doorward_verdict_t *verdict)
{
	/* A subrequest's list would otherwise be a copy that shares parts with that of the client.
	 */
	if ((r != r->main || has_ours(&r->headers_in.headers.part)) && remove_ours(r) != NGX_OK) {
		return NGX_ERROR;
	}
	for (ngx_uint_t i = 0; verdict != NULL && i < NGX_HTTP_DOORWARD_FIELDS; i++) {
		if (verdict->fields[i].len > 0 &&
			add(r, &ngx_http_doorward_headers[i], &verdict->fields[i]) != NGX_OK) {
			return NGX_ERROR;
		}
	}
	return NGX_OK;
}
