/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward_rdns.h"

/* The configuration of rdns directives. */

static ngx_http_doorward_main_conf_t *main_conf(ngx_conf_t *cf)
{
	return ngx_http_conf_get_module_main_conf(cf, ngx_http_doorward_module);
}

/* In an `if`, a code among those of the rewrite module, which are the parent's meanwhile. */
static char *add_code(ngx_conf_t *cf, ngx_uint_t mode)
{
	ngx_http_doorward_rdns_code_t *code = ngx_http_script_start_code(
		cf->pool, ngx_http_doorward_codes(cf), sizeof(ngx_http_doorward_rdns_code_t));

	if (code == NULL) {
		return NGX_CONF_ERROR;
	}
	code->code = ngx_http_doorward_rdns_code;
	code->mode = mode;
	return NGX_CONF_OK;
}

char *ngx_http_doorward_rdns_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	static const char *const words[] = {
		[NGX_HTTP_DOORWARD_RDNS_OFF] = "off",
		[NGX_HTTP_DOORWARD_RDNS_SINGLE] = "on",
		[NGX_HTTP_DOORWARD_RDNS_DOUBLE] = "double",
	};
	ngx_http_doorward_loc_conf_t *dlcf = conf;
	ngx_str_t *args = cf->args->elts;
	ngx_uint_t mode = NGX_HTTP_DOORWARD_RDNS_OFF;

	while (mode < NGX_HTTP_DOORWARD_RDNS_MODES &&
		ngx_strcasecmp(args[1].data, (u_char *)words[mode]) != 0) {
		mode++;
	}
	if (mode == NGX_HTTP_DOORWARD_RDNS_MODES) {
		return "needs on, off or double";
	}
	main_conf(cf)->rdns = 1;
	main_conf(cf)->used = 1;
	if (cf->cmd_type & (NGX_HTTP_SIF_CONF | NGX_HTTP_LIF_CONF)) {
		return add_code(cf, mode);
	}
	dlcf->rdns->mode = mode;
	return NGX_CONF_OK;
}

static ngx_uint_t matches_nameless(const ngx_http_doorward_rdns_rule_t *rule)
{
	ngx_str_t nameless = ngx_string("not found");

	return ngx_regex_exec(rule->regex, &nameless, NULL, 0) >= 0;
}

/* A name that someone else can have: what -t says of rules by name, unless they are about none. */
static void warn_of_pattern(ngx_conf_t *cf, const ngx_http_doorward_rdns_rule_t *rule)
{
	const ngx_str_t *p = &rule->pattern;

	if (rule->deny || matches_nameless(rule)) {
		return;
	}
	if (p->data[p->len - 1] != '$') {
		ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
			"\"rdns_allow %V\" has an open end, so that names below any other domain "
			"match, too: end it with \"$\"",
			p);
	}
	if (p->data[0] != '^' && p->data[0] != '\\' && p->data[0] != '(') {
		ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
			"\"rdns_allow %V\" matches in the middle of a name, as in "
			"evilexample.com: begin it with \"^\" or \"\\.\"",
			p);
	}
}

char *ngx_http_doorward_rdns_set_rule(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
	ngx_http_doorward_loc_conf_t *dlcf = conf;
	ngx_http_doorward_rdns_conf_t *rdns = dlcf->rdns;
	ngx_str_t *args = cf->args->elts;
	ngx_http_doorward_rdns_rule_t *rule;
	ngx_regex_compile_t rc;
	u_char error[NGX_MAX_CONF_ERRSTR];

	ngx_memzero(&rc, sizeof(rc));
	rc.pattern = args[1];
	rc.pool = cf->pool;
	rc.options = NGX_REGEX_CASELESS;
	rc.err.len = sizeof(error);
	rc.err.data = error;
	if (args[1].len == 0) {
		return "needs a regular expression";
	}
	if (ngx_regex_compile(&rc) != NGX_OK) {
		ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V", &rc.err);
		return NGX_CONF_ERROR;
	}
	if (rdns->rules == NULL) {
		rdns->rules = ngx_array_create(cf->pool, 4, sizeof(*rule));
	}
	rule = rdns->rules != NULL ? ngx_array_push(rdns->rules) : NULL;
	if (rule == NULL) {
		return NGX_CONF_ERROR;
	}
	rule->regex = rc.regex;
	rule->pattern = args[1];
	rule->deny = args[0].data[sizeof("rdns_") - 1] == 'd';
	warn_of_pattern(cf, rule);
	return NGX_CONF_OK;
}

ngx_http_doorward_rdns_conf_t *ngx_http_doorward_rdns_create(ngx_conf_t *cf)
{
	return ngx_pcalloc(cf->pool, sizeof(ngx_http_doorward_rdns_conf_t));
}

/*
 * The questions of a place: like those of `doorward` there, about the address alone.
 * DOORWARD_LOOKUP is what tells doorward that the name of the policy is meant.
 */
