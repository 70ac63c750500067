/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_UPGRADE_CHILD_H
#define DW_DAEMON_UPGRADE_CHILD_H

#include "base/diag.h"
#include "base/util.h"
#include "daemon/sockets.h"

#include <stdbool.h>
#include <uv.h>

/* In the environment: the number of a socket to the predecessor, a line feed,
 * daemon_sockets_describe. */
#define DAEMON_UPGRADE_CHILD_ENV "DOORWARD_HANDOVER"
/* What a successor says to that socket when it serves. Anything else is why it cannot. */
#define DAEMON_UPGRADE_CHILD_READY "ready\n"

/* A process that takes the place of another: what is left of that, seen from here. */
struct daemon_upgrade_child {
	struct daemon_sockets_given given;
	uv_poll_t poll;
	int channel; /* -1: there is no predecessor */
	bool polled;
	void (*alone)(void *ctx);
	void *ctx;
};

/* Reads, and removes, what the environment says. False after a diag_error. */
NODISCARD bool daemon_upgrade_child_init(
	struct daemon_upgrade_child *succession, struct diag *diag);
/*
 * Tells the predecessor that it may step back. `alone` is called once it has: from the loop, or, if
 * there is no predecessor, at once. What it left and nobody took is closed before.
 */
void daemon_upgrade_child_ready(struct daemon_upgrade_child *succession, uv_loop_t *loop,
	void (*alone)(void *ctx), void *ctx);
/* Tells the predecessor why it has to go on. */
void daemon_upgrade_child_fail(
	const struct daemon_upgrade_child *succession, const struct diag *diag);
/* While the loop still runs, if daemon_upgrade_child_ready was called. */
void daemon_upgrade_child_clear(struct daemon_upgrade_child *succession);

#endif
