/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_SIGNALS_H
#define DW_DAEMON_SIGNALS_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* What the daemon is asked by signals. */
struct daemon_signals_owner {
	void (*reload)(void *ctx);    /* SIGHUP */
	void (*hand_over)(void *ctx); /* SIGUSR2 */
	void (*stop)(void *ctx);      /* SIGTERM, SIGINT */
	void *ctx;
};

#define DAEMON_SIGNALS 5

struct daemon_signals {
	struct daemon_signals_owner owner;
	uv_signal_t handles[DAEMON_SIGNALS];
	size_t count; /* of those that are watched */
};

/*
 * Blocks the signals. Those that come before they are watched are held until then; those that come
 * after they are closed have no effect.
 */
void daemon_signals_hold(void);
/* Watches the signals; SIGUSR1 reopens the log. False after a message in the log. */
NODISCARD bool daemon_signals_watch(
	struct daemon_signals *signals, uv_loop_t *loop, const struct daemon_signals_owner *owner);
/* Blocks the signals, and closes the handles, also of a set that is all zero. */
void daemon_signals_close(struct daemon_signals *signals);

#endif
