/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward.h"

/*
 * The verdicts of one client request, and the variables that tell them. An internal redirect clears
 * the context of each module; a cleanup of the request's pool stays, and is found by its handler.
 */

typedef struct {
	ngx_http_doorward_verdict_t *first;
	ngx_http_doorward_verdict_t *last; /* for variables; NULL: none yet */
} memory_t;

static void memory_cleanup(void *data)
{
	(void)data;
}

static memory_t *memory_find(ngx_http_request_t *r)
{
	for (ngx_pool_cleanup_t *cln = r->main->pool->cleanup; cln != NULL; cln = cln->next) {
		if (cln->handler == memory_cleanup) {
			return cln->data;
		}
	}
	return NULL;
}

static memory_t *memory_get(ngx_http_request_t *r)
{
	memory_t *memory = memory_find(r);
	ngx_pool_cleanup_t *cln;

	if (memory != NULL) {
		return memory;
	}
	cln = ngx_pool_cleanup_add(r->main->pool, sizeof(memory_t));
	if (cln == NULL) {
		return NULL;
	}
	cln->handler = memory_cleanup;
	ngx_memzero(cln->data, sizeof(memory_t));
	return cln->data;
}

ngx_http_doorward_verdict_t *ngx_http_doorward_verdict_find(
	ngx_http_request_t *r, ngx_http_doorward_inputs_t *in)
{
	memory_t *memory = memory_find(r);
	ngx_http_doorward_key_t key;

	if (memory == NULL) {
		return NULL;
	}
	for (ngx_http_doorward_verdict_t *v = memory->first; v != NULL; v = v->next) {
		if (ngx_http_doorward_inputs_key(in, v->claims, &key) == NGX_OK &&
			key.word[0] == v->key.word[0] && key.word[1] == v->key.word[1]) {
			return v;
		}
	}
	return NULL;
}

ngx_http_doorward_verdict_t *ngx_http_doorward_verdict_last(ngx_http_request_t *r)
{
	memory_t *memory = memory_find(r);

	return memory != NULL ? memory->last : NULL;
}

void ngx_http_doorward_verdict_use(ngx_http_request_t *r, ngx_http_doorward_verdict_t *verdict)
{
	memory_t *memory = memory_find(r);

	if (memory != NULL && (r == r->main || memory->last == NULL)) {
		memory->last = verdict;
	}
}

ngx_uint_t ngx_http_doorward_is_verdict(ngx_uint_t status)
{
	return status == NGX_HTTP_OK || status == NGX_HTTP_UNAUTHORIZED ||
	       status == NGX_HTTP_FORBIDDEN || status == NGX_HTTP_TOO_MANY_REQUESTS;
}

/* The reason that stands for an answer that did not come. */
static const char *const outcomes[] = {
	[NGX_HTTP_DOORWARD_ANSWERED] = "",
	[NGX_HTTP_DOORWARD_UNAVAILABLE] = "unavailable",
	[NGX_HTTP_DOORWARD_TIMEOUT] = "timeout",
	[NGX_HTTP_DOORWARD_OVERLOAD] = "overload",
	[NGX_HTTP_DOORWARD_BAD_RESPONSE] = "bad_response",
	[NGX_HTTP_DOORWARD_INTERNAL] = "internal",
};

static ngx_int_t copy_fields(ngx_pool_t *pool, const ngx_http_doorward_answer_t *answer,
	ngx_http_doorward_verdict_t *verdict)
{
	const ngx_http_doorward_text_t *fields = answer->response.fields;
	size_t len = 0;
	u_char *p;

	if (answer->outcome != NGX_HTTP_DOORWARD_ANSWERED) {
		ngx_str_t *reason = &verdict->fields[NGX_HTTP_DOORWARD_REASON];

		reason->data = (u_char *)outcomes[answer->outcome];
		reason->len = ngx_strlen(reason->data);
		return NGX_OK;
	}
	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_FIELDS; i++) {
		len += fields[i].len;
		verdict->fields[i].data = (u_char *)fields[i].data;
		verdict->fields[i].len = fields[i].len;
	}
	if (answer->kept) {
		return NGX_OK;
	}
	p = ngx_pnalloc(pool, len + 1);
	if (p == NULL) {
		return NGX_ERROR;
	}
	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_FIELDS; i++) {
		if (fields[i].len > 0) {
			verdict->fields[i].data = p;
			p = ngx_cpymem(p, fields[i].data, fields[i].len);
		}
	}
	return NGX_OK;
}

