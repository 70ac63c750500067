/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "serve.h"

#include "base/clock.h"
#include "base/log.h"
#include "exit_code.h"
#include "fcgi/addrs.h"
#include "http/head.h"
#include "metrics.h"
#include "privileges.h"
#include "snapshot.h"
#include "sockets.h"
#include "worker.h"

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

#define THREADS_MAX 1024
#define LOOK_EVERY_MS 1000 /* at resolv.conf, and at what snapshot.h names */

static const int watched[] = {SIGHUP, SIGUSR1, SIGTERM, SIGINT};

struct service {
	const char *config_path;
	struct snapshot *snapshot;
	const struct config *first; /* whose listen specs the sockets still name */
	struct sockets sockets;
	int64_t started_wall_s;
	struct addr web_server_addrs[FCGI_WEB_SERVER_ADDRS_MAX];
	size_t web_server_addr_count;
	struct worker *workers[THREADS_MAX];
	size_t worker_count;
	struct metrics *metrics;       /* of as many workers as there are to be */
	_Atomic size_t draining_count; /* workers that accept no more */
	uv_async_t draining;
	/* Of the files as they were last read, with success or without. */
	uint64_t stamps[SNAPSHOT_FILES_COUNT];
	uv_loop_t loop;
	uv_signal_t signals[ARRAY_LEN(watched)];
	size_t signal_count;
	uv_timer_t look;
};

/* Each connection and each DNS socket is a descriptor, and the soft limit is mostly 1,024. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/*
 * Each worker allocates from an arena of its own, which would grow by a few pages and a system call
 * at a time, and give them back as soon.
 */
static void let_memory_grow_in_strides(void)
{
	mallopt(M_TOP_PAD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 4 << 20);
}

static uint32_t thread_count(const struct config_server *server)
{
	cpu_set_t cpus;

	if (server->threads > 0) {
		return server->threads;
	}
	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0 || CPU_COUNT(&cpus) < 1) {
		return 1;
	}
	return (uint32_t)CPU_COUNT(&cpus);
}

/* Owns `next`; false when out of memory. */
static bool take(struct service *s, struct snapshot *next)
{
	if (!metrics_know_policies(s->metrics, next->config)) {
		log_write(LOG_LEVEL_ERROR, "out of memory; nothing has changed");
		snapshot_unref(next);
		return false;
	}
	for (size_t i = 0; i < s->worker_count; i++) {
		worker_reload(s->workers[i], next);
	}
	snapshot_unref(s->snapshot);
	s->snapshot = next;
	return true;
}

static void look_at_resolv_conf(struct service *s)
{
	struct diag diag;

	diag_init(&diag);
	struct snapshot *next = snapshot_renewed(s->snapshot, &diag);

	log_diag(&diag);
	diag_clear(&diag);
	if (next != NULL && take(s, next)) {
		metrics_note(s->metrics, METRICS_RESOLV_CONF_REREAD, clock_wall_s());
		log_write(LOG_LEVEL_INFO, "resolv.conf has changed; what it says is in force");
	}
}

/* Files that were found bad are not read again until they change again. */
static void look_at(struct service *s, enum snapshot_files files)
{
	static const char *const words[SNAPSHOT_FILES_COUNT] = {
		[SNAPSHOT_TRUST] = "what certificates are verified by",
		[SNAPSHOT_LISTS] = "a file that rules read",
	};
	enum metrics_event failed =
		files == SNAPSHOT_TRUST ? METRICS_TRUST_FAILED : METRICS_LISTS_FAILED;
	enum metrics_event reread =
		files == SNAPSHOT_TRUST ? METRICS_TRUST_REREAD : METRICS_LISTS_REREAD;
	uint64_t stamp = snapshot_stamp(s->snapshot, files);
	struct snapshot *next;
	struct diag diag;

	if (stamp == s->stamps[files]) {
		return;
	}
	s->stamps[files] = stamp;
	diag_init(&diag);
	next = snapshot_reread(s->snapshot, files, &diag);
	log_diag(&diag);
	diag_clear(&diag);
	if (next == NULL) {
		metrics_note(s->metrics, failed, clock_wall_s());
		log_write(LOG_LEVEL_ERROR,
			"%s has changed, and has errors; what was read before stays in force",
			words[files]);
		return;
	}
	s->stamps[files] = next->stamps[files];
	if (take(s, next)) {
		metrics_note(s->metrics, reread, clock_wall_s());
		log_write(LOG_LEVEL_INFO, "%s has changed, and was read anew", words[files]);
	}
}

