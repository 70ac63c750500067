/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward.h"

/*
 * Where a request is decided: first of all in the rewrite phase of its location, so before
 * `return`, `rewrite`, `set` and `if`; before those of a server that asks itself; and as a part of
 * `satisfy any` in the access phase.
 */

typedef struct {
	ngx_http_doorward_waiter_t waiter;
	ngx_http_doorward_inputs_t in;
	ngx_http_doorward_verdict_t *verdict; /* came while the request was suspended */
	unsigned suspended : 1;
	unsigned failed : 1; /* no memory for the verdict */
} context_t;

static ngx_http_doorward_verdict_t *add_verdict(
	ngx_http_doorward_inputs_t *in, const ngx_http_doorward_answer_t *answer)
{
	ngx_http_doorward_verdict_t *verdict =
		ngx_http_doorward_verdict_add(in->request, answer, in->conf->on_error);

	if (verdict == NULL ||
		ngx_http_doorward_inputs_key(in, verdict->claims, &verdict->key) != NGX_OK) {
		return NULL;
	}
	return verdict;
}

/* Without asking: what is missing cannot be had. */
static ngx_http_doorward_verdict_t *fail(ngx_http_doorward_inputs_t *in)
{
	const ngx_http_doorward_answer_t answer = {
		.outcome = NGX_HTTP_DOORWARD_INTERNAL,
		.claims = NGX_HTTP_DOORWARD_ALL_CLAIMS,
	};

	return add_verdict(in, &answer);
}

/* The request goes on in the phase in which it was suspended. */
static void resume(ngx_http_doorward_waiter_t *waiter, const ngx_http_doorward_answer_t *answer)
{
	context_t *ctx = waiter->data;
	ngx_http_request_t *r = ctx->in.request;
	ngx_connection_t *c = r->connection;

	ngx_http_set_log_request(c->log, r);
	ctx->suspended = 0;
	ctx->verdict = add_verdict(&ctx->in, answer);
	ctx->failed = ctx->verdict == NULL;
	r->main->count--;
	r->write_event_handler = ngx_http_core_run_phases;
	ngx_http_core_run_phases(r);
	/* The request, and its connection, may be gone now. */
	ngx_http_run_posted_requests(c);
}

/* The request ends while it is suspended; nginx counts for itself then. */
static void forget(void *data)
{
	context_t *ctx = data;

	ngx_http_doorward_forget(&ctx->waiter);
}

static ngx_int_t suspend(ngx_http_doorward_inputs_t *in, const ngx_http_doorward_key_t *key)
{
	ngx_http_request_t *r = in->request;
	context_t *ctx = ngx_pcalloc(r->pool, sizeof(*ctx));
	ngx_http_cleanup_t *cln = ngx_http_cleanup_add(r, 0);

	if (ctx == NULL || cln == NULL) {
		return NGX_ERROR;
	}
	ctx->in = *in;
	ctx->waiter.data = ctx;
	ctx->waiter.handler = resume;
	if (ngx_http_doorward_ask(&ctx->waiter, &ctx->in, key) != NGX_OK) {
		return NGX_ERROR;
	}
	cln->handler = forget;
	cln->data = ctx;
	ctx->suspended = 1;
	ngx_http_set_ctx(r, ctx, ngx_http_doorward_module);
	r->main->count++;
	return NGX_OK;
}

/* A kept verdict, or the question. As ngx_http_doorward_decide. */
static ngx_int_t look_up(ngx_http_doorward_main_conf_t *dmcf, ngx_http_doorward_inputs_t *in,
	ngx_http_doorward_verdict_t **verdict)
{
	ngx_uint_t claims = ngx_http_doorward_known_claims(dmcf, in);
	ngx_http_doorward_answer_t answer;
	ngx_http_doorward_key_t key;

	if (ngx_http_doorward_inputs_key(in, claims, &key) != NGX_OK) {
		return NGX_ERROR;
	}
	if (dmcf->zone != NULL && in->conf->keep &&
		ngx_http_doorward_zone_find(dmcf->zone, &key, in->request->main->pool, &answer) ==
			NGX_OK) {
		*verdict = add_verdict(in, &answer);
		return *verdict != NULL ? NGX_OK : NGX_ERROR;
	}
	return suspend(in, &key) == NGX_OK ? NGX_DONE : NGX_ERROR;
}

ngx_int_t ngx_http_doorward_decide(ngx_http_request_t *r, ngx_http_doorward_loc_conf_t *conf,
	ngx_http_doorward_verdict_t **verdict)
{
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_get_module_main_conf(r, ngx_http_doorward_module);
	context_t *ctx = ngx_http_get_module_ctx(r, ngx_http_doorward_module);
	ngx_http_doorward_inputs_t in;
	ngx_int_t rc;

	if (ctx != NULL) {
		if (ctx->suspended) {
			return NGX_DONE;
		}
		*verdict = ctx->verdict;
		rc = ctx->failed ? NGX_ERROR : NGX_OK;
		ngx_http_set_ctx(r, NULL, ngx_http_doorward_module);
		return rc;
	}
	rc = ngx_http_doorward_inputs_read(&in, r, conf,
		dmcf->zone != NULL ? ngx_http_doorward_zone_secret(dmcf->zone) : &dmcf->secret);
	if (rc == NGX_ERROR) {
		return NGX_ERROR;
	}
	if (rc == NGX_DECLINED) {
		ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
			"doorward: the name of the policy is empty");
		*verdict = fail(&in);
		return *verdict != NULL ? NGX_OK : NGX_ERROR;
	}
	*verdict = ngx_http_doorward_verdict_find(r, &in);
	return *verdict != NULL ? NGX_OK : look_up(dmcf, &in, verdict);
}

