/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward_rdns.h"

/* No header of nginx's declares them. */
extern ngx_module_t ngx_http_rewrite_module;
extern ngx_module_t ngx_http_try_files_module;

#define DEFAULT_SERVER "unix:/run/doorward/doorward.sock"
#define DEFAULT_TIMEOUT 5000 /* ms */

static char *set_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *set_server(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *set_param(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *set_headers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

static ngx_conf_enum_t on_error_values[] = {
	{ngx_string("503"), NGX_HTTP_SERVICE_UNAVAILABLE},
	{ngx_string("403"), NGX_HTTP_FORBIDDEN},
	{ngx_null_string, 0},
};

#define EVERYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF)

static ngx_command_t commands[] = {
	{ngx_string("doorward"), EVERYWHERE | NGX_CONF_TAKE1, set_policy, NGX_HTTP_LOC_CONF_OFFSET,
		0, NULL},
	{ngx_string("doorward_server"), EVERYWHERE | NGX_CONF_1MORE, set_server,
		NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
	{ngx_string("doorward_zone"), EVERYWHERE | NGX_CONF_TAKE1, set_zone,
		NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
	{ngx_string("doorward_timeout"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_msec_slot,
		NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_doorward_loc_conf_t, timeout), NULL},
	{ngx_string("doorward_certificate"), EVERYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
		NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_doorward_loc_conf_t, certificate),
		NULL},
	{ngx_string("doorward_headers"), EVERYWHERE | NGX_CONF_FLAG, set_headers,
		NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_doorward_loc_conf_t, headers), NULL},
	{ngx_string("doorward_param"), EVERYWHERE | NGX_CONF_TAKE2, set_param,
		NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
	{ngx_string("doorward_on_error"), EVERYWHERE | NGX_CONF_TAKE1, ngx_conf_set_enum_slot,
		NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_doorward_loc_conf_t, on_error),
		&on_error_values},
	{ngx_string("rdns"), NGX_HTTP_DOORWARD_RDNS_ANYWHERE | NGX_CONF_TAKE1,
		ngx_http_doorward_rdns_set, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
	{ngx_string("rdns_allow"), EVERYWHERE | NGX_CONF_TAKE1, ngx_http_doorward_rdns_set_rule,
		NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
	{ngx_string("rdns_deny"), EVERYWHERE | NGX_CONF_TAKE1, ngx_http_doorward_rdns_set_rule,
		NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
	ngx_null_command,
};

static ngx_int_t value_compile(ngx_conf_t *cf, ngx_str_t *text, ngx_http_complex_value_t *value)
{
	ngx_http_compile_complex_value_t ccv;

	ngx_memzero(&ccv, sizeof(ccv));
	ccv.cf = cf;
	ccv.value = text;
	ccv.complex_value = value;
	return ngx_http_compile_complex_value(&ccv);
}

static char *set_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	ngx_http_doorward_loc_conf_t *dlcf = conf;
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_doorward_module);
	ngx_str_t *args = cf->args->elts;

	if (dlcf->policy != NGX_CONF_UNSET_PTR) {
		return "is duplicate";
	}
	if (ngx_strcmp(args[1].data, "off") == 0) {
		dlcf->policy = NULL;
		return NGX_CONF_OK;
	}
	if (args[1].len == 0) {
		return "needs the name of a policy";
	}
	dlcf->policy = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
	if (dlcf->policy == NULL || value_compile(cf, &args[1], dlcf->policy) != NGX_OK) {
		return NGX_CONF_ERROR;
	}
	dmcf->used = 1;
	return NGX_CONF_OK;
}

static char *set_server(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	ngx_http_doorward_loc_conf_t *dlcf = conf;
	ngx_str_t *args = cf->args->elts;

	if (dlcf->server != NGX_CONF_UNSET_PTR) {
		return "is duplicate";
	}
	dlcf->server = ngx_http_doorward_server_add(cf, args + 1, cf->args->nelts - 1);
	return dlcf->server != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}

/* NAME:SIZE makes the zone, of which there is one. */
static char *set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	ngx_http_doorward_loc_conf_t *dlcf = conf;
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_doorward_module);
	ngx_str_t *args = cf->args->elts;
	u_char *colon = (u_char *)ngx_strchr(args[1].data, ':');
	ngx_str_t size, name;
	ssize_t bytes;

	if (dlcf->keep != NGX_CONF_UNSET) {
		return "is duplicate";
	}
	dlcf->keep = ngx_strcmp(args[1].data, "off") != 0;
	if (!dlcf->keep) {
		return NGX_CONF_OK;
	}
	if (colon == NULL) {
		return "needs NAME:SIZE, or off";
	}
	name.data = args[1].data;
	name.len = (size_t)(colon - name.data);
	size.data = colon + 1;
	size.len = args[1].len - name.len - 1;
	bytes = ngx_parse_size(&size);
	if (name.len == 0 || bytes == NGX_ERROR) {
		return "needs NAME:SIZE, or off";
	}
	if (dmcf->zone != NULL) {
		return "is defined a second time: there is one zone";
	}
	dmcf->zone = ngx_http_doorward_zone_add(cf, &name, (size_t)bytes);
	return dmcf->zone != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}

/* What doorward is asked, and whether it is asked about a request at all, is not for a parameter.
 */
static ngx_uint_t is_reserved(const ngx_str_t *name)
{
	static const ngx_str_t prefix = ngx_string("DOORWARD_");
	static const ngx_str_t trust = ngx_string("DOORWARD_TRUST_HEADERS");

	return name->len >= prefix.len && ngx_memcmp(name->data, prefix.data, prefix.len) == 0 &&
	       (name->len != trust.len || ngx_memcmp(name->data, trust.data, trust.len) != 0);
}

static char *set_param(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	ngx_http_doorward_loc_conf_t *dlcf = conf;
	ngx_str_t *args = cf->args->elts;
	ngx_http_doorward_param_t *param;

	if (args[1].len == 0) {
		return "needs a name";
	}
	if (is_reserved(&args[1])) {
		return "cannot set this parameter";
	}
	if (dlcf->params == NGX_CONF_UNSET_PTR) {
		dlcf->params = ngx_array_create(cf->pool, 4, sizeof(ngx_http_doorward_param_t));
		if (dlcf->params == NULL) {
			return NGX_CONF_ERROR;
		}
	}
	param = dlcf->params->elts;
	for (ngx_uint_t i = 0; i < dlcf->params->nelts; i++) {
		if (param[i].name.len == args[1].len &&
			ngx_memcmp(param[i].name.data, args[1].data, args[1].len) == 0) {
			return "is duplicate";
		}
	}
	param = ngx_array_push(dlcf->params);
	if (param == NULL) {
		return NGX_CONF_ERROR;
	}
	param->name = args[1];
	return value_compile(cf, &args[2], &param->value) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

/* What a client sends is removed also where no policy is. */
static char *set_headers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_doorward_module);

	dmcf->used = 1;
	return ngx_conf_set_flag_slot(cf, cmd, conf);
}

