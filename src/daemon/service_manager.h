/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_SERVICE_MANAGER_H
#define DW_DAEMON_SERVICE_MANAGER_H

#include "base/util.h"
#include "worker/pool.h"

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

/* What the service manager is told about the process, and when (sd_notify(3)). */
struct daemon_service_manager {
	struct worker_pool *pool;
	uv_timer_t watchdog;
	bool listens;
	bool announce; /* READY=1 is to be sent once every worker has responded to a ping */
	char status[512];
};

void daemon_service_manager_init(
	struct daemon_service_manager *manager, uv_loop_t *loop, struct worker_pool *pool);
/* The service manager now takes this process as the main one; before this call nothing is sent. */
void daemon_service_manager_listens(struct daemon_service_manager *manager);
/* Sends READY=1 with this status, for people, once every worker's loop has responded to a ping. */
void daemon_service_manager_announce(
	struct daemon_service_manager *manager, const char *format, ...) PRINTF_LIKE(2, 3);
/* To be called when every worker's loop has responded to a ping. */
void daemon_service_manager_responded(struct daemon_service_manager *manager);
void daemon_service_manager_reloading(
	struct daemon_service_manager *manager, const char *config_path);
void daemon_service_manager_status(struct daemon_service_manager *manager, const char *status);
void daemon_service_manager_stopping(struct daemon_service_manager *manager);
/* Another process is the main one from now on. */
void daemon_service_manager_leave(struct daemon_service_manager *manager, pid_t successor);
void daemon_service_manager_close(struct daemon_service_manager *manager);

#endif
