/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_SERVICE_MANAGER_H
#define DW_DAEMON_SERVICE_MANAGER_H

#include "base/util.h"
#include "worker/pool.h"

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

/* What the service manager is told of the process, and when (sd_notify(3)). */
struct manager {
	struct worker_pool *crew;
	uv_timer_t watchdog;
	bool listens;
	bool announce; /* READY=1, as soon as every worker has answered */
	char status[512];
};

void manager_init(struct manager *manager, uv_loop_t *loop, struct worker_pool *crew);
/* From now on the manager takes this process for the service's main one; nothing is sent before. */
void manager_listens(struct manager *manager);
/* Says READY=1 with this status, for people, once every worker's loop has answered. */
void manager_announce(struct manager *manager, const char *format, ...) PRINTF_LIKE(2, 3);
/* To be called when every worker's loop has answered. */
void manager_answered(struct manager *manager);
void manager_reloading(struct manager *manager, const char *config_path);
void manager_status(struct manager *manager, const char *status);
void manager_stopping(struct manager *manager);
/* Another process is the main one from now on. */
void manager_leave(struct manager *manager, pid_t successor);
void manager_close(struct manager *manager);

#endif
