/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward.h"

/* What doorward is told about a request, and the key that stands for it. */

const ngx_str_t ngx_http_doorward_input_names[NGX_HTTP_DOORWARD_INPUTS] = {
	[NGX_HTTP_DOORWARD_REMOTE_ADDR] = ngx_string("REMOTE_ADDR"),
	[NGX_HTTP_DOORWARD_SSL_CLIENT_CERT] = ngx_string("SSL_CLIENT_CERT"),
	[NGX_HTTP_DOORWARD_SSL_CLIENT_VERIFY] = ngx_string("SSL_CLIENT_VERIFY"),
	[NGX_HTTP_DOORWARD_REQUEST_METHOD] = ngx_string("REQUEST_METHOD"),
	[NGX_HTTP_DOORWARD_REQUEST_URI] = ngx_string("REQUEST_URI"),
	[NGX_HTTP_DOORWARD_HTTP_HOST] = ngx_string("HTTP_HOST"),
	[NGX_HTTP_DOORWARD_HTTP_USER_AGENT] = ngx_string("HTTP_USER_AGENT"),
	[NGX_HTTP_DOORWARD_HTTP_SIGNATURE_INPUT] = ngx_string("HTTP_SIGNATURE_INPUT"),
};

static const ngx_str_t policy_name = ngx_string("DOORWARD_POLICY");
static const ngx_str_t vary_name = ngx_string("DOORWARD_VARY");
static const ngx_str_t vary_value = ngx_string("1");
static ngx_http_doorward_text_t text_of(const ngx_str_t *str)
{
	return (ngx_http_doorward_text_t){str->data, str->len};
}

ngx_int_t ngx_http_doorward_variable(ngx_http_request_t *r, ngx_str_t name, ngx_str_t *value)
{
	ngx_uint_t hash = ngx_hash_key(name.data, name.len);
	ngx_http_variable_value_t *v = ngx_http_get_variable(r, &name, hash);

	if (v == NULL) {
		return NGX_ERROR;
	}
	ngx_str_null(value);
	if (!v->not_found) {
		value->data = v->data;
		value->len = v->len;
	}
	return NGX_OK;
}

static void cert_cleanup(void *data)
{
	(void)data;
}

/*
 * The certificate of a connection, in memory of the connection: OpenSSL takes longer to write it as
 * PEM than all else takes. A connection's certificate does not change: nginx permits no
 * renegotiation.
 */
static ngx_int_t read_cert(ngx_http_request_t *r, ngx_str_t *value)
{
	static const ngx_str_t name = ngx_string("ssl_client_raw_cert");
	ngx_pool_t *pool = r->connection->pool;
	ngx_pool_cleanup_t *cln;
	ngx_str_t *kept;

	for (cln = pool->cleanup; cln != NULL; cln = cln->next) {
		if (cln->handler == cert_cleanup) {
			*value = *(ngx_str_t *)cln->data;
			return NGX_OK;
		}
	}
	if (ngx_http_doorward_variable(r, name, value) != NGX_OK) {
		return NGX_ERROR;
	}
	cln = ngx_pool_cleanup_add(pool, sizeof(ngx_str_t));
	if (cln == NULL) {
		return NGX_ERROR;
	}
	kept = cln->data;
	kept->len = value->len;
	kept->data = ngx_pnalloc(pool, value->len + 1);
	if (kept->data == NULL) {
		return NGX_ERROR;
	}
	ngx_memcpy(kept->data, value->data, value->len);
	cln->handler = cert_cleanup;
	return NGX_OK;
}

/* Whether a certificate counts, should the client have sent one. */
static ngx_uint_t has_cert(const ngx_http_doorward_inputs_t *in)
{
#if (NGX_HTTP_SSL)
	return in->conf->certificate && in->request->connection->ssl != NULL;
#else
	return 0;
#endif
}

