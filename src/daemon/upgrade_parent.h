/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_UPGRADE_PARENT_H
#define DW_DAEMON_UPGRADE_PARENT_H

#include "daemon/sockets.h"

#include <sys/types.h>
#include <uv.h>

/*
 * A running process starts its successor, from the file that it was started from itself, with the
 * same arguments, and leaves it the listening sockets: their descriptors keep their numbers. See
 * upgrade_child.h for the other side.
 */
struct daemon_upgrade_parent;

struct daemon_upgrade_parent_owner {
	/* One of these, once, from the loop; then the handover is to be freed. */
	void (*ready)(void *ctx, pid_t successor);
	void (*failed)(void *ctx); /* it was logged why */
	void *ctx;
};

/* The file that this process was started from, by the path that it was started by; NULL if that
 * cannot be told. The caller frees it. */
char *daemon_upgrade_parent_program(const char *argv0);
/* Starts the successor. NULL after it was logged why. */
struct daemon_upgrade_parent *daemon_upgrade_parent_start(uv_loop_t *loop, const char *program,
	char *const *argv, const struct daemon_sockets *sockets,
	const struct daemon_upgrade_parent_owner *owner);
/* A successor that is ready is told that it is alone from now on; one that is not is ended. The
 * loop must run on to close what is open. */
void daemon_upgrade_parent_free(struct daemon_upgrade_parent *handover);

#endif