ngx_uint_t ngx_http_doorward_is_error_page(ngx_http_request_t *r,
	const ngx_http_doorward_loc_conf_t *conf, const ngx_http_doorward_verdict_t *verdict)
{
	const ngx_http_core_loc_conf_t *clcf =
		ngx_http_get_module_loc_conf(r, ngx_http_core_module);

	return verdict->denied == r && r->uri_changes + 1U == verdict->denied_uri_changes &&
	       (verdict->denied_status == 0 ||
		       r->err_status == (ngx_uint_t)verdict->denied_status) &&
	       conf->plain && clcf->handler == NULL;
}

/* Of the place that denies: a name with variables may be one that the client chooses. */
static ngx_uint_t has_variable_page(ngx_http_request_t *r)
{
	const ngx_http_core_loc_conf_t *clcf =
		ngx_http_get_module_loc_conf(r, ngx_http_core_module);
	const ngx_http_err_page_t *pages = clcf->error_pages ? clcf->error_pages->elts : NULL;

	for (ngx_uint_t i = 0; pages != NULL && i < clcf->error_pages->nelts; i++) {
		if (pages[i].value.lengths != NULL) {
			return 1;
		}
	}
	return 0;
}

void ngx_http_doorward_denied(
	ngx_http_request_t *r, ngx_http_doorward_verdict_t *verdict, ngx_int_t status)
{
	/* Whatever a request does that already is the page of an error, has this status, too. */
	ngx_uint_t is_unclear = status != 0 && r->err_status == (ngx_uint_t)status;

	verdict->denied = is_unclear || has_variable_page(r) ? NULL : r;
	verdict->denied_uri_changes = r->uri_changes;
	verdict->denied_status = status;
}

/*
 * NGX_OK: the request may go on; NGX_DONE: it is suspended; else the status to respond with, which
 * is final, or one of several rules of `satisfy any`.
 */
static ngx_int_t check(
	ngx_http_request_t *r, ngx_http_doorward_loc_conf_t *conf, ngx_uint_t is_final)
{
	ngx_http_doorward_verdict_t *verdict = NULL;
	ngx_int_t rc = ngx_http_doorward_decide(r, conf, &verdict);

	if (rc == NGX_DONE) {
		return NGX_DONE;
	}
	if (rc != NGX_OK) {
		return (ngx_int_t)conf->on_error;
	}
	ngx_http_doorward_verdict_use(r, verdict);
	if (conf->headers && ngx_http_doorward_headers_replace(r, verdict) != NGX_OK) {
		return (ngx_int_t)conf->on_error;
	}
	if (verdict->status == NGX_HTTP_OK || ngx_http_doorward_is_error_page(r, conf, verdict)) {
		return NGX_OK;
	}
	rc = (ngx_int_t)verdict->status;
	if (!is_final && rc != NGX_HTTP_UNAUTHORIZED) {
		/* Any other status would be final, whatever else allows. */
		rc = NGX_HTTP_FORBIDDEN;
	}
	ngx_http_doorward_denied(r, verdict, is_final ? 0 : rc);
	return rc;
}

static ngx_http_doorward_loc_conf_t *conf_of(ngx_http_request_t *r)
{
	return ngx_http_get_module_loc_conf(r, ngx_http_doorward_module);
}

ngx_int_t ngx_http_doorward_server_rewrite_handler(ngx_http_request_t *r)
{
	ngx_http_doorward_loc_conf_t *conf = conf_of(r);
	ngx_int_t rc;

	if (!conf->early) {
		return NGX_DECLINED;
	}
	rc = check(r, conf, 1);
	return rc == NGX_OK ? NGX_DECLINED : rc;
}

ngx_int_t ngx_http_doorward_rewrite_handler(ngx_http_request_t *r)
{
	ngx_http_core_srv_conf_t *cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);
	ngx_http_doorward_loc_conf_t *conf = conf_of(r);
	ngx_int_t rc;

	if (r->loc_conf == cscf->ctx->loc_conf) {
		r->loc_conf = conf->no_location;
	}
	/* A subrequest does not reach the access phase. */
	if (conf->policy == NULL || (conf->access && r == r->main)) {
		return conf->headers && ngx_http_doorward_headers_replace(r, NULL) != NGX_OK
			       ? (ngx_int_t)conf->on_error
			       : NGX_DECLINED;
	}
	rc = check(r, conf, 1);
	return rc == NGX_OK ? NGX_DECLINED : rc;
}

ngx_int_t ngx_http_doorward_access_handler(ngx_http_request_t *r)
{
	ngx_http_doorward_loc_conf_t *conf = conf_of(r);

	return conf->policy != NULL && conf->access ? check(r, conf, 0) : NGX_DECLINED;
}