/* The module's own value of an input: about the client's request, also in a subrequest. */
static ngx_int_t read_default(
	ngx_http_doorward_inputs_t *in, ngx_http_doorward_input_e input, ngx_str_t *value)
{
	static const ngx_str_t host = ngx_string("host");
	static const ngx_str_t verify = ngx_string("ssl_client_verify");
	ngx_http_request_t *r = in->request->main;

	ngx_str_null(value);
	switch (input) {
	case NGX_HTTP_DOORWARD_REMOTE_ADDR:
		*value = r->connection->addr_text;
		return NGX_OK;
	case NGX_HTTP_DOORWARD_SSL_CLIENT_CERT:
		return has_cert(in) ? read_cert(in->request, value) : NGX_OK;
	case NGX_HTTP_DOORWARD_SSL_CLIENT_VERIFY:
		return has_cert(in) ? ngx_http_doorward_variable(in->request, verify, value)
				    : NGX_OK;
	case NGX_HTTP_DOORWARD_REQUEST_METHOD:
		*value = r->method_name;
		return NGX_OK;
	case NGX_HTTP_DOORWARD_REQUEST_URI:
		*value = r->unparsed_uri;
		return NGX_OK;
	case NGX_HTTP_DOORWARD_HTTP_HOST:
		return ngx_http_doorward_variable(in->request, host, value);
	case NGX_HTTP_DOORWARD_HTTP_USER_AGENT:
		if (r->headers_in.user_agent != NULL) {
			*value = r->headers_in.user_agent->value;
		}
		return NGX_OK;
	case NGX_HTTP_DOORWARD_HTTP_SIGNATURE_INPUT:
		return ngx_http_doorward_signature_input(r, value);
	case NGX_HTTP_DOORWARD_INPUTS:
		break;
	}
	return NGX_ERROR;
}

static ngx_int_t read_input(ngx_http_doorward_inputs_t *in, ngx_http_doorward_input_e input)
{
	ngx_http_complex_value_t *replaced = in->conf->replaced[input];
	ngx_int_t rc = NGX_OK;

	if ((in->read & 1U << input) == 0) {
		rc = replaced != NULL
			     ? ngx_http_complex_value(in->request, replaced, &in->values[input])
			     : read_default(in, input, &in->values[input]);
		in->read |= 1U << input;
	}
	return rc;
}

static ngx_int_t read_added(ngx_http_doorward_inputs_t *in)
{
	ngx_array_t *added = in->conf->added;
	ngx_http_doorward_param_t *params;

	if (added == NULL) {
		return NGX_OK;
	}
	params = added->elts;
	in->added = ngx_palloc(in->request->pool, added->nelts * sizeof(ngx_str_t));
	if (in->added == NULL) {
		return NGX_ERROR;
	}
	for (ngx_uint_t i = 0; i < added->nelts; i++) {
		if (ngx_http_complex_value(in->request, &params[i].value, &in->added[i]) !=
			NGX_OK) {
			return NGX_ERROR;
		}
	}
	return NGX_OK;
}

static void hash_text(ngx_http_doorward_hash_t *hash, const ngx_str_t *text)
{
	ngx_http_doorward_hash_text(hash, text->data, text->len);
}

ngx_int_t ngx_http_doorward_inputs_read(ngx_http_doorward_inputs_t *in, ngx_http_request_t *r,
	ngx_http_doorward_loc_conf_t *conf, const ngx_http_doorward_secret_t *secret)
{
	ngx_http_doorward_param_t *params = conf->added != NULL ? conf->added->elts : NULL;

	ngx_memzero(in, sizeof(*in));
	in->request = r;
	in->conf = conf;
	in->secret = secret;
	if (ngx_http_complex_value(r, conf->policy, &in->policy) != NGX_OK ||
		read_added(in) != NGX_OK) {
		return NGX_ERROR;
	}
	if (in->policy.len == 0) {
		return NGX_DECLINED;
	}
	ngx_http_doorward_hash_begin(&in->identity, secret);
	hash_text(&in->identity, ngx_http_doorward_server_name(conf->server));
	hash_text(&in->identity, &in->policy);
	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_CLAIMS; i++) {
		if (read_input(in, i) != NGX_OK) {
			return NGX_ERROR;
		}
		hash_text(&in->identity, &in->values[i]);
	}
	for (ngx_uint_t i = 0; params != NULL && i < conf->added->nelts; i++) {
		hash_text(&in->identity, &params[i].name);
		hash_text(&in->identity, &in->added[i]);
	}
	return NGX_OK;
}