static void *create_main_conf(ngx_conf_t *cf)
{
	ngx_http_doorward_main_conf_t *dmcf = ngx_pcalloc(cf->pool, sizeof(*dmcf));

	if (dmcf == NULL || ngx_array_init(&dmcf->servers, cf->pool, 2,
				    sizeof(ngx_http_doorward_server_t *)) != NGX_OK) {
		return NULL;
	}
	return dmcf;
}

static void *create_loc_conf(ngx_conf_t *cf)
{
	ngx_http_doorward_loc_conf_t *dlcf = ngx_pcalloc(cf->pool, sizeof(*dlcf));

	if (dlcf == NULL || (dlcf->rdns = ngx_http_doorward_rdns_create(cf)) == NULL) {
		return NULL;
	}
	dlcf->policy = NGX_CONF_UNSET_PTR;
	dlcf->server = NGX_CONF_UNSET_PTR;
	dlcf->params = NGX_CONF_UNSET_PTR;
	dlcf->timeout = NGX_CONF_UNSET_MSEC;
	dlcf->on_error = NGX_CONF_UNSET_UINT;
	dlcf->keep = NGX_CONF_UNSET;
	dlcf->certificate = NGX_CONF_UNSET;
	dlcf->headers = NGX_CONF_UNSET;
	return dlcf;
}

