/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/worker.h"

#include "log/log.h"
#include "net/server.h"
#include "worker/dispatch.h"

#include <pthread.h>
#include <stdlib.h>
#include <uv.h>

struct worker {
	pthread_t thread;
	uv_loop_t loop;
	uv_async_t wake;
	uv_timer_t grace;
	uv_timer_t retry;
	struct authz_snapshot *late; /* there was no memory for it yet; NULL: none */
	struct worker_sockets sockets;
	void (*report)(void *ctx);
	void *report_ctx;
	struct net_server *server;
	struct worker_dispatch *requests;
	struct worker_records records;
	size_t number; /* its number in `records` */

	pthread_mutex_t mutex; /* guards what the main thread passes to the worker */
	struct authz_snapshot *next;
	uint64_t ping;
	bool stop;
	bool stopping;
	enum net_drain drain;

	_Atomic uint64_t last_pong;
	_Atomic bool stopped_accepting;
};

/* For the whole process; each worker has room for at least a few requests of the largest size. */
#define INCOMPLETE_MAX ((size_t)128 * 1024 * 1024)
#define INCOMPLETE_MIN 8

#define RETRY_MS 200

static size_t incomplete_max(const struct worker *w, const struct config_server *server)
{
	size_t least = (size_t)INCOMPLETE_MIN * server->max_params;
	size_t part = INCOMPLETE_MAX / w->sockets.worker_count;

	return part > least ? part : least;
}

static struct net_settings settings_of(
	const struct worker *w, const struct authz_snapshot *snapshot)
{
	struct net_settings settings = snapshot->config->server.net;

	settings.worker_count = w->sockets.worker_count;
	settings.incomplete_max = incomplete_max(w, &snapshot->config->server);
	settings.pauses = &metrics_worker(w->records.metrics, w->number)->pauses;
	settings.peers = w->sockets.tcp_peers;
	settings.peer_count = w->sockets.tcp_peer_count;
	return settings;
}

static void on_retry(uv_timer_t *timer);

/* Owns `snapshot`. Until there is memory for it, the worker decides by the one before. */
static void take_snapshot(struct worker *w, struct authz_snapshot *snapshot)
{
	struct net_settings settings = settings_of(w, snapshot);
	bool again = snapshot == w->late;

	if (!again) {
		authz_snapshot_unref(w->late);
		w->late = snapshot;
	}
	if (!worker_dispatch_renew(w->requests, snapshot)) {
		if (!again) {
			log_write(LOG_LEVEL_ERROR,
				"a worker has no memory or descriptors for the new configuration, "
				"keeps the old one for now and tries again");
		}
		uv_timer_start(&w->retry, on_retry, RETRY_MS, 0);
		return;
	}
	net_server_configure(w->server, &settings);
	authz_snapshot_unref(w->late);
	w->late = NULL;
	uv_timer_stop(&w->retry);
	if (again) {
		log_write(LOG_LEVEL_WARNING, "a worker has the new configuration now");
	}
}

static void on_retry(uv_timer_t *timer)
{
	struct worker *w = timer->data;

	take_snapshot(w, w->late);
}

static void close_all(struct worker *w)
{
	if (w->server != NULL) {
		net_server_close(w->server);
		w->server = NULL;
	}
	worker_dispatch_free(w->requests);
	w->requests = NULL;
	uv_close((uv_handle_t *)&w->wake, NULL);
	uv_close((uv_handle_t *)&w->grace, NULL);
	uv_close((uv_handle_t *)&w->retry, NULL);
}

static void on_drained(void *ctx)
{
	close_all(ctx);
}

static void on_grace_over(uv_timer_t *timer)
{
	log_write(LOG_LEVEL_WARNING, "requests were still in flight when the grace was over");
	close_all(timer->data);
}

static void on_wake(uv_async_t *wake)
{
	struct worker *w = wake->data;

	pthread_mutex_lock(&w->mutex);
	struct authz_snapshot *next = w->next;
	uint64_t ping = w->ping;
	bool stop = w->stop && !w->stopping;

	w->next = NULL;
	w->stopping = w->stop;
	pthread_mutex_unlock(&w->mutex);

	if (next != NULL) {
		take_snapshot(w, next);
	}
	if (ping != w->last_pong) {
		w->last_pong = ping;
		w->report(w->report_ctx);
	}
	if (stop) {
		uv_timer_start(&w->grace, on_grace_over,
			worker_dispatch_config(w->requests)->server.grace_ms, 0);
		worker_dispatch_drain(w->requests);
		net_server_drain(w->server, w->drain, on_drained, w);
		w->stopped_accepting = true;
		w->report(w->report_ctx);
	}
}

