/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker.h"

#include "authz.h"
#include "base/clock.h"
#include "base/log.h"
#include "decision_log.h"
#include "fcgi/service.h"
#include "net/server.h"
#include "policy/memory.h"
#include "reply.h"

#include <pthread.h>
#include <stdlib.h>
#include <uv.h>

#define SPARE_REQUESTS 256     /* kept for the next ones; a burst's further ones are freed */
#define MEMORY_BYTES (4 << 20) /* of what rules came to for names, certificates and addresses */
#define REPLY_KEEP 8192        /* bytes of reply buffer kept between requests */

/*
 * A snapshot as one worker uses it, with the engine that asks DNS by its settings. It lives as long
 * as it is the worker's current one or a request in flight began with it.
 */
struct generation {
	struct snapshot *snapshot;
	struct dns_engine *dns;
	struct verifier *verifier;
	struct policy_memory *memory;
	size_t in_flight;
};

struct worker_request {
	struct authz authz;
	struct worker *worker;
	struct generation *generation;
	struct fcgi_request *fcgi;
	enum fcgi_role role;
	uint64_t started_us;
	struct worker_request *next_spare;
};

struct worker {
	pthread_t thread;
	uv_loop_t loop;
	uv_async_t wake;
	uv_timer_t grace;
	struct worker_sockets sockets;
	void (*draining)(void *ctx);
	void *draining_ctx;
	struct net_server *server;
	struct fcgi_pool fcgi_pool;
	struct net_service fcgi;
	struct generation *current;
	struct worker_request *spare;
	size_t spare_count;
	struct bytes reply;

	pthread_mutex_t mutex; /* guards what the main thread hands over */
	struct snapshot *next;
	bool stop;
	bool stopping;
};

static struct generation *generation_new(struct worker *w, struct snapshot *snapshot)
{
	struct generation *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		return NULL;
	}
	g->dns = dns_engine_new(&w->loop, snapshot->dns);
	g->verifier = verifier_new(&w->loop, snapshot->trusts);
	g->memory = policy_memory_new(MEMORY_BYTES);
	if (g->dns == NULL || g->verifier == NULL || g->memory == NULL) {
		dns_engine_close(g->dns);
		verifier_close(g->verifier);
		policy_memory_free(g->memory);
		free(g);
		return NULL;
	}
	g->snapshot = snapshot_ref(snapshot);
	return g;
}

static void generation_free(struct generation *g)
{
	if (g != NULL) {
		dns_engine_close(g->dns);
		verifier_close(g->verifier);
		policy_memory_free(g->memory);
		snapshot_unref(g->snapshot);
		free(g);
	}
}

static void request_free(struct worker_request *r)
{
	authz_clear(&r->authz);
	free(r);
}

static void request_release(struct worker_request *r)
{
	struct worker *w = r->worker;
	struct generation *g = r->generation;

	authz_reset(&r->authz);
	if (--g->in_flight == 0 && g != w->current) {
		generation_free(g);
	}
	if (w->spare_count >= SPARE_REQUESTS) {
		request_free(r);
		return;
	}
	r->next_spare = w->spare;
	w->spare = r;
	w->spare_count++;
}

static void *app_begin(void *ctx, struct fcgi_request *fcgi, enum fcgi_role role)
{
	struct worker *w = ctx;
	struct worker_request *r = w->spare;

	if (r != NULL) {
		w->spare = r->next_spare;
		w->spare_count--;
	} else {
		r = calloc(1, sizeof(*r));
		if (r == NULL) {
			return NULL;
		}
		authz_init(&r->authz);
		r->worker = w;
	}
	r->fcgi = fcgi;
	r->role = role;
	r->started_us = clock_us();
	r->generation = w->current;
	r->generation->in_flight++;
	return r;
}

static void app_bad_params(void *app_request, enum fcgi_bad_params why)
{
	static const char *const words[] = {
		[FCGI_PARAMS_OVERSIZE] = "more parameters than max_params",
		[FCGI_PARAMS_TRUNCATED] = "the parameters end inside a name-value pair",
		[FCGI_PARAMS_NO_MEMORY] = "out of memory",
	};
	struct worker_request *r = app_request;

	r->authz.input.unusable = words[why];
}

static void app_param(void *app_request, struct str name, struct str value)
{
	struct worker_request *r = app_request;

	authz_input(&r->authz, r->generation->snapshot->config, name, value);
}

static void request_answer(void *ctx)
{
	struct worker_request *r = ctx;
	struct worker *w = r->worker;
	const struct config *config = r->generation->snapshot->config;

	bytes_reset(&w->reply, REPLY_KEEP);
	reply_build(&r->authz, r->role, &w->reply);
	decision_log(&r->authz, &config->log, clock_us() - r->started_us);
	/* Without memory for a whole answer there is none, which front ends take for a failure. */
	fcgi_reply(r->fcgi, w->reply.failed ? (struct str){NULL, 0} : bytes_view(&w->reply));
	request_release(r);
}

static void app_ready(void *app_request)
{
	struct worker_request *r = app_request;
	struct generation *g = r->generation;

	const struct authz_means means = {
		g->snapshot->config, g->dns, g->verifier, g->memory, g->snapshot->buckets};

	if (authz_start(&r->authz, &means, clock_wall_s(), NULL, request_answer, r)) {
		request_answer(r);
	}
}

static void app_abort(void *app_request)
{
	request_release(app_request);
}

