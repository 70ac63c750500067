/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward.h"

/* What doorward is told about a request that an agent has signed, beside the inputs. */

static const ngx_str_t scheme_name = ngx_string("REQUEST_SCHEME");
static const ngx_str_t authority_name = ngx_string("DOORWARD_AUTHORITY");
static const char field_prefix[] = "DOORWARD_FIELD_";

/* Longer names of headers are not sent, and a signature that covers one is not verified. */
#define NGX_HTTP_DOORWARD_FIELD_NAME_MAX 128

/* The next header of the client's request; NULL: there are no more. */
static ngx_table_elt_t *next_header(ngx_list_part_t **part, ngx_uint_t *i)
{
	while (*part != NULL && *i >= (*part)->nelts) {
		*part = (*part)->next;
		*i = 0;
	}
	return *part != NULL ? &((ngx_table_elt_t *)(*part)->elts)[(*i)++] : NULL;
}

static ngx_uint_t is_header(const ngx_table_elt_t *header, const ngx_str_t *name)
{
	return header->key.len == name->len &&
	       ngx_strncasecmp(header->key.data, name->data, name->len) == 0;
}

/*
 * Writes all lines of Signature-Input at `p`, with ", " between them; NULL: only their size. One
 * line alone is *only.
 */
static size_t join_lines(ngx_http_request_t *r, u_char *p, ngx_str_t *only)
{
	static const ngx_str_t name = ngx_string("Signature-Input");
	ngx_list_part_t *part = &r->headers_in.headers.part;
	ngx_table_elt_t *header;
	ngx_uint_t i = 0;
	size_t size = 0;

	ngx_str_null(only);
	while ((header = next_header(&part, &i)) != NULL) {
		if (!is_header(header, &name) || header->value.len == 0) {
			continue;
		}
		if (p != NULL) {
			p = size > 0 ? ngx_cpymem(p, ", ", 2) : p;
			p = ngx_cpymem(p, header->value.data, header->value.len);
		}
		if (size == 0) {
			*only = header->value;
		} else {
			ngx_str_null(only);
		}
		size += header->value.len + (size > 0 ? 2 : 0);
	}
	return size;
}

ngx_int_t ngx_http_doorward_signature_input(ngx_http_request_t *r, ngx_str_t *value)
{
	size_t size = join_lines(r, NULL, value);
	ngx_str_t only;

	if (size == value->len) {
		return NGX_OK;
	}
	value->data = ngx_pnalloc(r->pool, size);
	if (value->data == NULL) {
		return NGX_ERROR;
	}
	value->len = join_lines(r, value->data, &only);
	return NGX_OK;
}

static ngx_uint_t is_added(const ngx_http_doorward_inputs_t *in, const ngx_str_t *name)
{
	ngx_array_t *added = in->conf->added;
	ngx_http_doorward_param_t *params = added != NULL ? added->elts : NULL;

	for (ngx_uint_t i = 0; params != NULL && i < added->nelts; i++) {
		if (params[i].name.len == name->len &&
			ngx_memcmp(params[i].name.data, name->data, name->len) == 0) {
			return 1;
		}
	}
	return 0;
}

ngx_int_t ngx_http_doorward_signed_read(
	ngx_http_doorward_inputs_t *in, ngx_http_doorward_signed_t *out)
{
	static const ngx_str_t scheme = ngx_string("scheme");
	ngx_http_request_t *r = in->request->main;

	ngx_memzero(out, sizeof(*out));
	if (in->values[NGX_HTTP_DOORWARD_HTTP_SIGNATURE_INPUT].len == 0) {
		return NGX_OK;
	}
	if (r->headers_in.host != NULL) {
		out->authority = r->headers_in.host->value;
	}
	out->headers = &r->headers_in.headers.part;
	return is_added(in, &scheme_name) ? NGX_OK
					  : ngx_http_doorward_variable(r, scheme, &out->scheme);
}

/*
 * Every header that a signature may cover, under a name that only the front end can write: a
 * client's X-Real-IP is not that of a proxy. `p` NULL: only their size.
 */
static size_t write_headers(const ngx_http_doorward_signed_t *about, u_char **p)
{
	static const struct {
		ngx_str_t header;
		ngx_str_t param;
	} own[] = {{ngx_string("Signature"), ngx_string("HTTP_SIGNATURE")},
		{ngx_string("Signature-Agent"), ngx_string("HTTP_SIGNATURE_AGENT")}};
	ngx_list_part_t *part = about->headers;
	ngx_table_elt_t *header;
	ngx_uint_t i = 0;
	size_t size = 0;

	while ((header = next_header(&part, &i)) != NULL) {
		u_char room[NGX_HTTP_DOORWARD_FIELD_NAME_MAX];
		ngx_str_t name = {sizeof(field_prefix) - 1, room};

		if (header->key.len > sizeof(room) - name.len) {
			continue;
		}
		ngx_memcpy(room, field_prefix, name.len);
		ngx_memcpy(room + name.len, header->key.data, header->key.len);
		name.len += header->key.len;
		for (ngx_uint_t k = 0; k < sizeof(own) / sizeof(own[0]); k++) {
			name = is_header(header, &own[k].header) ? own[k].param : name;
		}
		size += ngx_http_doorward_param_size(&name, &header->value);
		if (p != NULL) {
			*p = ngx_http_doorward_param_write(*p, &name, &header->value);
		}
	}
	return size;
}

size_t ngx_http_doorward_signed_write(const ngx_http_doorward_signed_t *about, u_char **p)
{
	if (p != NULL) {
		*p = ngx_http_doorward_param_write(*p, &scheme_name, &about->scheme);
		*p = ngx_http_doorward_param_write(*p, &authority_name, &about->authority);
	}
	return ngx_http_doorward_param_size(&scheme_name, &about->scheme) +
	       ngx_http_doorward_param_size(&authority_name, &about->authority) +
	       write_headers(about, p);
}
