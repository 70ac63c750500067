/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_POOL_H
#define DW_WORKER_POOL_H

#include "authz/snapshot.h"
#include "base/util.h"
#include "net/server.h"
#include "worker/worker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* The workers of the process, as its main thread sees them. */
struct worker_pool;

/* Called from the main loop. */
struct worker_pool_owner {
	void (*responded)(void *ctx); /* every worker has responded to the last worker_pool_ping */
	void (*stopped_accepting)(void *ctx); /* after worker_pool_stop: every worker has */
	void *ctx;
};

/* One worker for each CPU that the process may use, unless `threads` says otherwise. */
uint32_t worker_pool_size(uint32_t threads);

/* NULL when out of memory or descriptors. */
struct worker_pool *worker_pool_new(uv_loop_t *loop, const struct worker_pool_owner *owner);
/*
 * Starts the workers, which write into `records`. False after the reason was logged; then
 * worker_pool_stop ends those that were started.
 */
NODISCARD bool worker_pool_start(struct worker_pool *pool, struct authz_snapshot *snapshot,
	const struct worker_sockets *sockets, const struct worker_records *records);
/* Later requests are decided by `snapshot`. */
void worker_pool_reload(struct worker_pool *pool, struct authz_snapshot *snapshot);
/* Pings every worker's loop, which responds after it has done what it was told before. */
void worker_pool_ping(struct worker_pool *pool);
/* Whether a worker has not responded yet. */
bool worker_pool_awaits_pong(const struct worker_pool *pool);
/*
 * The workers stop accepting, and end once their requests in flight are decided. To be called once;
 * then nothing here keeps the loop alive.
 */
void worker_pool_stop(struct worker_pool *pool, enum net_drain drain);
/* Waits for their end. To be called after the loop has ended. */
void worker_pool_free(struct worker_pool *pool);

#endif