static void *run(void *ctx)
{
	struct worker *w = ctx;

	pthread_setname_np(pthread_self(), "worker");
	while (w->server != NULL) {
		net_server_turn(w->server, true);
	}
	uv_run(&w->loop, UV_RUN_DEFAULT);
	return NULL;
}

static void worker_free(struct worker *w)
{
	authz_snapshot_unref(w->next);
	authz_snapshot_unref(w->late);
	pthread_mutex_destroy(&w->mutex);
	uv_loop_close(&w->loop);
	free(w);
}

/* 0 or a negative libuv error. */
static int open_server(struct worker *w, struct authz_snapshot *snapshot)
{
	const struct net_settings settings = settings_of(w, snapshot);

	const struct worker_env_owner worker = {.metrics = w->records.metrics,
		.recent = w->records.recent,
		.near = w->records.near,
		.number = w->number,
		.worker_count = w->sockets.worker_count};

	w->requests = worker_dispatch_new(&w->loop, snapshot, &worker);
	w->server = net_server_new(&w->loop, &settings);
	if (w->requests == NULL || w->server == NULL) {
		return UV_ENOMEM;
	}
	for (size_t i = 0; i < w->sockets.count; i++) {
		/* Sockets for admin are the main thread's. */
		if (w->sockets.protocols[i] == NET_LISTEN_ADMIN) {
			continue;
		}
		int error = net_server_listen(w->server, w->sockets.fds[i],
			worker_dispatch_service(w->requests, w->sockets.protocols[i]));

		if (error != 0) {
			return error;
		}
	}
	return 0;
}

/*
 * Makes everything but the thread; 0 or a negative libuv error, after which nothing must be freed.
 */
static int worker_new(struct authz_snapshot *snapshot, const struct worker_sockets *sockets,
	const struct worker_records *records, size_t number, struct worker **out)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		return UV_ENOMEM;
	}
	int error = uv_loop_init(&w->loop);

	if (error != 0) {
		free(w);
		return error;
	}
	w->sockets = *sockets;
	w->records = *records;
	w->number = number;
	w->grace.data = w;
	w->retry.data = w;
	w->wake.data = w;
	pthread_mutex_init(&w->mutex, NULL);
	error = uv_async_init(&w->loop, &w->wake, on_wake);
	if (error != 0) {
		worker_free(w);
		return error;
	}
	uv_timer_init(&w->loop, &w->grace);
	uv_timer_init(&w->loop, &w->retry);
	error = open_server(w, snapshot);
	if (error != 0) {
		close_all(w);
		uv_run(&w->loop, UV_RUN_DEFAULT);
		worker_free(w);
		return error;
	}
	*out = w;
	return 0;
}

struct worker *worker_start(struct authz_snapshot *snapshot, const struct worker_sockets *sockets,
	const struct worker_records *records, size_t number, void (*report)(void *ctx), void *ctx)
{
	struct worker *w;
	int error = worker_new(snapshot, sockets, records, number, &w);

	if (error == 0) {
		w->report = report;
		w->report_ctx = ctx;
		error = -pthread_create(&w->thread, NULL, run, w);
		if (error == 0) {
			return w;
		}
		close_all(w);
		uv_run(&w->loop, UV_RUN_DEFAULT);
		worker_free(w);
	}
	log_write(LOG_LEVEL_ERROR, "a worker could not be started: %s", uv_strerror(error));
	return NULL;
}

void worker_reload(struct worker *w, struct authz_snapshot *snapshot)
{
	pthread_mutex_lock(&w->mutex);
	authz_snapshot_unref(w->next);
	w->next = authz_snapshot_ref(snapshot);
	pthread_mutex_unlock(&w->mutex);
	uv_async_send(&w->wake);
}

void worker_ping(struct worker *w, uint64_t number)
{
	pthread_mutex_lock(&w->mutex);
	w->ping = number;
	pthread_mutex_unlock(&w->mutex);
	uv_async_send(&w->wake);
}

uint64_t worker_last_pong(const struct worker *w)
{
	return w->last_pong;
}

bool worker_has_stopped_accepting(const struct worker *w)
{
	return w->stopped_accepting;
}

void worker_stop(struct worker *w, enum net_drain drain)
{
	pthread_mutex_lock(&w->mutex);
	w->stop = true;
	w->drain = drain;
	pthread_mutex_unlock(&w->mutex);
	uv_async_send(&w->wake);
}

void worker_join(struct worker *w)
{
	pthread_join(w->thread, NULL);
	worker_free(w);
}
