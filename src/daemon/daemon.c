/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/daemon.h"

#include "authz/snapshot.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "daemon/admin.h"
#include "daemon/confinement.h"
#include "daemon/inspect.h"
#include "daemon/limits.h"
#include "daemon/live_config.h"
#include "daemon/log_target.h"
#include "daemon/monitor.h"
#include "daemon/places.h"
#include "daemon/privileges.h"
#include "daemon/reach.h"
#include "daemon/service_manager.h"
#include "daemon/signals.h"
#include "daemon/slow_lists.h"
#include "daemon/sockets.h"
#include "daemon/tcp_peers.h"
#include "daemon/upgrade_child.h"
#include "daemon/upgrade_parent.h"
#include "http/head.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "worker/pool.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct service {
	struct daemon_live_config live;
	char *program; /* NULL: unknown */
	struct daemon_monitor *monitor;
	struct daemon_sockets sockets;
	struct daemon_confinement confinement;
	struct bytes confined; /* what the sandbox is, for the log; empty: it is off */
	struct bytes reach;  /* who can reach the sockets, for the log: see daemon_reach_describe */
	struct bytes places; /* where it listens: see daemon_places_describe */
	int64_t started_wall_s;
	struct daemon_tcp_peers tcp_peers;
	struct worker_pool *pool;
	struct daemon_admin *admin;    /* NULL: no place for it is configured */
	struct metrics *metrics;       /* for as many workers as will run */
	struct recent *recent;         /* the same; NULL: recent decisions are not kept */
	struct authz_rates_near *near; /* the same */
	uint32_t threads;
	/* this process's side of an upgrade, as the successor */
	struct daemon_upgrade_child child;
	bool serving; /* every worker has responded to a ping */
	bool alone;   /* no predecessor serves any more */
	bool hand_over_when_alone;
	/* this process's side of an upgrade, as the predecessor; NULL: none runs */
	struct daemon_upgrade_parent *parent;
	uv_loop_t loop;
	struct daemon_signals signals;
	struct daemon_service_manager manager;
};

static void announce_serving(struct service *s)
{
	daemon_service_manager_announce(&s->manager,
		"serving on %.*s with %u thread(s), policies from %s", (int)s->places.len,
		(const char *)s->places.data, s->threads, s->live.path);
}

static void hand_over(void *ctx);

static void on_alone(void *ctx)
{
	struct service *s = ctx;

	s->alone = true;
	daemon_sockets_share(&s->sockets, false);
	daemon_service_manager_listens(&s->manager);
	if (s->hand_over_when_alone) {
		hand_over(s);
	}
}

static void on_responded(void *ctx)
{
	struct service *s = ctx;

	daemon_admin_responded(s->admin);
	if (s->serving) {
		daemon_service_manager_responded(&s->manager);
		return;
	}
	s->serving = true;
	daemon_upgrade_child_ready(&s->child, &s->loop, on_alone, s);
}

static void reload(void *ctx)
{
	struct service *s = ctx;

	daemon_service_manager_reloading(&s->manager, s->live.path);
	if (daemon_live_config_reload(&s->live)) {
		metrics_note(s->metrics, METRICS_RELOADED, clock_wall_s());
		announce_serving(s);
	} else {
		metrics_note(s->metrics, METRICS_RELOAD_FAILED, clock_wall_s());
		daemon_service_manager_announce(&s->manager,
			"reload failed: %s has errors (see the log); what was in force still is",
			s->live.path);
	}
}

/*
 * No worker accepts any more, so the sockets are closed: otherwise a client that connects now would
 * wait for the requests in flight, and then get no response.
 */
static void on_accepting_stopped(void *ctx)
{
	struct service *s = ctx;

	daemon_sockets_close(&s->sockets);
}

static void stop(struct service *s, enum net_drain drain)
{
	daemon_signals_close(&s->signals);
	worker_pool_stop(s->pool, drain);
	if (!daemon_admin_is_closed(s->admin)) {
		daemon_admin_close(s->admin);
	}
	daemon_live_config_close_watch(&s->live);
	daemon_confinement_close(&s->confinement);
	daemon_service_manager_close(&s->manager);
	daemon_upgrade_parent_free(s->parent);
	s->parent = NULL;
	daemon_upgrade_child_clear(&s->child);
}

/* MAINPID= now names the successor; this process sends no further notifications. */
static void on_successor_ready(void *ctx, pid_t successor)
{
	struct service *s = ctx;

	log_write(LOG_LEVEL_INFO,
		"hand-over: PID %ld serves now; what is in flight here is finished first",
		(long)successor);
	daemon_service_manager_leave(&s->manager, successor);
	daemon_sockets_share(&s->sockets, true);
	stop(s, NET_DRAIN_ALL);
}

