/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_H
#define DW_WORKER_H

#include "base/util.h"
#include "snapshot.h"

#include <stddef.h>

/*
 * One thread with its own loop, connections, DNS sockets and requests in flight. The functions here
 * are called from the main thread.
 */
struct worker;

/* Starts the thread. The listening sockets stay the caller's. NULL after it has been logged why. */
struct worker *worker_start(struct snapshot *snapshot, const int *listeners, size_t count);
/* Requests to come are decided by `snapshot`; those in flight keep the one they began with. */
void worker_reload(struct worker *worker, struct snapshot *snapshot);
/* Accepts no more, and ends when what is in flight is answered, at the latest after `grace`. */
void worker_stop(struct worker *worker);
/* Waits for the thread's end and frees it. */
void worker_join(struct worker *worker);

#endif