ngx_int_t ngx_http_doorward_inputs_key(
	ngx_http_doorward_inputs_t *in, ngx_uint_t claims, ngx_http_doorward_key_t *key)
{
	ngx_http_doorward_hash_t hash = in->identity;

	ngx_http_doorward_hash_word(&hash, claims);
	for (ngx_uint_t i = NGX_HTTP_DOORWARD_CLAIMS; i < NGX_HTTP_DOORWARD_INPUTS; i++) {
		if ((claims & 1U << i) == 0) {
			continue;
		}
		if (read_input(in, i) != NGX_OK) {
			return NGX_ERROR;
		}
		hash_text(&hash, &in->values[i]);
	}
	*key = ngx_http_doorward_hash_end(&hash);
	return NGX_OK;
}

ngx_http_doorward_key_t ngx_http_doorward_params_key(
	const ngx_http_doorward_hash_t *identity, const ngx_str_t *params, ngx_uint_t claims)
{
	ngx_http_doorward_hash_t hash = *identity;

	ngx_http_doorward_hash_word(&hash, claims);
	for (ngx_uint_t i = NGX_HTTP_DOORWARD_CLAIMS; i < NGX_HTTP_DOORWARD_INPUTS; i++) {
		ngx_http_doorward_text_t value = {NULL, 0};

		if ((claims & 1U << i) == 0) {
			continue;
		}
		(void)ngx_http_doorward_pairs_find(
			text_of(params), text_of(&ngx_http_doorward_input_names[i]), &value);
		ngx_http_doorward_hash_text(&hash, value.data, value.len);
	}
	return ngx_http_doorward_hash_end(&hash);
}

/* One place for each policy; of two with one place, the later stays. */
static ngx_http_doorward_known_t *known_of(ngx_http_doorward_main_conf_t *dmcf,
	ngx_http_doorward_server_t *server, ngx_http_doorward_text_t policy)
{
	uint32_t hash = ngx_murmur_hash2((u_char *)policy.data, policy.len);

	return &dmcf->known[(hash ^ (uint32_t)((uintptr_t)server >> 6)) % NGX_HTTP_DOORWARD_KNOWN];
}

ngx_uint_t ngx_http_doorward_known_claims(
	ngx_http_doorward_main_conf_t *dmcf, ngx_http_doorward_inputs_t *in)
{
	ngx_http_doorward_known_t *known = known_of(dmcf, in->conf->server, text_of(&in->policy));

	if (dmcf->zone == NULL || known->server != in->conf->server ||
		known->len != in->policy.len ||
		ngx_memcmp(known->policy, in->policy.data, known->len) != 0 ||
		known->generation != ngx_http_doorward_zone_generation(dmcf->zone, known->slot)) {
		return NGX_HTTP_DOORWARD_ALL_CLAIMS;
	}
	return known->claims;
}

void ngx_http_doorward_known_add(ngx_http_doorward_main_conf_t *dmcf,
	ngx_http_doorward_server_t *server, ngx_http_doorward_text_t policy, ngx_uint_t claims,
	ngx_int_t slot, uint64_t generation)
{
	ngx_http_doorward_known_t *known = known_of(dmcf, server, policy);

	if (policy.len > NGX_HTTP_DOORWARD_KNOWN_NAME_MAX) {
		return;
	}
	known->server = server;
	known->len = policy.len;
	ngx_memcpy(known->policy, policy.data, policy.len);
	known->claims = claims;
	known->slot = slot;
	known->generation = generation;
}

