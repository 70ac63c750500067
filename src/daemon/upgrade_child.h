/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_UPGRADE_CHILD_H
#define DW_DAEMON_UPGRADE_CHILD_H

#include "base/diag.h"
#include "base/util.h"
#include "daemon/sockets.h"

#include <stdbool.h>
#include <uv.h>

/*
 * In the environment: the number of a socket to the predecessor, a line feed, and the text of
 * daemon_sockets_describe.
 */
#define DAEMON_UPGRADE_CHILD_ENV "DOORWARD_HANDOVER"
/*
 * What a successor sends over that socket when it serves. Any other text is the reason why it
 * cannot.
 */
#define DAEMON_UPGRADE_CHILD_READY "ready\n"

/* The successor's side of an upgrade. */
struct daemon_upgrade_child {
	struct daemon_sockets_given given;
	uv_poll_t poll;
	int channel; /* -1: no predecessor */
	bool polled;
	void (*alone)(void *ctx);
	void *ctx;
};

/* Reads and removes the environment variable. False after a diag_error. */
NODISCARD bool daemon_upgrade_child_init(struct daemon_upgrade_child *child, struct diag *diag);
/*
 * Tells the predecessor to stop accepting. `alone` is called once it has: from the loop, or,
 * without a predecessor, at once. Sockets that it passed on and that are not in use are closed
 * before.
 */
void daemon_upgrade_child_ready(
	struct daemon_upgrade_child *child, uv_loop_t *loop, void (*alone)(void *ctx), void *ctx);
/* Tells the predecessor to go on, and why. */
void daemon_upgrade_child_fail(const struct daemon_upgrade_child *child, const struct diag *diag);
/* To be called while the loop still runs, if daemon_upgrade_child_ready was called. */
void daemon_upgrade_child_clear(struct daemon_upgrade_child *child);

#endif