static ngx_http_doorward_loc_conf_t *make_lookup(
	ngx_conf_t *cf, ngx_http_doorward_loc_conf_t *of, ngx_http_complex_value_t *policy)
{
	static ngx_http_complex_value_t nothing;
	static const ngx_http_doorward_param_t lookup = {
		.name = ngx_string("DOORWARD_LOOKUP"),
		.value = {.value = ngx_string("1")},
	};
	ngx_http_doorward_loc_conf_t *conf = ngx_palloc(cf->pool, sizeof(*conf));
	ngx_uint_t count = of->added != NULL ? of->added->nelts : 0;
	ngx_http_doorward_param_t *params;

	if (conf == NULL) {
		return NULL;
	}
	*conf = *of;
	conf->policy = policy;
	conf->headers = 0;
	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_INPUTS; i++) {
		if (i != NGX_HTTP_DOORWARD_REMOTE_ADDR) {
			conf->replaced[i] = &nothing;
		}
	}
	conf->added = ngx_array_create(cf->pool, count + 1, sizeof(*params));
	params = conf->added != NULL ? ngx_array_push_n(conf->added, count + 1) : NULL;
	if (params == NULL) {
		return NULL;
	}
	if (count > 0) {
		ngx_memcpy(params, of->added->elts, count * sizeof(*params));
	}
	params[count] = lookup;
	return conf;
}

static ngx_int_t make_lookups(ngx_conf_t *cf, ngx_http_doorward_loc_conf_t *conf)
{
	static ngx_http_complex_value_t policies[NGX_HTTP_DOORWARD_RDNS_MODES] = {
		[NGX_HTTP_DOORWARD_RDNS_SINGLE] = {.value = ngx_string("@rdns-single")},
		[NGX_HTTP_DOORWARD_RDNS_DOUBLE] = {.value = ngx_string("@rdns-double")},
	};

	for (ngx_uint_t i = NGX_HTTP_DOORWARD_RDNS_SINGLE; i < NGX_HTTP_DOORWARD_RDNS_MODES; i++) {
		conf->rdns->lookups[i] = make_lookup(cf, conf, &policies[i]);
		if (conf->rdns->lookups[i] == NULL) {
			return NGX_ERROR;
		}
	}
	return NGX_OK;
}

/* What the codes of the rewrite module in a place have to do with names. */
typedef struct {
	ngx_uint_t conditional; /* `rdns` is one of them */
	ngx_uint_t single;      /* `rdns on` is */
	ngx_uint_t reads_name;  /* a condition or a `set` reads $rdns_hostname */
	ngx_uint_t guarded;     /* may respond, and ask for the name first */
} codes_t;

/*
 * Codes that respond are replaced by ones that find out first whether the client may come in. As in
 * ngx_http_doorward_has_way_out, a code is found by its function.
 */
static codes_t read_codes(ngx_conf_t *cf, ngx_uint_t guard)
{
	ngx_array_t *codes = *ngx_http_doorward_codes(cf);
	size_t words = codes != NULL ? codes->nelts * codes->size / sizeof(uintptr_t) : 0;
	uintptr_t *word = codes != NULL ? codes->elts : NULL;
	codes_t found = {0, 0, 0, 0};

	for (size_t i = 0; i < words; i++) {
		if (word[i] == (uintptr_t)ngx_http_doorward_rdns_code) {
			found.conditional = 1;
			found.single |= word[i + 1] == NGX_HTTP_DOORWARD_RDNS_SINGLE;
		} else if (word[i] == (uintptr_t)ngx_http_script_var_code) {
			found.reads_name |= word[i + 1] == (uintptr_t)main_conf(cf)->rdns_hostname;
		} else if (guard && word[i] == (uintptr_t)ngx_http_script_return_code) {
			word[i] = (uintptr_t)ngx_http_doorward_rdns_return_code;
			found.guarded = 1;
		} else if (guard && word[i] == (uintptr_t)ngx_http_script_regex_end_code) {
			word[i] = (uintptr_t)ngx_http_doorward_rdns_regex_end_code;
			found.guarded = 1;
		}
	}
	return found;
}

static ngx_uint_t is_of_server(ngx_conf_t *cf, const ngx_http_doorward_loc_conf_t *conf)
{
	ngx_http_core_srv_conf_t *cscf =
		ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

	return cscf->ctx->loc_conf[ngx_http_doorward_module.ctx_index] == (const void *)conf;
}

static void warn(ngx_conf_t *cf, ngx_uint_t of_server, const char *what)
{
	ngx_http_core_srv_conf_t *cscf =
		ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);
	ngx_http_core_loc_conf_t *clcf =
		ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

	ngx_log_error(NGX_LOG_WARN, cf->log, 0, "rdns in %s \"%V\": %s",
		of_server ? "server" : "location", of_server ? &cscf->server_name : &clcf->name,
		what);
}

/* Whether a list denies by name, but lets in a client without one. */
static ngx_uint_t nameless_come_in(const ngx_array_t *rules)
{
	const ngx_http_doorward_rdns_rule_t *rule = rules->elts;
	ngx_uint_t denies = 0;

	for (ngx_uint_t i = 0; i < rules->nelts; i++) {
		if (matches_nameless(&rule[i])) {
			return denies && !rule[i].deny;
		}
		denies |= rule[i].deny;
	}
	return denies;
}