static void on_successor_failed(void *ctx)
{
	struct service *s = ctx;

	daemon_upgrade_parent_free(s->parent);
	s->parent = NULL;
	daemon_service_manager_status(
		&s->manager, "hand-over failed (see the log); this process goes on serving");
}

static void hand_over(void *ctx)
{
	struct service *s = ctx;
	const struct daemon_upgrade_parent_owner owner = {
		.ready = on_successor_ready, .failed = on_successor_failed, .ctx = s};

	if (s->parent != NULL) {
		log_write(LOG_LEVEL_WARNING, "hand-over: another one is under way");
		return;
	}
	s->hand_over_when_alone = !s->alone;
	if (!s->alone) {
		return;
	}
	s->parent =
		daemon_upgrade_parent_start(&s->loop, s->program, s->monitor, &s->sockets, &owner);
	if (s->parent == NULL) {
		on_successor_failed(s);
	}
}

static void on_stop(void *ctx)
{
	struct service *s = ctx;

	log_write(LOG_LEVEL_INFO, "stopping; what is in flight is finished first");
	daemon_service_manager_stopping(&s->manager);
	stop(s, NET_DRAIN_NEW);
}

static bool start_workers(struct service *s)
{
	const struct worker_sockets sockets = {
		.fds = s->sockets.fds,
		.protocols = s->sockets.protocols,
		.count = s->sockets.count,
		.tcp_peers = s->tcp_peers.items,
		.tcp_peer_count = s->tcp_peers.count,
		.worker_count = s->threads,
	};

	s->metrics = metrics_new(s->threads, s->started_wall_s);
	if (s->metrics == NULL || !metrics_know_policies(s->metrics, s->live.snapshot->config)) {
		log_write(LOG_LEVEL_ERROR, "out of memory");
		return false;
	}
	uint32_t recent = s->live.snapshot->config->server.recent;

	if (recent > 0 && daemon_admin_is_wanted(&s->sockets)) {
		s->recent = recent_new(s->threads, recent);
		s->near = authz_rates_near_new(s->threads);
		if (s->recent == NULL || s->near == NULL) {
			log_write(LOG_LEVEL_ERROR, "out of memory");
			return false;
		}
	}
	const struct worker_records records = {s->metrics, s->recent, s->near};

	return worker_pool_start(s->pool, s->live.snapshot, &sockets, &records);
}

/* Without it the process serves all the same. */
static void start_admin(struct service *s)
{
	const struct daemon_status status = {
		.live = &s->live,
		.sockets = &s->sockets,
		.metrics = s->metrics,
		.recent = s->recent,
		.near = s->near,
	};

	if (daemon_admin_is_wanted(&s->sockets)) {
		s->admin = daemon_admin_new(&s->loop, s->pool, &status);
	}
}

static bool prepare(struct service *s, struct diag *diag)
{
	const struct config *config = s->live.snapshot->config;

	if (!daemon_inspect_files(config, diag) ||
		!daemon_tcp_peers_init(&s->tcp_peers, config, diag) ||
		!daemon_sockets_open(&s->sockets, &config->server, &s->child.given, diag) ||
		!daemon_tcp_peers_check_sockets(&s->tcp_peers, config, &s->sockets, diag)) {
		return false;
	}
	daemon_reach_describe(&s->sockets, &s->reach);
	daemon_places_describe(&s->sockets, &s->places);
	daemon_places_warn(&s->sockets, &config->server, diag);
	if (!daemon_monitor_drop_privileges(
		    s->monitor, config->server.user, config->server.group, diag) ||
		!daemon_privileges_drop(config->server.user, config->server.group, diag)) {
		return false;
	}
	int error = log_open(&config->log.sink);

	if (error != 0) {
		struct bytes why;

		bytes_init(&why, 0);
		daemon_log_target_explain(config->log.sink.path, error, &why);
		diag_error(diag, NULL, "%.*s", (int)why.len, (const char *)why.data);
		bytes_clear(&why);
		return false;
	}
	if (!daemon_confinement_enter(
		    config, &s->sockets, &s->child.given, s->monitor, &s->confined, diag)) {
		return false;
	}
	error = log_start();
	if (error != 0) {
		diag_error(diag, NULL, "the log cannot be started: %s", strerror(error));
		return false;
	}
	return true;
}

/*
 * In the sandbox: a loop of libuv from 1.45 on that is made outside of it has an io_uring, which
 * the sandbox forbids, and libuv ends the process. In the sandbox libuv does without.
 */
