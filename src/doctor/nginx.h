/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_NGINX_H
#define DW_DOCTOR_NGINX_H

#include "config/config.h"
#include "import/nginx_conf.h"

#include <stddef.h>

/*
 * Looks for mistakes in a configuration of nginx that asks doorward, by `config`: findings with
 * their places in `diag`. Returns the number of places where doorward is asked.
 */
size_t doctor_look_at_nginx(
	const struct import_node *root, const struct config *config, struct diag *diag);

/* The user of its workers (`user`); absent: the configuration does not say. */
struct str doctor_nginx_user(const struct import_node *root);
/* Calls `each` with each place where it asks doorward, as a value of `listen` without http:. */
void doctor_nginx_targets(const struct import_node *root, const struct config *config,
	void (*each)(void *ctx, struct str target, bool http), void *ctx);

#endif