static ngx_uint_t allows_by_name(const ngx_array_t *rules)
{
	const ngx_http_doorward_rdns_rule_t *rule = rules->elts;

	for (ngx_uint_t i = 0; i < rules->nelts; i++) {
		if (!rule[i].deny && !matches_nameless(&rule[i])) {
			return 1;
		}
	}
	return 0;
}

/* Where the rdns modules let in more than the list says, or said less than it seems. */
static void warn_of_list(ngx_conf_t *cf, const ngx_http_doorward_rdns_conf_t *rdns,
	ngx_uint_t of_server, ngx_uint_t single)
{
	if (single && allows_by_name(rdns->rules)) {
		warn(cf, of_server,
			"\"rdns on\" with \"rdns_allow\": the owner of an address chooses its "
			"names; \"rdns double\" confirms them");
	}
	if (nameless_come_in(rdns->rules)) {
		warn(cf, of_server,
			"\"rdns_deny\", and then clients without a name come in: the owner of the "
			"reverse zone of an address can take the name away; end the list with "
			"\"rdns_deny .\" behind what may come in");
	}
}

ngx_int_t ngx_http_doorward_rdns_merge(
	ngx_conf_t *cf, ngx_http_doorward_loc_conf_t *prev, ngx_http_doorward_loc_conf_t *conf)
{
	ngx_http_core_loc_conf_t *clcf =
		ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
	ngx_http_doorward_rdns_conf_t *rdns = conf->rdns;
	ngx_uint_t of_server = is_of_server(cf, conf);
	ngx_uint_t own = rdns->mode != NGX_HTTP_DOORWARD_RDNS_UNSET || rdns->rules != NULL;
	ngx_uint_t on, way_out;
	codes_t codes;

	if (!main_conf(cf)->rdns) {
		return NGX_OK;
	}
	if (rdns->mode == NGX_HTTP_DOORWARD_RDNS_UNSET) {
		rdns->mode = prev->rdns->mode;
	}
	if (rdns->rules == NULL) {
		rdns->rules = prev->rdns->rules;
	}
	on = rdns->mode > NGX_HTTP_DOORWARD_RDNS_OFF;
	way_out = ngx_http_doorward_has_way_out(cf, of_server);
	codes = read_codes(cf, 0);
	rdns->conditional = codes.conditional;
	rdns->reads_name = codes.reads_name && on;
	if (codes.conditional || (of_server && on)) {
		rdns->codes = read_codes(cf, 1).guarded || codes.conditional || rdns->reads_name;
	}
	rdns->access = clcf->satisfy == NGX_HTTP_SATISFY_ANY && !way_out;
	if (rdns->rules != NULL && (on || codes.conditional)) {
		if (own || codes.conditional) {
			warn_of_list(cf, rdns, of_server,
				codes.single || rdns->mode == NGX_HTTP_DOORWARD_RDNS_SINGLE);
		}
		if (way_out) {
			warn(cf, of_server,
				"\"return\" and \"rewrite\" now come after \"rdns_allow\" and "
				"\"rdns_deny\", which they bypassed with the rdns module");
		}
	}
	return make_lookups(cf, conf);
}

static ngx_int_t add_first(
	ngx_http_core_main_conf_t *cmcf, ngx_http_phases phase, ngx_http_handler_pt handler)
{
	ngx_http_handler_pt *place = ngx_array_push(&cmcf->phases[phase].handlers);

	if (place == NULL) {
		return NGX_ERROR;
	}
	*place = handler;
	return NGX_OK;
}

/* nginx runs the handlers of a phase from the last to the first. */
static ngx_int_t add_last(
	ngx_http_core_main_conf_t *cmcf, ngx_http_phases phase, ngx_http_handler_pt handler)
{
	ngx_array_t *handlers = &cmcf->phases[phase].handlers;
	ngx_http_handler_pt *all;

	if (ngx_array_push(handlers) == NULL) {
		return NGX_ERROR;
	}
	all = handlers->elts;
	ngx_memmove(all + 1, all, (handlers->nelts - 1) * sizeof(*all));
	all[0] = handler;
	return NGX_OK;
}

ngx_int_t ngx_http_doorward_rdns_init(ngx_conf_t *cf)
{
	ngx_http_core_main_conf_t *cmcf =
		ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

	if (!main_conf(cf)->rdns) {
		return NGX_OK;
	}
	if (add_first(cmcf, NGX_HTTP_SERVER_REWRITE_PHASE, ngx_http_doorward_rdns_server_handler) !=
			NGX_OK ||
		add_first(cmcf, NGX_HTTP_REWRITE_PHASE, ngx_http_doorward_rdns_location_handler) !=
			NGX_OK ||
		add_last(cmcf, NGX_HTTP_REWRITE_PHASE, ngx_http_doorward_rdns_last_handler) !=
			NGX_OK ||
		add_first(cmcf, NGX_HTTP_ACCESS_PHASE, ngx_http_doorward_rdns_access_handler) !=
			NGX_OK) {
		return NGX_ERROR;
	}
	return NGX_OK;
}
