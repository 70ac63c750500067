/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_ADMIN_H
#define DW_DAEMON_ADMIN_H

#include "base/util.h"
#include "daemon/status.h"
#include "worker/pool.h"

#include <stdbool.h>
#include <uv.h>

/*
 * The admin listener: HTTP about the process, on sockets of its own, by the main thread, so that no
 * worker waits for it and it takes no connection from front ends. It tells the page at /, the
 * documents of daemon/documents.h and daemon/question.h, /metrics, /healthz and /readyz, by GET and
 * HEAD, and changes what daemon/change.h says by POST with a token (daemon/admin_write.h). Over TCP
 * only admin_peers may connect. Each connection has one request and NET_STRANGER_MS; of more than
 * DAEMON_ADMIN_CONNECTIONS, the oldest is closed. A Host header must be an IP address or localhost:
 * a web page whose name resolves to a loopback address (DNS rebinding) would otherwise read it,
 * also through a Unix socket that ssh forwards.
 */
struct daemon_admin;

#define DAEMON_ADMIN_CONNECTIONS 16

/*
 * Serves those of the sockets that are for admin; NULL after the reason was logged. The fields of
 * the status are copied; what they point to is borrowed.
 */
struct daemon_admin *daemon_admin_new(
	uv_loop_t *loop, struct worker_pool *pool, const struct daemon_status *status);
/* Whether there is an admin listener among the sockets. */
bool daemon_admin_is_wanted(const struct daemon_sockets *sockets);
/* To be called when every worker has responded to a ping; NULL is ignored. */
void daemon_admin_responded(struct daemon_admin *admin);
/* One turn of the main loop, in place of uv_run(loop, UV_RUN_ONCE). */
void daemon_admin_turn(struct daemon_admin *admin);
/* Closes all connections; the loop must run once more before daemon_admin_free. */
void daemon_admin_close(struct daemon_admin *admin);
bool daemon_admin_is_closed(const struct daemon_admin *admin);
/* NULL is ignored. */
void daemon_admin_free(struct daemon_admin *admin);

#endif