static bool init_loop(struct service *s)
{
	const struct worker_pool_owner owner = {
		.responded = on_responded, .stopped_accepting = on_accepting_stopped, .ctx = s};

	if (uv_loop_init(&s->loop) != 0) {
		log_write(LOG_LEVEL_ERROR, "the main loop cannot be set up");
		return false;
	}
	s->pool = worker_pool_new(&s->loop, &owner);
	if (s->pool == NULL) {
		log_write(LOG_LEVEL_ERROR, "the main loop cannot be set up");
		uv_loop_close(&s->loop);
		return false;
	}
	daemon_live_config_init_watch(&s->live, &s->loop, s->pool);
	daemon_service_manager_init(&s->manager, &s->loop, s->pool);
	return true;
}

static void log_confined(const struct service *s)
{
	if (s->confined.len > 0) {
		log_write(LOG_LEVEL_INFO, "sandbox: %.*s", (int)s->confined.len, s->confined.data);
	}
}

static int run(struct service *s, struct diag *diag)
{
	const struct daemon_signals_owner owner = {
		.reload = reload, .hand_over = hand_over, .stop = on_stop, .ctx = s};
	int code = EXIT_CODE_ERROR;

	s->threads = worker_pool_size(s->live.snapshot->config->server.threads);
	if (!prepare(s, diag) || !init_loop(s)) {
		daemon_upgrade_child_fail(&s->child, diag);
		daemon_upgrade_child_clear(&s->child);
		daemon_sockets_close(&s->sockets);
		daemon_tcp_peers_clear(&s->tcp_peers);
		return code;
	}
	log_diag(diag);
	diag_clear(diag);
	if (daemon_signals_watch(&s->signals, &s->loop, &owner) && start_workers(s)) {
		log_write(LOG_LEVEL_INFO, "serving on %.*s with %u thread(s), policies from %s",
			(int)s->places.len, (const char *)s->places.data, s->threads, s->live.path);
		log_confined(s);
		daemon_reach_log(&s->reach);
		authz_snapshot_log_nameservers(s->live.snapshot);
		daemon_live_config_watch(&s->live, s->metrics);
		start_admin(s);
		daemon_confinement_watch(&s->confinement, &s->loop,
			s->live.snapshot->config->server.sandbox, s->monitor, s->metrics);
		announce_serving(s);
		code = EXIT_CODE_OK;
	} else {
		daemon_upgrade_child_fail(&s->child, diag);
		stop(s, NET_DRAIN_NEW);
	}
	while (!daemon_admin_is_closed(s->admin)) {
		daemon_admin_turn(s->admin);
	}
	uv_run(&s->loop, UV_RUN_DEFAULT);
	daemon_admin_free(s->admin);
	worker_pool_free(s->pool);
	metrics_free(s->metrics);
	recent_free(s->recent);
	authz_rates_near_free(s->near);
	daemon_tcp_peers_clear(&s->tcp_peers);
	uv_loop_close(&s->loop);
	return code;
}

/* Reads the configuration, and what a predecessor passed on. */
static bool load(struct service *s, const char *config_path, struct diag *diag)
{
	if (daemon_upgrade_child_init(&s->child, diag) &&
		daemon_live_config_load(&s->live, config_path, diag)) {
		return true;
	}
	daemon_upgrade_child_fail(&s->child, diag);
	daemon_upgrade_child_clear(&s->child);
	return false;
}

int daemon_run(const char *config_path, char *const *argv, struct progress *progress)
{
	char *program = daemon_upgrade_parent_program(argv[0]);
	struct service *s = calloc(1, sizeof(*s));
	struct diag diag;
	int code = EXIT_CODE_CONFIG;

	daemon_limits_raise_descriptors();
	signal(SIGPIPE, SIG_IGN);
	daemon_signals_hold();
	/* First: the handlers that libuv adds for fork(2) would close the monitor's descriptors. */
	struct daemon_monitor *monitor = daemon_monitor_new(program, argv);

	if (s == NULL || monitor == NULL) {
		daemon_monitor_free(monitor);
		free(program);
		free(s);
		log_write(LOG_LEVEL_ERROR, "out of memory, descriptors or processes");
		return EXIT_CODE_ERROR;
	}
	daemon_limits_set_arena_growth();
	http_head_library_init();
	s->started_wall_s = clock_wall_s();
	s->program = program;
	s->monitor = monitor;
	diag_init(&diag);

	struct daemon_slow_lists slow;

	diag.progress = daemon_slow_lists_init(&slow, progress);
	if (load(s, config_path, &diag)) {
		log_diag(&diag);
		diag_clear(&diag);
		code = run(s, &diag);
		daemon_live_config_clear(&s->live);
	}
	log_diag(&diag);
	diag_clear(&diag);
	log_close();
	bytes_clear(&s->confined);
	bytes_clear(&s->reach);
	bytes_clear(&s->places);
	daemon_monitor_free(s->monitor);
	free(s->program);
	free(s);
	return code;
}