ngx_http_doorward_verdict_t *ngx_http_doorward_verdict_add(
	ngx_http_request_t *r, const ngx_http_doorward_answer_t *answer, ngx_uint_t on_error)
{
	memory_t *memory = memory_get(r);
	ngx_http_doorward_verdict_t *verdict = ngx_pcalloc(r->main->pool, sizeof(*verdict));

	if (memory == NULL || verdict == NULL ||
		copy_fields(r->main->pool, answer, verdict) != NGX_OK) {
		return NULL;
	}
	verdict->status = answer->response.status;
	if (answer->outcome != NGX_HTTP_DOORWARD_ANSWERED ||
		!ngx_http_doorward_is_verdict(verdict->status)) {
		verdict->status = on_error;
		ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "doorward did not decide: %V",
			&verdict->fields[NGX_HTTP_DOORWARD_REASON]);
	}
	verdict->claims = answer->claims;
	verdict->time = answer->time;
	verdict->kept = answer->kept;
	verdict->next = memory->first;
	memory->first = verdict;
	return verdict;
}

/* Variables. */

static void absent(ngx_http_variable_value_t *v)
{
	v->not_found = 1;
}

static void present(ngx_http_variable_value_t *v, u_char *data, size_t len)
{
	v->data = data;
	v->len = len;
	v->valid = 1;
	v->no_cacheable = 0;
	v->not_found = 0;
}

static ngx_int_t get_field(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
	ngx_http_doorward_verdict_t *verdict = ngx_http_doorward_verdict_last(r);

	if (verdict == NULL || verdict->fields[data].len == 0) {
		absent(v);
	} else {
		present(v, verdict->fields[data].data, verdict->fields[data].len);
	}
	return NGX_OK;
}

static ngx_int_t get_status(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
	ngx_http_doorward_verdict_t *verdict = ngx_http_doorward_verdict_last(r);
	u_char *p;

	if (verdict == NULL) {
		absent(v);
		return NGX_OK;
	}
	p = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
	if (p == NULL) {
		return NGX_ERROR;
	}
	present(v, p, (size_t)(ngx_sprintf(p, "%ui", verdict->status) - p));
	return NGX_OK;
}

static ngx_int_t get_cached(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
	ngx_http_doorward_verdict_t *verdict = ngx_http_doorward_verdict_last(r);

	if (verdict == NULL) {
		absent(v);
	} else {
		present(v, (u_char *)(verdict->kept ? "1" : "0"), 1);
	}
	return NGX_OK;
}

/* Seconds with milliseconds, as $upstream_response_time. */
static ngx_int_t get_time(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
	ngx_http_doorward_verdict_t *verdict = ngx_http_doorward_verdict_last(r);
	u_char *p;

	if (verdict == NULL) {
		absent(v);
		return NGX_OK;
	}
	p = ngx_pnalloc(r->pool, NGX_TIME_T_LEN + 4);
	if (p == NULL) {
		return NGX_ERROR;
	}
	present(v, p,
		(size_t)(ngx_sprintf(p, "%T.%03M", (time_t)(verdict->time / 1000),
				 verdict->time % 1000) -
			 p));
	return NGX_OK;
}

#define FIELD(name, field)                                                                         \
	{                                                                                          \
		ngx_string("doorward_" name), NULL, get_field, NGX_HTTP_DOORWARD_##field,          \
			NGX_HTTP_VAR_NOCACHEABLE, 0                                                \
	}
#define OTHER(name, handler)                                                                       \
	{                                                                                          \
		ngx_string("doorward_" name), NULL, handler, 0, NGX_HTTP_VAR_NOCACHEABLE, 0        \
	}

static ngx_http_variable_t variables[] = {
	FIELD("hostname", HOSTNAME),
	FIELD("rdns", RDNS),
	FIELD("cert_subject", CERT_SUBJECT),
	FIELD("cert_issuer", CERT_ISSUER),
	FIELD("cert_serial", CERT_SERIAL),
	FIELD("cert_fingerprint", CERT_FINGERPRINT),
	FIELD("cert_san", CERT_SAN),
	FIELD("cert_not_after", CERT_NOT_AFTER),
	FIELD("cert_eku", CERT_EKU),
	FIELD("cert_policies", CERT_POLICIES),
	FIELD("cert_key", CERT_KEY),
	FIELD("cert_spki", CERT_SPKI),
	FIELD("cert_issuer_spki", CERT_ISSUER_SPKI),
	FIELD("cert_anchor", CERT_ANCHOR),
	FIELD("agent", AGENT),
	FIELD("policy", POLICY),
	FIELD("reason", REASON),
	FIELD("rule", RULE),
	FIELD("id", ID),
	OTHER("status", get_status),
	OTHER("cached", get_cached),
	OTHER("time", get_time),
};

ngx_int_t ngx_http_doorward_add_variables(ngx_conf_t *cf)
{
	for (ngx_uint_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		ngx_http_variable_t *variable =
			ngx_http_add_variable(cf, &variables[i].name, variables[i].flags);

		if (variable == NULL) {
			return NGX_ERROR;
		}
		variable->get_handler = variables[i].get_handler;
		variable->data = variables[i].data;
	}
	return NGX_OK;
}
