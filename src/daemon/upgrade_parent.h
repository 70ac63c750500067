/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_UPGRADE_PARENT_H
#define DW_DAEMON_UPGRADE_PARENT_H

#include "daemon/monitor.h"
#include "daemon/sockets.h"

#include <sys/types.h>
#include <uv.h>

/*
 * The predecessor's side of an upgrade: a running process starts its successor, from the file from
 * which it was started itself, with the same arguments, and passes the listening sockets on: their
 * descriptors keep their numbers. See upgrade_child.h for the other side.
 */
struct daemon_upgrade_parent;

struct daemon_upgrade_parent_owner {
	/* One of these is called, once, from the loop; then the upgrade must be freed. */
	void (*ready)(void *ctx, pid_t successor);
	void (*failed)(void *ctx); /* the reason was logged */
	void *ctx;
};

/*
 * The file from which this process was started, by the path that was used; NULL if unknown. The
 * caller frees it.
 */
char *daemon_upgrade_parent_program(const char *argv0);
/*
 * Lets the monitor start the successor; `program`, for the log, is the monitor's. NULL after the
 * reason was logged.
 */
struct daemon_upgrade_parent *daemon_upgrade_parent_start(uv_loop_t *loop, const char *program,
	struct daemon_monitor *monitor, const struct daemon_sockets *sockets,
	const struct daemon_upgrade_parent_owner *owner);
/*
 * A successor that is ready is told that no predecessor serves any more; one that is not is killed.
 * The loop must run on to close the handles.
 */
void daemon_upgrade_parent_free(struct daemon_upgrade_parent *parent);

#endif
