/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef NGX_HTTP_DOORWARD_RDNS_H
#define NGX_HTTP_DOORWARD_RDNS_H

#include "ngx_http_doorward.h"

/*
 * The directives of the rdns modules: `rdns`, `rdns_allow`, `rdns_deny`, and $rdns_hostname. The
 * name comes from doorward's built-in policies; the rules are nginx's own. Configuration in
 * ngx_http_doorward_rdns.c, handlers of phases in ngx_http_doorward_rdns_phases.c.
 */

#define NGX_HTTP_DOORWARD_RDNS_ANYWHERE                                                            \
	(NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_HTTP_SIF_CONF |          \
		NGX_HTTP_LIF_CONF)

typedef enum {
	NGX_HTTP_DOORWARD_RDNS_UNSET,
	NGX_HTTP_DOORWARD_RDNS_OFF,
	NGX_HTTP_DOORWARD_RDNS_SINGLE, /* `on`: the name that the address claims */
	NGX_HTTP_DOORWARD_RDNS_DOUBLE, /* the confirmed name */
	NGX_HTTP_DOORWARD_RDNS_MODES
} ngx_http_doorward_rdns_mode_e;

typedef struct {
	ngx_regex_t *regex;
	ngx_str_t pattern;
	ngx_uint_t deny;
} ngx_http_doorward_rdns_rule_t;

/* Of one server or location. */
struct ngx_http_doorward_rdns_conf_s {
	ngx_uint_t mode;    /* of `rdns` outside of `if` */
	ngx_array_t *rules; /* ngx_http_doorward_rdns_rule_t; NULL: none */
	/* By mode, from SINGLE on: what doorward is asked. */
	ngx_http_doorward_loc_conf_t *lookups[NGX_HTTP_DOORWARD_RDNS_MODES];
	unsigned conditional : 1; /* `rdns` is in an `if` of it */
	unsigned codes : 1;       /* codes of it need a name, or may */
	unsigned reads_name : 1;  /* a server whose codes read $rdns_hostname */
	unsigned access : 1;      /* the rules are part of `satisfy any`, in the access phase */
};

typedef struct ngx_http_doorward_rdns_conf_s ngx_http_doorward_rdns_conf_t;

/* A code of `rdns` in an `if`, between those of the rewrite module. */
typedef struct {
	ngx_http_script_code_pt code; /* ngx_http_doorward_rdns_code */
	uintptr_t mode;
} ngx_http_doorward_rdns_code_t;

char *ngx_http_doorward_rdns_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_doorward_rdns_set_rule(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
/* NULL: no memory. */
ngx_http_doorward_rdns_conf_t *ngx_http_doorward_rdns_create(ngx_conf_t *cf);
/* After all else of `conf` has been merged. */
ngx_int_t ngx_http_doorward_rdns_merge(
	ngx_conf_t *cf, ngx_http_doorward_loc_conf_t *prev, ngx_http_doorward_loc_conf_t *conf);
/* Adds the handlers of phases, if a directive is used. */
ngx_int_t ngx_http_doorward_rdns_init(ngx_conf_t *cf);

ngx_int_t ngx_http_doorward_rdns_add_variable(ngx_conf_t *cf);
ngx_int_t ngx_http_doorward_rdns_server_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_doorward_rdns_location_handler(ngx_http_request_t *r);
/* After the codes of the location. */
ngx_int_t ngx_http_doorward_rdns_last_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_doorward_rdns_access_handler(ngx_http_request_t *r);
void ngx_http_doorward_rdns_code(ngx_http_script_engine_t *e);
/* In place of the codes of `return`, and of a `rewrite` that may redirect. */
void ngx_http_doorward_rdns_return_code(ngx_http_script_engine_t *e);
void ngx_http_doorward_rdns_regex_end_code(ngx_http_script_engine_t *e);

#endif
