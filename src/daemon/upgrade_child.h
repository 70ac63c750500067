/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_UPGRADE_CHILD_H
#define DW_DAEMON_UPGRADE_CHILD_H

#include "base/diag.h"
#include "base/util.h"
#include "daemon/sockets.h"

#include <stdbool.h>
#include <uv.h>

/* In the environment: the number of a socket to the predecessor, a line feed, sockets_describe. */
#define SUCCESSION_ENV "DOORWARD_HANDOVER"
/* What a successor says to that socket when it serves. Anything else is why it cannot. */
#define SUCCESSION_READY "ready\n"

/* A process that takes the place of another: what is left of that, seen from here. */
struct succession {
	struct sockets_given given;
	uv_poll_t poll;
	int channel; /* -1: there is no predecessor */
	bool polled;
	void (*alone)(void *ctx);
	void *ctx;
};

/* Reads, and removes, what the environment says. False after a diag_error. */
NODISCARD bool succession_init(struct succession *succession, struct diag *diag);
/*
 * Tells the predecessor that it may step back. `alone` is called once it has: from the loop, or, if
 * there is no predecessor, at once. What it left and nobody took is closed before.
 */
void succession_ready(
	struct succession *succession, uv_loop_t *loop, void (*alone)(void *ctx), void *ctx);
/* Tells the predecessor why it has to go on. */
void succession_fail(const struct succession *succession, const struct diag *diag);
/* While the loop still runs, if succession_ready was called. */
void succession_clear(struct succession *succession);

#endif