/* Puts each parameter where it belongs. */
static ngx_int_t sort_params(ngx_conf_t *cf, ngx_http_doorward_loc_conf_t *dlcf)
{
	ngx_http_doorward_param_t *params = dlcf->params != NULL ? dlcf->params->elts : NULL;

	for (ngx_uint_t i = 0; params != NULL && i < dlcf->params->nelts; i++) {
		ngx_http_doorward_param_t *added;
		ngx_uint_t input = 0;

		while (input < NGX_HTTP_DOORWARD_INPUTS &&
			(params[i].name.len != ngx_http_doorward_input_names[input].len ||
				ngx_memcmp(params[i].name.data,
					ngx_http_doorward_input_names[input].data,
					params[i].name.len) != 0)) {
			input++;
		}
		if (input < NGX_HTTP_DOORWARD_INPUTS) {
			dlcf->replaced[input] = &params[i].value;
			continue;
		}
		if (dlcf->added == NULL) {
			dlcf->added =
				ngx_array_create(cf->pool, 4, sizeof(ngx_http_doorward_param_t));
		}
		added = dlcf->added != NULL ? ngx_array_push(dlcf->added) : NULL;
		if (added == NULL) {
			return NGX_ERROR;
		}
		*added = params[i];
	}
	return NGX_OK;
}

/*
 * Whether a code is a directive that lets a request go another way: a response that is not an
 * error, or a rewrite; at the level of a server only a rewrite that responds, since the location
 * that it leads to decides for itself.
 */
static ngx_uint_t is_way_out(const uintptr_t *code, ngx_uint_t of_server)
{
	if (*code == (uintptr_t)ngx_http_script_return_code ||
		*code == (uintptr_t)ngx_http_doorward_rdns_return_code) {
		const ngx_http_script_return_code_t *ret = (const void *)code;

		return ret->status < NGX_HTTP_BAD_REQUEST;
	}
#if (NGX_PCRE)
	if (*code == (uintptr_t)ngx_http_script_regex_end_code ||
		*code == (uintptr_t)ngx_http_doorward_rdns_regex_end_code) {
		const ngx_http_script_regex_end_code_t *end = (const void *)code;

		return !of_server || end->redirect;
	}
#endif
	return 0;
}

/* The first member of the rewrite module's configuration, as ngx_http_script.h knows it. */
static ngx_array_t **codes_of(void **loc_conf)
{
	return loc_conf[ngx_http_rewrite_module.ctx_index];
}

ngx_array_t **ngx_http_doorward_codes(ngx_conf_t *cf)
{
	return codes_of(((ngx_http_conf_ctx_t *)cf->ctx)->loc_conf);
}

static ngx_uint_t has_way_out(ngx_array_t *codes, ngx_uint_t of_server)
{
	size_t words = codes != NULL ? codes->nelts * codes->size / sizeof(uintptr_t) : 0;

	for (size_t i = 0; i < words; i++) {
		if (is_way_out((uintptr_t *)codes->elts + i, of_server)) {
			return 1;
		}
	}
	return 0;
}

ngx_uint_t ngx_http_doorward_has_way_out(ngx_conf_t *cf, ngx_uint_t of_server)
{
	return has_way_out(*ngx_http_doorward_codes(cf), of_server);
}

/*
 * Whether a request in this location gets the file of its URI, and no other: then the location can
 * show an error page. With any of these, what it gets could depend on the URI that was denied.
 */
static ngx_uint_t is_plain(void **loc_conf, void **server_loc_conf)
{
	ngx_http_core_loc_conf_t *clcf = loc_conf[ngx_http_core_module.ctx_index];
	void **try_files = loc_conf[ngx_http_try_files_module.ctx_index];

	return clcf->root_lengths == NULL && !clcf->named && *try_files == NULL &&
	       *codes_of(loc_conf) == NULL && !has_way_out(*codes_of(server_loc_conf), 0);
}