static void on_look(uv_timer_t *timer)
{
	struct service *s = timer->data;

	if (dns_shared_watches(s->snapshot->dns)) {
		look_at_resolv_conf(s);
	}
	for (size_t i = 0; i < SNAPSHOT_FILES_COUNT; i++) {
		look_at(s, (enum snapshot_files)i);
	}
}

/* A few stats a second, where there is a file to look at. */
static void look_if_need_be(struct service *s)
{
	if (dns_shared_watches(s->snapshot->dns) || snapshot_watches(s->snapshot)) {
		uv_timer_start(&s->look, on_look, LOOK_EVERY_MS, LOOK_EVERY_MS);
	} else {
		uv_timer_stop(&s->look);
	}
}

/* False after it has been logged why. */
static bool reload(struct service *s)
{
	struct diag diag;
	struct snapshot *next;

	diag_init(&diag);
	next = snapshot_load(s->config_path, s->snapshot, &diag);
	log_diag(&diag);
	diag_clear(&diag);
	if (next == NULL) {
		log_write(LOG_LEVEL_ERROR, "reload: %s has errors; nothing has changed",
			s->config_path);
		return false;
	}
	int error = log_open(&next->config->log.sink);

	if (error != 0) {
		log_write(LOG_LEVEL_ERROR, "reload: the log %s: %s; nothing has changed",
			next->config->log.sink.path, strerror(error));
		snapshot_unref(next);
		return false;
	}
	memcpy(s->stamps, next->stamps, sizeof(s->stamps));
	if (!take(s, next)) {
		return false;
	}
	look_if_need_be(s);
	log_write(LOG_LEVEL_INFO,
		"reload: %s is in force; listen, user, group and threads need a restart",
		s->config_path);
	return true;
}

/* Called from a worker's thread. */
static void on_worker_draining(void *ctx)
{
	struct service *s = ctx;

	s->draining_count++;
	uv_async_send(&s->draining);
}

/*
 * Nobody accepts any more, so the door must not look open: a client that still got in would wait
 * for the requests in flight, and find nobody then.
 */
static void close_door(uv_async_t *draining)
{
	struct service *s = draining->data;

	if (s->draining_count == s->worker_count) {
		sockets_close(&s->sockets);
		uv_close((uv_handle_t *)draining, NULL);
	}
}

/*
 * Signals that come before they are watched wait until they are. Those that come after, when the
 * end has begun, find nobody, and must not cut it short.
 */
static void hold_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++) {
		sigaddset(&set, watched[i]);
	}
	pthread_sigmask(how, &set, NULL);
}

static void stop(struct service *s)
{
	hold_signals(SIG_BLOCK);
	for (size_t i = 0; i < s->worker_count; i++) {
		worker_stop(s->workers[i]);
	}
	for (size_t i = 0; i < s->signal_count; i++) {
		uv_close((uv_handle_t *)&s->signals[i], NULL);
	}
	s->signal_count = 0;
	if (!uv_is_closing((uv_handle_t *)&s->look)) {
		uv_close((uv_handle_t *)&s->look, NULL);
	}
	uv_async_send(&s->draining);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct service *s = handle->data;

	switch (number) {
	case SIGHUP:
		metrics_note(s->metrics, reload(s) ? METRICS_RELOADED : METRICS_RELOAD_FAILED,
			clock_wall_s());
		break;
	case SIGUSR1: {
		int error = log_reopen();

		if (error != 0) {
			log_write(LOG_LEVEL_ERROR, "the log could not be reopened: %s",
				strerror(error));
		}
		break;
	}
	default:
		log_write(LOG_LEVEL_INFO, "stopping; what is in flight is finished first");
		stop(s);
		break;
	}
}

static bool watch_signals(struct service *s)
{
	for (size_t i = 0; i < ARRAY_LEN(watched); i++) {
		int error = uv_signal_init(&s->loop, &s->signals[i]);

		if (error == 0) {
			s->signals[i].data = s;
			s->signal_count++;
			error = uv_signal_start(&s->signals[i], on_signal, watched[i]);
		}
		if (error != 0) {
			log_write(LOG_LEVEL_ERROR, "signals cannot be watched: %s",
				uv_strerror(error));
			return false;
		}
	}
	hold_signals(SIG_UNBLOCK);
	return true;
}

