/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_WORKER_H
#define DW_SHARED_WORKER_H

#include "shared/shared.h"
#include "shared/stats.h"
#include "store/client.h"

#include <uv.h>

/*
 * A worker's part of what is shared: its client of the store. Everything here belongs to the
 * worker's thread. Reference-counted: each environment of the worker that uses these settings holds
 * it, so that a reload with equal settings keeps the connection.
 */
struct shared_worker;

/* `stats` is borrowed for as long as the loop lives. NULL when out of memory. */
struct shared_worker *shared_worker_new(
	uv_loop_t *loop, struct shared *shared, struct shared_stats *stats);
/* NULL stays NULL. */
struct shared_worker *shared_worker_ref(struct shared_worker *worker);
/*
 * With the last one the loop ends all questions as STORE_AWAY, and frees the rest. Allowed inside
 * of a `done` of the client.
 */
void shared_worker_unref(struct shared_worker *worker);

struct store_client *shared_worker_client(const struct shared_worker *worker);
struct shared_stats *shared_worker_stats(const struct shared_worker *worker);
struct shared *shared_worker_shared(const struct shared_worker *worker);

#endif
