/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward_rdns.h"

/*
 * Where names are looked up and rules checked: before the codes of a location. Only these know what
 * `rdns` in an `if` says. Then they run first, up to the code of that `rdns`, to one that responds,
 * or to their end; the phase begins again with the mode that is now known, and they run once more.
 */

/* Of a request, or a subrequest. */
typedef struct {
	ngx_http_request_t *request;
	ngx_uint_t server_mode; /* what an `if` of the server said */
	ngx_uint_t location_mode;
	/* Of the client's request: the last answer, also to a subrequest; NULL: none yet. */
	ngx_http_doorward_verdict_t *verdict;
	ngx_array_t *denied_by; /* the list that denied last */
	unsigned decided : 1;   /* the mode is known */
	unsigned responds : 1;  /* a code of the server wants to respond: its rules count */
	unsigned suspended : 1; /* the handler is called again */
	unsigned again : 1;     /* the phase begins again */
	/* The request when the phase began. */
	ngx_int_t handler;
	void **loc_conf;
	ngx_str_t uri;
	ngx_str_t args;
	unsigned uri_changed : 1;
	unsigned internal : 1;
	unsigned valid_location : 1;
	unsigned valid_unparsed_uri : 1;
} state_t;

static void state_cleanup(void *data)
{
	(void)data;
}

static state_t *state_find(ngx_http_request_t *r)
{
	for (ngx_pool_cleanup_t *cln = r->main->pool->cleanup; cln != NULL; cln = cln->next) {
		if (cln->handler == state_cleanup && ((state_t *)cln->data)->request == r) {
			return cln->data;
		}
	}
	return NULL;
}

static state_t *state_get(ngx_http_request_t *r)
{
	state_t *state = state_find(r);
	ngx_pool_cleanup_t *cln;

	if (state != NULL) {
		return state;
	}
	cln = ngx_pool_cleanup_add(r->main->pool, sizeof(*state));
	if (cln == NULL) {
		return NULL;
	}
	cln->handler = state_cleanup;
	state = cln->data;
	ngx_memzero(state, sizeof(*state));
	state->request = r;
	return state;
}

static ngx_http_doorward_loc_conf_t *conf_of(ngx_http_request_t *r)
{
	return ngx_http_get_module_loc_conf(r, ngx_http_doorward_module);
}

static ngx_uint_t mode_of(const state_t *state, const ngx_http_doorward_rdns_conf_t *rdns)
{
	if (state != NULL && state->location_mode != NGX_HTTP_DOORWARD_RDNS_UNSET) {
		return state->location_mode;
	}
	if (state != NULL && state->server_mode != NGX_HTTP_DOORWARD_RDNS_UNSET) {
		return state->server_mode;
	}
	return rdns->mode;
}

/* Keeps an answer for $rdns_hostname. NGX_ERROR: no memory. */
static ngx_int_t keep_verdict(ngx_http_request_t *r, ngx_http_doorward_verdict_t *verdict)
{
	state_t *state = state_get(r->main);

	if (state == NULL) {
		return NGX_ERROR;
	}
	state->verdict = verdict;
	return NGX_OK;
}

/* A handler that begins a phase: notes the request as it is, unless it is called again. */
static ngx_uint_t is_new(ngx_http_request_t *r, state_t *state)
{
	ngx_uint_t again = (state->again || state->suspended) && r->phase_handler == state->handler;

	state->again = 0;
	state->suspended = 0;
	if (again) {
		return 0;
	}
	state->location_mode = NGX_HTTP_DOORWARD_RDNS_UNSET;
	state->decided = 0;
	state->responds = 0;
	state->handler = r->phase_handler;
	state->loc_conf = r->loc_conf;
	state->uri = r->uri;
	state->args = r->args;
	state->uri_changed = r->uri_changed;
	state->internal = r->internal;
	state->valid_location = r->valid_location;
	state->valid_unparsed_uri = r->valid_unparsed_uri;
	return 1;
}

/* With NGX_DECLINED, the next handler of the request is the first of the phase. */
static void begin_again(ngx_http_request_t *r, state_t *state)
{
	state->again = 1;
	r->phase_handler = state->handler - 1;
	r->uri = state->uri;
	r->args = state->args;
	r->uri_changed = state->uri_changed;
	r->internal = state->internal;
	r->valid_location = state->valid_location;
	r->valid_unparsed_uri = state->valid_unparsed_uri;
	ngx_http_set_exten(r);
	if (r->loc_conf != state->loc_conf) {
		r->loc_conf = state->loc_conf;
		r->content_handler = NULL;
		ngx_http_update_location_config(r);
	}
}

