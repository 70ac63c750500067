/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_NGINX_PRIVATE_H
#define DW_DOCTOR_NGINX_PRIVATE_H

#include "base/diag.h"
#include "config/config.h"
#include "doctor/nginx_tree.h"

#define NGINX_VARIABLES_MAX 64
/* How the names of variables begin that are headers, which clients write. */
#define NGINX_CLIENTS "http_"

/* One look at a configuration of nginx. */
struct nginx_look {
	const struct config *config;
	const struct import_node *root;
	struct diag *diag;
	size_t asked; /* places where doorward is asked */
	/* Variables whose assignments were looked at; those beyond are looked at again. */
	struct str variables[NGINX_VARIABLES_MAX];
	size_t variable_count;
};

/* How a location passes requests on. */
struct nginx_pass {
	const struct import_node *node; /* the directive; NULL: it passes nothing on */
	bool http;                      /* proxy_pass; else fastcgi_pass */
	struct str
		target;  /* as a value of `listen`, without http:; absent: a variable, or a name */
	struct str path; /* of proxy_pass; absent: the client's */
};

/* Of the location itself: nginx inherits no pass. */
void nginx_pass_of(
	const struct nginx_look *look, const struct import_node *location, struct nginx_pass *out);
/* The `listen` that is the target; NULL: another place, or unknown. */
const struct net_listen_spec *nginx_listen_of(
	const struct nginx_look *look, const struct nginx_pass *pass);

/* Whether the location asks doorward for decisions, as far as can be told. */
bool nginx_asks(
	const struct nginx_look *look, const struct import_node *location, struct nginx_pass *pass);

/* What is wrong with a location that asks doorward. */
void nginx_look_at_question(const struct nginx_look *look, const struct import_node *location,
	const struct nginx_pass *pass);
/* Which policy it asks for: reports those that are not configured. */
void nginx_look_at_policy(
	struct nginx_look *look, const struct import_node *location, const struct nginx_pass *pass);
/* What is wrong with how it passes signatures of agents, if the policy asks for agents. */
void nginx_look_at_agents(const struct nginx_look *look, const struct import_node *location,
	const struct nginx_pass *pass, const struct policy *policy);
/* What is wrong with a block that has auth_request. */
void nginx_look_at_guard(struct nginx_look *look, const struct import_node *block);
/* Locations that pass facts of doorward's that clients can write. */
void nginx_look_at_forgeries(const struct nginx_look *look);

#endif