size_t ngx_http_doorward_param_size(const ngx_str_t *name, const ngx_str_t *value)
{
	return value->len == 0 ? 0 : NGX_HTTP_DOORWARD_PAIR_OVERHEAD + name->len + value->len;
}

u_char *ngx_http_doorward_param_write(u_char *p, const ngx_str_t *name, const ngx_str_t *value)
{
	return value->len == 0 ? p : ngx_http_doorward_pair_write(p, text_of(name), text_of(value));
}

ngx_str_t ngx_http_doorward_inputs_params(ngx_http_doorward_inputs_t *in)
{
	ngx_array_t *added = in->conf->added;
	ngx_http_doorward_param_t *params = added != NULL ? added->elts : NULL;
	ngx_str_t out = ngx_null_string;
	size_t size = ngx_http_doorward_param_size(&policy_name, &in->policy) +
		      ngx_http_doorward_param_size(&vary_name, &vary_value);
	ngx_http_doorward_signed_t about;
	u_char *p;

	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_INPUTS; i++) {
		if (read_input(in, i) != NGX_OK) {
			return out;
		}
		size += ngx_http_doorward_param_size(
			&ngx_http_doorward_input_names[i], &in->values[i]);
	}
	for (ngx_uint_t i = 0; params != NULL && i < added->nelts; i++) {
		size += ngx_http_doorward_param_size(&params[i].name, &in->added[i]);
	}
	if (ngx_http_doorward_signed_read(in, &about) != NGX_OK) {
		return out;
	}
	size += ngx_http_doorward_signed_write(&about, NULL);
	out.data = p = ngx_alloc(size, in->request->connection->log);
	if (p == NULL) {
		return out;
	}
	p = ngx_http_doorward_param_write(p, &policy_name, &in->policy);
	p = ngx_http_doorward_param_write(p, &vary_name, &vary_value);
	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_INPUTS; i++) {
		p = ngx_http_doorward_param_write(
			p, &ngx_http_doorward_input_names[i], &in->values[i]);
	}
	for (ngx_uint_t i = 0; params != NULL && i < added->nelts; i++) {
		p = ngx_http_doorward_param_write(p, &params[i].name, &in->added[i]);
	}
	(void)ngx_http_doorward_signed_write(&about, &p);
	out.len = (size_t)(p - out.data);
	return out;
}

static ngx_uint_t claim_of(const u_char *name, size_t len)
{
	for (ngx_uint_t i = NGX_HTTP_DOORWARD_CLAIMS; i < NGX_HTTP_DOORWARD_INPUTS; i++) {
		const ngx_str_t *input = &ngx_http_doorward_input_names[i];

		if (input->len == len && ngx_memcmp(input->data, name, len) == 0) {
			return 1U << i;
		}
	}
	return 0;
}

ngx_uint_t ngx_http_doorward_claims_read(ngx_http_doorward_text_t vary)
{
	const u_char *p = vary.data;
	const u_char *last = p + vary.len;
	ngx_uint_t claims = 0;

	if (vary.len == 1 && *p == '-') {
		return 0;
	}
	for (;;) {
		const u_char *comma = p < last ? memchr(p, ',', (size_t)(last - p)) : NULL;
		const u_char *end = comma != NULL ? comma : last;
		ngx_uint_t claim = claim_of(p, (size_t)(end - p));

		if (claim == 0) {
			return NGX_HTTP_DOORWARD_ALL_CLAIMS;
		}
		claims |= claim;
		if (comma == NULL) {
			return claims;
		}
		if (last - comma < 2 || comma[1] != ' ') {
			return NGX_HTTP_DOORWARD_ALL_CLAIMS;
		}
		p = comma + 2;
	}
}
