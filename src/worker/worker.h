/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_WORKER_H
#define DW_WORKER_WORKER_H

#include "authz/snapshot.h"
#include "base/util.h"
#include "metrics/metrics.h"
#include "net/listen.h"
#include "net/server.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One thread with its own loop, connections, DNS sockets and requests in flight. The functions here
 * are called from the main thread.
 */
struct worker;

/* What a worker serves on, and to whom; what is pointed to is borrowed until worker_join. */
struct worker_sockets {
	const int *fds;
	const enum net_listen_protocol *protocols;
	size_t count;
	const struct prefix *tcp_peers; /* the only TCP peers served; none: all are */
	size_t tcp_peer_count;
	uint32_t sharers; /* workers that share what the process may have; at least 1 */
};

/*
 * Starts the thread, which counts as `number` in `metrics`. `heard` is called from it when it has
 * answered worker_ask, and when it accepts no more. NULL after it has been logged why.
 */
struct worker *worker_start(struct authz_snapshot *snapshot, const struct worker_sockets *sockets,
	struct metrics *metrics, size_t number, void (*heard)(void *ctx), void *ctx);
/* Requests to come are decided by `snapshot`; those in flight keep the one they began with. */
void worker_reload(struct worker *worker, struct authz_snapshot *snapshot);
/* Has its loop say `round`, once it has done what it was told before. */
void worker_ask(struct worker *worker, uint64_t round);
/* The last round said; 0: none. */
uint64_t worker_answered(const struct worker *worker);
/* Accepts no more, and ends when what is in flight is answered, at the latest after `grace`. */
void worker_stop(struct worker *worker, enum net_drain drain);
/* Whether it accepts no more. */
bool worker_has_left(const struct worker *worker);
/* Waits for the thread's end and frees it. */
void worker_join(struct worker *worker);

#endif
