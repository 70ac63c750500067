/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#define WORKERS_MAX 1024

struct worker_pool {
	struct worker_pool_owner owner;
	struct worker *workers[WORKERS_MAX];
	size_t count;
	uv_async_t report;  /* a worker has responded to a ping, or stopped accepting */
	uint64_t pings;     /* the number of worker_pool_ping calls */
	uint64_t last_pong; /* the ping to which every worker has responded */
	bool stopping;
};

uint32_t worker_pool_size(uint32_t threads)
{
	cpu_set_t cpus;

	if (threads > 0) {
		return threads;
	}
	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0 || CPU_COUNT(&cpus) < 1) {
		return 1;
	}
	return (uint32_t)CPU_COUNT(&cpus);
}

/* Called from a worker's thread. */
static void on_worker(void *ctx)
{
	struct worker_pool *pool = ctx;

	uv_async_send(&pool->report);
}

static bool all_have_stopped_accepting(const struct worker_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		if (!worker_has_stopped_accepting(pool->workers[i])) {
			return false;
		}
	}
	return true;
}

static void on_report(uv_async_t *report)
{
	struct worker_pool *pool = report->data;
	bool all = true;

	if (pool->stopping) {
		if (all_have_stopped_accepting(pool) && !uv_is_closing((uv_handle_t *)report)) {
			uv_close((uv_handle_t *)report, NULL);
			pool->owner.stopped_accepting(pool->owner.ctx);
		}
		return;
	}
	for (size_t i = 0; i < pool->count && all; i++) {
		all = worker_last_pong(pool->workers[i]) == pool->pings;
	}
	if (all && worker_pool_awaits_pong(pool)) {
		pool->last_pong = pool->pings;
		pool->owner.responded(pool->owner.ctx);
	}
}

struct worker_pool *worker_pool_new(uv_loop_t *loop, const struct worker_pool_owner *owner)
{
	struct worker_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL || uv_async_init(loop, &pool->report, on_report) != 0) {
		free(pool);
		return NULL;
	}
	pool->report.data = pool;
	pool->owner = *owner;
	return pool;
}

/* Workers block every signal, so that all arrive at the main thread. */
bool worker_pool_start(struct worker_pool *pool, struct authz_snapshot *snapshot,
	const struct worker_sockets *sockets, const struct worker_records *records)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (pool->count < sockets->worker_count && pool->count < WORKERS_MAX) {
		struct worker *w =
			worker_start(snapshot, sockets, records, pool->count, on_worker, pool);

		if (w == NULL) {
			break;
		}
		pool->workers[pool->count++] = w;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pool->count == sockets->worker_count;
}

void worker_pool_reload(struct worker_pool *pool, struct authz_snapshot *snapshot)
{
	for (size_t i = 0; i < pool->count; i++) {
		worker_reload(pool->workers[i], snapshot);
	}
}

void worker_pool_ping(struct worker_pool *pool)
{
	pool->pings++;
	for (size_t i = 0; i < pool->count; i++) {
		worker_ping(pool->workers[i], pool->pings);
	}
}

bool worker_pool_awaits_pong(const struct worker_pool *pool)
{
	return pool->last_pong != pool->pings;
}

void worker_pool_stop(struct worker_pool *pool, enum net_drain drain)
{
	pool->stopping = true;
	for (size_t i = 0; i < pool->count; i++) {
		worker_stop(pool->workers[i], drain);
	}
	uv_async_send(&pool->report);
}

void worker_pool_free(struct worker_pool *pool)
{
	if (pool == NULL) {
		return;
	}
	for (size_t i = 0; i < pool->count; i++) {
		worker_join(pool->workers[i]);
	}
	free(pool);
}