static struct net_settings settings_of(const struct worker *w, const struct snapshot *snapshot)
{
	struct net_settings settings = snapshot->config->server.net;

	settings.sharers = w->sockets.sharers;
	settings.peers = w->sockets.web_server_addrs;
	settings.peer_count = w->sockets.web_server_addr_count;
	return settings;
}

static struct fcgi_limits limits_of(const struct config_server *server)
{
	return (struct fcgi_limits){
		.max_connections = server->net.max_connections,
		.max_params = server->max_params,
		.max_requests_per_connection = server->max_requests_per_connection,
	};
}

static void take_snapshot(struct worker *w, struct snapshot *snapshot)
{
	struct generation *old = w->current;
	struct generation *g = generation_new(w, snapshot);

	if (g == NULL) {
		log_write(LOG_LEVEL_ERROR, "a worker has no memory or descriptors for the new "
					   "configuration and keeps the old one");
		return;
	}
	w->current = g;
	struct net_settings settings = settings_of(w, snapshot);

	net_server_configure(w->server, &settings);
	w->fcgi_pool.limits = limits_of(&snapshot->config->server);
	if (old->in_flight == 0) {
		generation_free(old);
	}
}

static void close_all(struct worker *w)
{
	if (w->server != NULL) {
		net_server_close(w->server);
		fcgi_pool_clear(&w->fcgi_pool);
		w->server = NULL;
	}
	generation_free(w->current);
	w->current = NULL;
	uv_close((uv_handle_t *)&w->wake, NULL);
	uv_close((uv_handle_t *)&w->grace, NULL);
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
	struct snapshot *next = w->next;
	bool stop = w->stop && !w->stopping;

	w->next = NULL;
	w->stopping = w->stop;
	pthread_mutex_unlock(&w->mutex);

	if (next != NULL) {
		take_snapshot(w, next);
		snapshot_unref(next);
	}
	if (stop) {
		uv_timer_start(
			&w->grace, on_grace_over, w->current->snapshot->config->server.grace_ms, 0);
		net_server_drain(w->server, on_drained, w);
		w->draining(w->draining_ctx);
	}
}

static void *run(void *ctx)
{
	struct worker *w = ctx;

	uv_run(&w->loop, UV_RUN_DEFAULT);
	return NULL;
}

static void worker_free(struct worker *w)
{
	while (w->spare != NULL) {
		struct worker_request *r = w->spare;

		w->spare = r->next_spare;
		request_free(r);
	}
	snapshot_unref(w->next);
	bytes_clear(&w->reply);
	pthread_mutex_destroy(&w->mutex);
	uv_loop_close(&w->loop);
	free(w);
}

/* 0 or a negative libuv error. */
static int open_server(struct worker *w, struct snapshot *snapshot)
{
	const struct net_settings settings = settings_of(w, snapshot);
	const struct fcgi_app app = {
		.ctx = w,
		.begin = app_begin,
		.param = app_param,
		.bad_params = app_bad_params,
		.ready = app_ready,
		.abort = app_abort,
	};

	const struct fcgi_limits limits = limits_of(&snapshot->config->server);

	fcgi_pool_init(&w->fcgi_pool, &app, &limits);
	fcgi_service_init(&w->fcgi, &w->fcgi_pool);
	w->current = generation_new(w, snapshot);
	w->server = net_server_new(&w->loop, &settings);
	if (w->current == NULL || w->server == NULL) {
		return UV_ENOMEM;
	}
	for (size_t i = 0; i < w->sockets.count; i++) {
		int error = net_server_listen(w->server, w->sockets.fds[i], &w->fcgi);

		if (error != 0) {
			return error;
		}
	}
	return 0;
}

/* All but the thread; 0 or a negative libuv error, after which there is nothing to free. */
static int worker_new(
	struct snapshot *snapshot, const struct worker_sockets *sockets, struct worker **out)
{
	struct worker *w = calloc(1, sizeof(*w));
	int error = w != NULL ? uv_loop_init(&w->loop) : UV_ENOMEM;

	if (error != 0) {
		free(w);
		return error;
	}
	w->sockets = *sockets;
	w->grace.data = w;
	w->wake.data = w;
	pthread_mutex_init(&w->mutex, NULL);
	bytes_init(&w->reply, 0);
	error = uv_async_init(&w->loop, &w->wake, on_wake);
	if (error != 0) {
		worker_free(w);
		return error;
	}
	uv_timer_init(&w->loop, &w->grace);
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

struct worker *worker_start(struct snapshot *snapshot, const struct worker_sockets *sockets,
	void (*draining)(void *ctx), void *ctx)
{
	struct worker *w;
	int error = worker_new(snapshot, sockets, &w);

	if (error == 0) {
		w->draining = draining;
		w->draining_ctx = ctx;
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

void worker_reload(struct worker *w, struct snapshot *snapshot)
{
	pthread_mutex_lock(&w->mutex);
	snapshot_unref(w->next);
	w->next = snapshot_ref(snapshot);
	pthread_mutex_unlock(&w->mutex);
	uv_async_send(&w->wake);
}

void worker_stop(struct worker *w)
{
	pthread_mutex_lock(&w->mutex);
	w->stop = true;
	pthread_mutex_unlock(&w->mutex);
	uv_async_send(&w->wake);
}

void worker_join(struct worker *w)
{
	pthread_join(w->thread, NULL);
	worker_free(w);
}
