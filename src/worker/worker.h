/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_WORKER_H
#define DW_WORKER_WORKER_H

#include "authz/rates_near.h"
#include "authz/snapshot.h"
#include "base/util.h"
#include "metrics/metrics.h"
#include "net/listen.h"
#include "net/server.h"
#include "recent/recent.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One thread with its own loop, connections, DNS sockets and requests in flight. The functions here
 * are called from the main thread.
 */
struct worker;

/* The sockets of a worker, and its peers; what is pointed to is borrowed until worker_join. */
struct worker_sockets {
	const int *fds;
	const enum net_listen_protocol *protocols;
	size_t count;
	/* the only addresses that may connect over TCP; none: all may */
	const struct prefix *tcp_peers;
	size_t tcp_peer_count;
	uint32_t worker_count; /* workers that share what the process may have; at least 1 */
};

/* Where the workers write what they did, each at its number; borrowed until worker_join. */
struct worker_records {
	struct metrics *metrics;
	struct recent *recent;         /* NULL: recent decisions are not kept */
	struct authz_rates_near *near; /* NULL: who is near to a rate is not noted */
};

/*
 * Starts the thread, which counts as `number` in `records`. `report` is called from it when it has
 * responded to worker_ping, and when it has stopped accepting. NULL after the reason was logged.
 */
struct worker *worker_start(struct authz_snapshot *snapshot, const struct worker_sockets *sockets,
	const struct worker_records *records, size_t number, void (*report)(void *ctx), void *ctx);
/* Later requests are decided by `snapshot`; those in flight keep the one with which they began. */
void worker_reload(struct worker *worker, struct authz_snapshot *snapshot);
/* Pings the worker: it reports `number` once it has done what it was told before. */
void worker_ping(struct worker *worker, uint64_t number);
/* The last ping to which it has responded; 0: none. */
uint64_t worker_last_pong(const struct worker *worker);
/*
 * Stops accepting, and ends once the requests in flight are decided, at the latest after `grace`.
 */
void worker_stop(struct worker *worker, enum net_drain drain);
bool worker_has_stopped_accepting(const struct worker *worker);
/* Waits for the thread's end and frees it. */
void worker_join(struct worker *worker);

#endif
