/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_SOCKETS_H
#define DW_DOCTOR_SOCKETS_H

#include "base/diag.h"
#include "config/config.h"
#include "doctor/access.h"
#include "import/nginx_conf.h"

/*
 * Looks at each socket of the configuration, and those that nginx (root NULL: not looked at) asks:
 * may the front end's user connect, and does doorward answer? `user` NULL: not known.
 */
void doctor_look_at_sockets(const struct config *config, const struct import_node *nginx,
	const struct doctor_user *user, struct diag *diag);

#endif