static void name_of(const ngx_http_doorward_verdict_t *verdict, ngx_str_t *name)
{
	*name = verdict->fields[NGX_HTTP_DOORWARD_HOSTNAME];
	if (name->len == 0) {
		ngx_str_set(name, "not found");
	}
}

/* NGX_OK: a rule allows; NGX_DECLINED: none decides; else the status of a denial. */
static ngx_int_t judge(ngx_http_request_t *r, const ngx_http_doorward_rdns_conf_t *rdns,
	const ngx_http_doorward_verdict_t *verdict)
{
	ngx_http_doorward_rdns_rule_t *rule = rdns->rules != NULL ? rdns->rules->elts : NULL;
	ngx_str_t name;

	name_of(verdict, &name);
	for (ngx_uint_t i = 0; rule != NULL && i < rdns->rules->nelts; i++) {
		ngx_int_t rc = ngx_regex_exec(rule[i].regex, &name, NULL, 0);

		if (rc == NGX_REGEX_NO_MATCHED) {
			continue;
		}
		if (rc < 0) {
			ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
				ngx_regex_exec_n " failed: %i on \"%V\" using \"%V\"", rc, &name,
				&rule[i].pattern);
			return NGX_HTTP_FORBIDDEN;
		}
		if (rule[i].deny) {
			ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
				"access forbidden by \"rdns_deny %V\": %V", &rule[i].pattern,
				&name);
			return NGX_HTTP_FORBIDDEN;
		}
		return NGX_OK;
	}
	return NGX_DECLINED;
}

/*
 * Looks up the name, and checks the rules if they count here. NGX_OK or NGX_DECLINED: the request
 * may go on; NGX_DONE: it is suspended; else the status to respond with.
 */
static ngx_int_t settle(ngx_http_request_t *r, state_t *state,
	const ngx_http_doorward_rdns_conf_t *rdns, ngx_uint_t rules, ngx_uint_t is_final)
{
	ngx_uint_t mode = mode_of(state, rdns);
	ngx_http_doorward_verdict_t *verdict = NULL;
	ngx_int_t rc;

	if (mode <= NGX_HTTP_DOORWARD_RDNS_OFF) {
		return NGX_DECLINED;
	}
	rc = ngx_http_doorward_decide(r, rdns->lookups[mode], &verdict);
	state->suspended = rc == NGX_DONE;
	if (state->suspended) {
		return NGX_DONE;
	}
	if (rc != NGX_OK || keep_verdict(r, verdict) != NGX_OK) {
		return (ngx_int_t)rdns->lookups[mode]->on_error;
	}
	if (verdict->status != NGX_HTTP_OK) {
		ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
			"doorward does not tell the client's name: %V",
			&verdict->fields[NGX_HTTP_DOORWARD_REASON]);
		ngx_http_doorward_verdict_use(r, verdict);
		rc = (ngx_int_t)rdns->lookups[mode]->on_error;
	} else {
		rc = rules ? judge(r, rdns, verdict) : NGX_DECLINED;
	}
	if (rc == NGX_OK || rc == NGX_DECLINED ||
		(state->denied_by == rdns->rules &&
			ngx_http_doorward_is_error_page(r, rdns->lookups[mode], verdict))) {
		return rc == NGX_OK ? NGX_OK : NGX_DECLINED;
	}
	state->denied_by = rdns->rules;
	ngx_http_doorward_denied(r, verdict, is_final ? 0 : rc);
	return rc;
}

/* In the rewrite phases, going on has one return code. */
static ngx_int_t declined(ngx_int_t rc)
{
	return rc == NGX_OK ? NGX_DECLINED : rc;
}

ngx_int_t ngx_http_doorward_rdns_server_handler(ngx_http_request_t *r)
{
	ngx_http_doorward_rdns_conf_t *rdns = conf_of(r)->rdns;
	state_t *state = rdns->codes ? state_get(r) : state_find(r);

	if (state == NULL) {
		return rdns->codes ? NGX_HTTP_INTERNAL_SERVER_ERROR : NGX_DECLINED;
	}
	if (is_new(r, state)) {
		state->server_mode = NGX_HTTP_DOORWARD_RDNS_UNSET;
		state->decided = rdns->reads_name && !rdns->conditional;
	}
	return state->decided ? declined(settle(r, state, rdns, state->responds, 1)) : NGX_DECLINED;
}

