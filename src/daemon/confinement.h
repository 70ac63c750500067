/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_CONFINEMENT_H
#define DW_DAEMON_CONFINEMENT_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/util.h"
#include "config/config.h"
#include "daemon/monitor.h"
#include "daemon/sockets.h"
#include "metrics/metrics.h"

#include <stdbool.h>
#include <uv.h>

/* The sandbox of the serving process, and the report of what it blocks. */
struct daemon_confinement {
	struct daemon_monitor *monitor;
	struct metrics *metrics; /* NULL: not counted yet */
	enum config_sandbox mode;
	uv_poll_t poll;
	bool polled;
	uint64_t seen[DAEMON_MONITOR_CALLS_MAX + 1];
	uint64_t told[DAEMON_MONITOR_CALLS_MAX + 1]; /* how often, when the log had it last */
};

/*
 * Enters the sandbox by server.sandbox: for this thread and those that it starts, irrevocably. What
 * was done, and what the kernel lacks, is appended to *report, one line for the log. To be called
 * once sockets and log are open, as the user that serves. False after a diag_error.
 */
NODISCARD bool daemon_confinement_enter(const struct config *config,
	const struct daemon_sockets *sockets, const struct daemon_sockets_given *given,
	struct daemon_monitor *monitor, struct bytes *report, struct diag *diag);

/* From now on, calls that are blocked are logged and counted in `metrics`. */
void daemon_confinement_watch(struct daemon_confinement *confinement, uv_loop_t *loop,
	enum config_sandbox mode, struct daemon_monitor *monitor, struct metrics *metrics);
/* The loop must run on to close the handle. */
void daemon_confinement_close(struct daemon_confinement *confinement);

#endif
