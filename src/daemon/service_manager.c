/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/service_manager.h"

#include "base/clock.h"
#include "daemon/sd_notify.h"

#include <stdarg.h>
#include <stdio.h>

void daemon_service_manager_init(
	struct daemon_service_manager *m, uv_loop_t *loop, struct worker_pool *pool)
{
	*m = (struct daemon_service_manager){.pool = pool};
	uv_timer_init(loop, &m->watchdog);
	m->watchdog.data = m;
}

/* The workers respond at the next turn of their loops, or never. */
static void on_watchdog(uv_timer_t *timer)
{
	struct daemon_service_manager *m = timer->data;

	if (!worker_pool_awaits_pong(m->pool)) {
		worker_pool_ping(m->pool);
	}
}

void daemon_service_manager_listens(struct daemon_service_manager *m)
{
	uint64_t half_ms = daemon_notify_watchdog_us() / 2000;

	m->listens = true;
	if (half_ms > 0) {
		uv_timer_start(&m->watchdog, on_watchdog, half_ms, half_ms);
	}
	daemon_service_manager_responded(m);
}

void daemon_service_manager_announce(struct daemon_service_manager *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(m->status, sizeof(m->status), format, args);
	va_end(args);
	m->announce = true;
	worker_pool_ping(m->pool);
}

void daemon_service_manager_responded(struct daemon_service_manager *m)
{
	if (!m->listens) {
		return;
	}
	if (m->announce) {
		m->announce = false;
		daemon_notify_send("READY=1\nSTATUS=%s", m->status);
	}
	if (uv_is_active((uv_handle_t *)&m->watchdog)) {
		daemon_notify_send("WATCHDOG=1");
	}
}

void daemon_service_manager_reloading(struct daemon_service_manager *m, const char *config_path)
{
	if (m->listens) {
		daemon_notify_send("RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=reading %s",
			(unsigned long long)clock_us(), config_path);
	}
}

void daemon_service_manager_status(struct daemon_service_manager *m, const char *status)
{
	if (m->listens) {
		daemon_notify_send("STATUS=%s", status);
	}
}

void daemon_service_manager_stopping(struct daemon_service_manager *m)
{
	if (m->listens) {
		daemon_notify_send("STOPPING=1\nSTATUS=finishing what is in flight");
	}
	m->listens = false;
}

void daemon_service_manager_leave(struct daemon_service_manager *m, pid_t successor)
{
	if (m->listens) {
		daemon_notify_send("MAINPID=%ld", (long)successor);
	}
	m->listens = false;
}

void daemon_service_manager_close(struct daemon_service_manager *m)
{
	uv_close((uv_handle_t *)&m->watchdog, NULL);
}
