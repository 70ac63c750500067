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
	uv_async_t heard; /* a worker has responded to a ping, or stopped accepting */
	uint64_t asked;   /* the number of worker_pool_ask calls */
	uint64_t answered;
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
	struct worker_pool *crew = ctx;

	uv_async_send(&crew->heard);
}

static bool all_left(const struct worker_pool *crew)
{
	for (size_t i = 0; i < crew->count; i++) {
		if (!worker_has_left(crew->workers[i])) {
			return false;
		}
	}
	return true;
}

static void on_heard(uv_async_t *heard)
{
	struct worker_pool *crew = heard->data;
	bool all = true;

	if (crew->stopping) {
		if (all_left(crew) && !uv_is_closing((uv_handle_t *)heard)) {
			uv_close((uv_handle_t *)heard, NULL);
			crew->owner.left(crew->owner.ctx);
		}
		return;
	}
	for (size_t i = 0; i < crew->count && all; i++) {
		all = worker_answered(crew->workers[i]) == crew->asked;
	}
	if (all && worker_pool_is_asked(crew)) {
		crew->answered = crew->asked;
		crew->owner.answered(crew->owner.ctx);
	}
}

struct worker_pool *worker_pool_new(uv_loop_t *loop, const struct worker_pool_owner *owner)
{
	struct worker_pool *crew = calloc(1, sizeof(*crew));

	if (crew == NULL || uv_async_init(loop, &crew->heard, on_heard) != 0) {
		free(crew);
		return NULL;
	}
	crew->heard.data = crew;
	crew->owner = *owner;
	return crew;
}

/* Workers block every signal, so that all arrive at the main thread. */
bool worker_pool_start(struct worker_pool *crew, struct authz_snapshot *snapshot,
	const struct worker_sockets *sockets, struct metrics *metrics)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (crew->count < sockets->sharers && crew->count < WORKERS_MAX) {
		struct worker *w =
			worker_start(snapshot, sockets, metrics, crew->count, on_worker, crew);

		if (w == NULL) {
			break;
		}
		crew->workers[crew->count++] = w;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return crew->count == sockets->sharers;
}

void worker_pool_reload(struct worker_pool *crew, struct authz_snapshot *snapshot)
{
	for (size_t i = 0; i < crew->count; i++) {
		worker_reload(crew->workers[i], snapshot);
	}
}

void worker_pool_ask(struct worker_pool *crew)
{
	crew->asked++;
	for (size_t i = 0; i < crew->count; i++) {
		worker_ask(crew->workers[i], crew->asked);
	}
}

bool worker_pool_is_asked(const struct worker_pool *crew)
{
	return crew->answered != crew->asked;
}

void worker_pool_stop(struct worker_pool *crew, enum net_drain drain)
{
	crew->stopping = true;
	for (size_t i = 0; i < crew->count; i++) {
		worker_stop(crew->workers[i], drain);
	}
	uv_async_send(&crew->heard);
}

void worker_pool_free(struct worker_pool *crew)
{
	if (crew == NULL) {
		return;
	}
	for (size_t i = 0; i < crew->count; i++) {
		worker_join(crew->workers[i]);
	}
	free(crew);
}