ngx_int_t ngx_http_doorward_rdns_location_handler(ngx_http_request_t *r)
{
	ngx_http_doorward_rdns_conf_t *rdns = conf_of(r)->rdns;
	ngx_uint_t needed = rdns->conditional || rdns->mode > NGX_HTTP_DOORWARD_RDNS_OFF;
	state_t *state = needed ? state_get(r) : state_find(r);

	if (state == NULL) {
		return needed ? NGX_HTTP_INTERNAL_SERVER_ERROR : NGX_DECLINED;
	}
	if (is_new(r, state)) {
		state->decided = !rdns->conditional;
	}
	/* A subrequest does not reach the access phase. */
	return state->decided ? declined(settle(r, state, rdns, !rdns->access || r != r->main, 1))
			      : NGX_DECLINED;
}

ngx_int_t ngx_http_doorward_rdns_last_handler(ngx_http_request_t *r)
{
	state_t *state = state_find(r);

	if (state == NULL || state->decided) {
		return NGX_DECLINED;
	}
	state->decided = 1;
	if (mode_of(state, conf_of(r)->rdns) > NGX_HTTP_DOORWARD_RDNS_OFF) {
		begin_again(r, state);
	}
	return NGX_DECLINED;
}

ngx_int_t ngx_http_doorward_rdns_access_handler(ngx_http_request_t *r)
{
	ngx_http_doorward_rdns_conf_t *rdns = conf_of(r)->rdns;
	state_t *state = state_find(r);

	return state != NULL && rdns->access ? settle(r, state, rdns, 1, 0) : NGX_DECLINED;
}

/* Codes. */

static void leave_codes(ngx_http_script_engine_t *e, state_t *state)
{
	static uintptr_t end = 0;

	begin_again(e->request, state);
	e->ip = (u_char *)&end;
	e->status = NGX_DECLINED;
}

static ngx_uint_t is_in_server(ngx_http_request_t *r)
{
	ngx_http_core_main_conf_t *cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);

	return (ngx_uint_t)r->phase_handler < cmcf->phase_engine.location_rewrite_index;
}

/* The first `if` that switches it on decides; one that switches it off is overruled by such. */
void ngx_http_doorward_rdns_code(ngx_http_script_engine_t *e)
{
	ngx_http_doorward_rdns_code_t *code = (void *)e->ip;
	state_t *state = state_find(e->request);

	e->ip += sizeof(*code);
	if (state == NULL || state->decided) {
		return;
	}
	if (is_in_server(e->request)) {
		state->server_mode = code->mode;
	} else {
		state->location_mode = code->mode;
	}
	if (code->mode > NGX_HTTP_DOORWARD_RDNS_OFF) {
		state->decided = 1;
		leave_codes(e, state);
	}
}

/* Whether the code that responds runs later, after the rules have been checked. */
static ngx_uint_t is_put_off(ngx_http_script_engine_t *e)
{
	ngx_http_request_t *r = e->request;
	state_t *state = state_find(r);

	if (state == NULL || mode_of(state, conf_of(r)->rdns) <= NGX_HTTP_DOORWARD_RDNS_OFF ||
		(is_in_server(r) ? state->responds : state->decided)) {
		return 0;
	}
	state->decided = 1;
	state->responds = 1;
	leave_codes(e, state);
	return 1;
}

void ngx_http_doorward_rdns_return_code(ngx_http_script_engine_t *e)
{
	if (!is_put_off(e)) {
		ngx_http_script_return_code(e);
	}
}

void ngx_http_doorward_rdns_regex_end_code(ngx_http_script_engine_t *e)
{
	ngx_http_script_regex_end_code_t *code = (void *)e->ip;

	if (!code->redirect || !is_put_off(e)) {
		ngx_http_script_regex_end_code(e);
	}
}

/* $rdns_hostname */

static ngx_int_t get_hostname(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
	state_t *state = state_find(r->main);
	ngx_str_t name = ngx_string("-");

	if (state != NULL && state->verdict != NULL) {
		name_of(state->verdict, &name);
	}
	v->data = name.data;
	v->len = name.len;
	v->valid = 1;
	v->no_cacheable = 0;
	v->not_found = 0;
	return NGX_OK;
}

ngx_int_t ngx_http_doorward_rdns_add_variable(ngx_conf_t *cf)
{
	static ngx_str_t name = ngx_string("rdns_hostname");
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_doorward_module);
	/* A `map` or a `set` may define it. */
	ngx_http_variable_t *variable = ngx_http_add_variable(
		cf, &name, NGX_HTTP_VAR_CHANGEABLE | NGX_HTTP_VAR_NOCACHEABLE);

	if (variable == NULL) {
		return NGX_ERROR;
	}
	variable->get_handler = get_hostname;
	dmcf->rdns_hostname = ngx_http_get_variable_index(cf, &name);
	return dmcf->rdns_hostname == NGX_ERROR ? NGX_ERROR : NGX_OK;
}
