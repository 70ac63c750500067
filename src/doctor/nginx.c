/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx.h"

#include "doctor/nginx_private.h"

/* doorward POLICY; and doorward_server of the module for nginx. */
static void look_at_module(struct nginx_look *look, const struct import_node *node)
{
	struct str name = nginx_arg(node, 1);
	struct place place = import_node_place(node);

	if (import_node_is(node, "doorward") && node->arg_count == 2 && !nginx_says(node, "off")) {
		look->asked++;
		if (str_find(name, '$') == name.len && config_policy(look->config, name) == NULL) {
			diag_error(look->diag, &place,
				"no [policy %.*s] is configured: every request is denied "
				"(unknown_policy)",
				(int)name.len, name.data);
		}
	}
}

static void look_at(void *ctx, const struct import_node *node)
{
	struct nginx_look *look = ctx;
	struct place place = import_node_place(node);
	struct nginx_pass pass;

	if (import_node_is(node, "include") && node->unread != NULL) {
		diag_warning(look->diag, &place,
			"%.*s was not read (%s): what it says does not count here",
			(int)nginx_arg(node, 1).len, nginx_arg(node, 1).data, node->unread);
	}
	look_at_module(look, node);
	if (import_node_is(node, "server") || import_node_is(node, "location")) {
		nginx_look_at_guard(look, node);
	}
	if (import_node_is(node, "location") && nginx_asks(look, node, &pass)) {
		nginx_look_at_question(look, node, &pass);
		nginx_look_at_policy(look, node, &pass);
		look->asked++;
	}
}

size_t doctor_look_at_nginx(
	const struct import_node *root, const struct config *config, struct diag *diag)
{
	struct nginx_look look = {.config = config, .root = root, .diag = diag};

	nginx_each(root, look_at, &look);
	nginx_look_at_forgeries(&look);
	return look.asked;
}

struct str doctor_nginx_user(const struct import_node *root)
{
	const struct import_node *user = nginx_find(root, NULL, "user");

	return user != NULL ? nginx_arg(user, 1) : (struct str){NULL, 0};
}

struct targets {
	struct nginx_look look;
	void (*each)(void *ctx, struct str target, bool http);
	void *ctx;
};

static void find_target(void *ctx, const struct import_node *node)
{
	struct targets *t = ctx;
	struct nginx_pass pass;

	if (import_node_is(node, "location") && nginx_asks(&t->look, node, &pass) &&
		pass.target.len > 0) {
		t->each(t->ctx, pass.target, pass.http);
	} else if (import_node_is(node, "doorward_server") && node->arg_count >= 2) {
		t->each(t->ctx, nginx_arg(node, 1), false);
	}
}

void doctor_nginx_targets(const struct import_node *root, const struct config *config,
	void (*each)(void *ctx, struct str target, bool http), void *ctx)
{
	struct targets targets = {
		.look = {.config = config, .root = root}, .each = each, .ctx = ctx};

	nginx_each(root, find_target, &targets);
}