static ngx_int_t place(ngx_conf_t *cf, ngx_http_doorward_loc_conf_t *dlcf, ngx_uint_t own)
{
	ngx_http_core_loc_conf_t *clcf =
		ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
	ngx_http_core_srv_conf_t *cscf =
		ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);
	ngx_uint_t of_server =
		cscf->ctx->loc_conf[ngx_http_doorward_module.ctx_index] == (void *)dlcf;
	void **loc_conf = ((ngx_http_conf_ctx_t *)cf->ctx)->loc_conf;

	dlcf->plain = is_plain(loc_conf, cscf->ctx->loc_conf);
	if (dlcf->policy == NULL) {
		return NGX_OK;
	}
	dlcf->access = clcf->satisfy == NGX_HTTP_SATISFY_ANY;
	if (!ngx_http_doorward_has_way_out(cf, of_server) || (of_server && !own)) {
		return NGX_OK;
	}
	if (dlcf->access) {
		ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
			"\"satisfy any\" decides after \"return\" and \"rewrite\", which would let "
			"requests bypass \"doorward\" in %s \"%V\": use \"doorward off\" or "
			"\"satisfy all\" there",
			of_server ? "server" : "location",
			of_server ? &cscf->server_name : &clcf->name);
		return NGX_ERROR;
	}
	dlcf->early = of_server;
	return NGX_OK;
}

/*
 * The rewrite module knows a request that is in no location by the first handler of the rewrite
 * phase, which it no longer is. So such a request gets a location that has no codes.
 */
static ngx_int_t make_no_location(
	ngx_conf_t *cf, ngx_http_conf_ctx_t *server, ngx_http_doorward_loc_conf_t *conf)
{
	ngx_http_module_t *rewrite = ngx_http_rewrite_module.ctx;
	ngx_uint_t index = ngx_http_rewrite_module.ctx_index;
	void **all = ngx_palloc(cf->pool, sizeof(void *) * ngx_http_max_module);
	void *own = rewrite->create_loc_conf(cf);

	if (all == NULL || own == NULL ||
		rewrite->merge_loc_conf(cf, server->loc_conf[index], own) != NGX_CONF_OK) {
		return NGX_ERROR;
	}
	ngx_memcpy(all, server->loc_conf, sizeof(void *) * ngx_http_max_module);
	all[index] = own;
	conf->no_location = all;
	return NGX_OK;
}

static char *merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
	static ngx_str_t default_server = ngx_string(DEFAULT_SERVER);
	ngx_http_doorward_loc_conf_t *prev = parent;
	ngx_http_doorward_loc_conf_t *conf = child;
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_doorward_module);
	ngx_http_core_srv_conf_t *cscf =
		ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);
	ngx_uint_t own = conf->policy != NGX_CONF_UNSET_PTR;

	if (dmcf->used && cscf->ctx->loc_conf[ngx_http_doorward_module.ctx_index] == child &&
		make_no_location(cf, cscf->ctx, conf) != NGX_OK) {
		return NGX_CONF_ERROR;
	}
	ngx_conf_merge_ptr_value(conf->policy, prev->policy, NULL);
	ngx_conf_merge_ptr_value(conf->server, prev->server, NULL);
	ngx_conf_merge_ptr_value(conf->params, prev->params, NULL);
	ngx_conf_merge_msec_value(conf->timeout, prev->timeout, DEFAULT_TIMEOUT);
	ngx_conf_merge_uint_value(conf->on_error, prev->on_error, NGX_HTTP_SERVICE_UNAVAILABLE);
	ngx_conf_merge_value(conf->keep, prev->keep, 0);
	ngx_conf_merge_value(conf->certificate, prev->certificate, 1);
	ngx_conf_merge_value(conf->headers, prev->headers, 0);
	if (dmcf->used && conf->server == NULL) {
		conf->server = ngx_http_doorward_server_add(cf, &default_server, 1);
		if (conf->server == NULL) {
			return NGX_CONF_ERROR;
		}
	}
	if (sort_params(cf, conf) != NGX_OK || place(cf, conf, own) != NGX_OK ||
		ngx_http_doorward_rdns_merge(cf, prev, conf) != NGX_OK) {
		return NGX_CONF_ERROR;
	}
	return NGX_CONF_OK;
}