/* Workers block every signal, so that all arrive at the main thread. */
static bool start_workers(struct service *s)
{
	uint32_t wanted = thread_count(&s->snapshot->config->server);
	const struct worker_sockets sockets = {
		.fds = s->sockets.fds,
		.protocols = s->sockets.protocols,
		.count = s->sockets.count,
		.web_server_addrs = s->web_server_addrs,
		.web_server_addr_count = s->web_server_addr_count,
		.sharers = wanted,
	};
	sigset_t all;
	sigset_t before;

	s->metrics = metrics_new(wanted, s->started_wall_s);
	if (s->metrics == NULL || !metrics_know_policies(s->metrics, s->snapshot->config)) {
		log_write(LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (s->worker_count < wanted && s->worker_count < THREADS_MAX) {
		struct worker *w = worker_start(
			s->snapshot, &sockets, s->metrics, s->worker_count, on_worker_draining, s);

		if (w == NULL) {
			break;
		}
		s->workers[s->worker_count++] = w;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return s->worker_count == wanted;
}

static bool read_web_server_addrs(struct service *s, struct diag *diag)
{
	const char *text = getenv("FCGI_WEB_SERVER_ADDRS");
	const char *why;

	if (text == NULL || fcgi_web_server_addrs_parse(str_view(text), s->web_server_addrs,
				    &s->web_server_addr_count, &why)) {
		return true;
	}
	diag_error(diag, NULL, "FCGI_WEB_SERVER_ADDRS is \"%s\": %s", text, why);
	return false;
}

static bool prepare(struct service *s, struct diag *diag)
{
	const struct config *config = s->snapshot->config;

	if (!read_web_server_addrs(s, diag) || !sockets_open(&s->sockets, &config->server, diag) ||
		!privileges_drop(config->server.user, config->server.group, diag)) {
		return false;
	}
	int error = log_open(&config->log.sink);

	if (error != 0) {
		diag_error(diag, NULL, "the log %s: %s", config->log.sink.path, strerror(error));
		return false;
	}
	error = log_start();
	if (error != 0) {
		diag_error(diag, NULL, "the log cannot be started: %s", strerror(error));
		return false;
	}
	return true;
}

static int run(struct service *s)
{
	int code = EXIT_CODE_ERROR;
	struct diag diag;
	int error = uv_async_init(&s->loop, &s->draining, close_door);

	if (error != 0) {
		log_write(
			LOG_LEVEL_ERROR, "the main loop cannot be set up: %s", uv_strerror(error));
		return code;
	}
	s->draining.data = s;
	uv_timer_init(&s->loop, &s->look);
	s->look.data = s;
	diag_init(&diag);
	if (watch_signals(s) && prepare(s, &diag) && start_workers(s)) {
		log_write(LOG_LEVEL_INFO,
			"serving on %zu socket(s) with %zu thread(s), policies from %s",
			s->sockets.count, s->worker_count, s->config_path);
		memcpy(s->stamps, s->snapshot->stamps, sizeof(s->stamps));
		look_if_need_be(s);
		code = EXIT_CODE_OK;
	} else {
		stop(s);
	}
	uv_run(&s->loop, UV_RUN_DEFAULT);
	for (size_t i = 0; i < s->worker_count; i++) {
		worker_join(s->workers[i]);
	}
	metrics_free(s->metrics);
	log_diag(&diag);
	diag_clear(&diag);
	return code;
}

int serve(const char *config_path)
{
	struct service *s = calloc(1, sizeof(*s));
	struct diag diag;
	int code = EXIT_CODE_CONFIG;

	if (s == NULL || uv_loop_init(&s->loop) != 0) {
		free(s);
		log_write(LOG_LEVEL_ERROR, "out of memory or descriptors");
		return EXIT_CODE_ERROR;
	}
	raise_descriptor_limit();
	let_memory_grow_in_strides();
	signal(SIGPIPE, SIG_IGN);
	hold_signals(SIG_BLOCK);
	http_head_library_init();
	s->started_wall_s = clock_wall_s();
	s->config_path = config_path;
	diag_init(&diag);
	s->snapshot = snapshot_load(config_path, NULL, &diag);
	log_diag(&diag);
	diag_clear(&diag);
	if (s->snapshot != NULL) {
		s->first = config_hold(s->snapshot->config);
		code = run(s);
		config_release(s->first);
		snapshot_unref(s->snapshot);
	}
	log_close();
	uv_loop_close(&s->loop);
	free(s);
	return code;
}
