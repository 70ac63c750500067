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
struct crew;

/* Called from the main loop. */
struct crew_owner {
	void (*answered)(void *ctx); /* every worker's loop has answered the last crew_ask */
	void (*left)(void *ctx);     /* after crew_stop: none accepts any more */
	void *ctx;
};

/* One worker for each CPU that the process may use, unless `threads` says otherwise. */
uint32_t crew_size(uint32_t threads);

/* NULL when out of memory or descriptors. */
struct crew *crew_new(uv_loop_t *loop, const struct crew_owner *owner);
/* Starts `sockets->sharers` workers, which count in `metrics`. False after it was logged why; then
 * crew_stop ends those that were started. */
NODISCARD bool crew_start(struct crew *crew, struct authz_snapshot *snapshot,
	const struct worker_sockets *sockets, struct metrics *metrics);
/* Requests to come are decided by `snapshot`. */
void crew_reload(struct crew *crew, struct authz_snapshot *snapshot);
/* Has every worker's loop answer, after all that was told them before. */
void crew_ask(struct crew *crew);
/* Not every one has answered yet. */
bool crew_is_asked(const struct crew *crew);
/* They accept no more, and end when what is in flight is answered. Once; the loop then has nothing
 * more to wait for here. */
void crew_stop(struct crew *crew, enum net_drain drain);
/* Waits for their end. After the loop has ended. */
void crew_free(struct crew *crew);

#endif