ngx_int_t ngx_http_doorward_random(ngx_log_t *log, void *out, size_t len)
{
	ngx_fd_t fd = ngx_open_file("/dev/urandom", NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
	ssize_t n = fd != NGX_INVALID_FILE ? ngx_read_fd(fd, out, len) : -1;

	if (n != (ssize_t)len) {
		ngx_log_error(
			NGX_LOG_EMERG, log, ngx_errno, "doorward: /dev/urandom cannot be read");
	}
	if (fd != NGX_INVALID_FILE) {
		ngx_close_file(fd);
	}
	return n == (ssize_t)len ? NGX_OK : NGX_ERROR;
}

static ngx_int_t add_handler(
	ngx_http_core_main_conf_t *cmcf, ngx_http_phases phase, ngx_http_handler_pt handler)
{
	ngx_http_handler_pt *place = ngx_array_push(&cmcf->phases[phase].handlers);

	if (place == NULL) {
		return NGX_ERROR;
	}
	*place = handler;
	return NGX_OK;
}

static ngx_int_t preconfiguration(ngx_conf_t *cf)
{
	return ngx_http_doorward_add_variables(cf) == NGX_OK
		       ? ngx_http_doorward_rdns_add_variable(cf)
		       : NGX_ERROR;
}

static ngx_int_t postconfiguration(ngx_conf_t *cf)
{
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_doorward_module);
	ngx_http_core_main_conf_t *cmcf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

	if (!dmcf->used) {
		return NGX_OK;
	}
	if (ngx_http_doorward_random(cf->log, &dmcf->secret, sizeof(dmcf->secret)) != NGX_OK ||
		ngx_http_doorward_rdns_init(cf) != NGX_OK ||
		add_handler(cmcf, NGX_HTTP_SERVER_REWRITE_PHASE,
			ngx_http_doorward_server_rewrite_handler) != NGX_OK ||
		add_handler(cmcf, NGX_HTTP_REWRITE_PHASE, ngx_http_doorward_rewrite_handler) !=
			NGX_OK ||
		add_handler(cmcf, NGX_HTTP_ACCESS_PHASE, ngx_http_doorward_access_handler) !=
			NGX_OK) {
		return NGX_ERROR;
	}
	return NGX_OK;
}

static ngx_int_t init_process(ngx_cycle_t *cycle)
{
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_cycle_get_module_main_conf(cycle, ngx_http_doorward_module);
	ngx_http_doorward_server_t **servers = dmcf != NULL ? dmcf->servers.elts : NULL;

	if (dmcf == NULL || dmcf->zone == NULL ||
		(ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)) {
		return NGX_OK;
	}
	for (ngx_uint_t i = 0; i < dmcf->servers.nelts; i++) {
		ngx_http_doorward_server_poll(servers[i], dmcf);
	}
	return NGX_OK;
}

static void exit_process(ngx_cycle_t *cycle)
{
	ngx_http_doorward_main_conf_t *dmcf =
		ngx_http_cycle_get_module_main_conf(cycle, ngx_http_doorward_module);
	ngx_http_doorward_server_t **servers = dmcf != NULL ? dmcf->servers.elts : NULL;

	for (ngx_uint_t i = 0; servers != NULL && i < dmcf->servers.nelts; i++) {
		ngx_http_doorward_server_close(servers[i]);
	}
}

static ngx_http_module_t module_context = {
	preconfiguration,
	postconfiguration,
	create_main_conf,
	NULL,
	NULL,
	NULL,
	create_loc_conf,
	merge_loc_conf,
};

ngx_module_t ngx_http_doorward_module = {
	NGX_MODULE_V1,
	&module_context,
	commands,
	NGX_HTTP_MODULE,
	NULL,
	NULL,
	init_process,
	NULL,
	NULL,
	exit_process,
	NULL,
	NGX_MODULE_V1_PADDING,
};
