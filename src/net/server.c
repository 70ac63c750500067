/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/server.h"

#include "net/listener.h"
#include "net/peer.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENT_BATCH 64
#define LINGER_MS 1000
#define LAST_CHANCE_MS 1000 /* see net_drain */

static void on_timer_closed(uv_handle_t *timer)
{
	struct net_server *server = timer->data;

	close(server->epoll_fd);
	net_listeners_free(server);
	free(server);
}

static enum net_end end_of(enum net_peer_wait kind)
{
	switch (kind) {
	case NET_PEER_WAIT_PEER:
	case NET_PEER_WAIT_STRANGER:
		return NET_END_REQUEST_TIMEOUT;
	case NET_PEER_WAIT_IDLE:
		return NET_END_IDLE_TIMEOUT;
	default:
		return NET_END_DONE;
	}
}

static uint32_t limit_ms(const struct net_server *server, enum net_peer_wait kind)
{
	switch (kind) {
	case NET_PEER_WAIT_PEER:
		return server->settings.request_timeout_ms;
	case NET_PEER_WAIT_IDLE:
		return server->settings.idle_timeout_ms;
	case NET_PEER_WAIT_STRANGER:
		return server->settings.request_timeout_ms < NET_STRANGER_MS
			       ? server->settings.request_timeout_ms
			       : NET_STRANGER_MS;
	default:
		return LINGER_MS;
	}
}

/* The first peer to time out among those that wait for `kind`, and when; NULL if none waits. */
static struct net_peer *first_waiting(
	const struct net_server *server, enum net_peer_wait kind, uint64_t *deadline)
{
	struct list *entry = list_first(&server->waits[kind]);

	if (entry == NULL) {
		return NULL;
	}
	struct net_peer *p = CONTAINER_OF(entry, struct net_peer, wait);

	*deadline = p->since + limit_ms(server, kind);
	return p;
}

/* The first peer to time out among those with an incomplete request. */
static struct net_peer *first_incomplete(const struct net_server *server, uint64_t *deadline)
{
	struct net_peer *first = NULL;
	uint64_t first_since = UINT64_MAX;
	uint64_t since;

	for (struct list *at = server->services.next; at != &server->services; at = at->next) {
		const struct net_service *service = CONTAINER_OF(at, struct net_service, among);
		struct net_conn *conn = service->protocol->oldest(service->pool, &since);

		if (conn != NULL && since < first_since) {
			first = CONTAINER_OF(conn, struct net_peer, memory);
			first_since = since;
			*deadline = since + server->settings.request_timeout_ms;
		}
	}
	return first;
}

static size_t incomplete_bytes(const struct net_server *server)
{
	size_t sum = 0;

	for (struct list *at = server->services.next; at != &server->services; at = at->next) {
		const struct net_service *service = CONTAINER_OF(at, struct net_service, among);

		sum += service->protocol->incomplete_bytes(service->pool);
	}
	return sum;
}

/*
 * A front end sends a request in one go: when memory is short, the request that has been incomplete
 * for longest is aborted.
 */
static void bound_incomplete(struct net_server *server)
{
	size_t max = server->settings.incomplete_max;
	uint64_t deadline;
	struct net_peer *p;

	while (max > 0 && incomplete_bytes(server) > max &&
		(p = first_incomplete(server, &deadline)) != NULL) {
		log_limited(&server->incomplete_limit, LOG_LEVEL_WARNING, uv_now(server->loop),
			"requests that have not come whole take more than %zu bytes in one worker: "
			"the connection of the oldest is closed (max_params, request_timeout)",
			max);
		net_peer_close(p, NET_END_INCOMPLETE);
	}
}

static void close_expired(struct net_server *server)
{
	uint64_t now = uv_now(server->loop);
	uint64_t deadline;
	struct net_peer *p;

	for (enum net_peer_wait kind = 0; kind < NET_PEER_WAIT_COUNT; kind++) {
		while ((p = first_waiting(server, kind, &deadline)) != NULL && deadline <= now) {
			net_peer_close(p, end_of(kind));
		}
	}
	while ((p = first_incomplete(server, &deadline)) != NULL && deadline <= now) {
		net_peer_close(p, NET_END_REQUEST_TIMEOUT);
	}
}

static uint64_t next_deadline(const struct net_server *server)
{
	bool drained = server->drained != NULL && server->peer_count == 0;
	uint64_t next;
	uint64_t deadline;

	if (drained) {
		return 0;
	}
	next = server->drain_at;
	for (enum net_peer_wait kind = 0; kind < NET_PEER_WAIT_COUNT; kind++) {
		if (first_waiting(server, kind, &deadline) != NULL && deadline < next) {
			next = deadline;
		}
	}
	if (first_incomplete(server, &deadline) != NULL && deadline < next) {
		next = deadline;
	}
	if (server->starved && server->retry_at > uv_now(server->loop) && server->retry_at < next) {
		next = server->retry_at;
	}
	return next;
}

static void drain_peers(struct net_server *server)
{
	bool first = !server->last_chance;

	server->last_chance = true;
	server->drain_at = first ? uv_now(server->loop) + LAST_CHANCE_MS : UINT64_MAX;
	for (struct list *at = server->peers.next; at != &server->peers; at = at->next) {
		struct net_peer *p = CONTAINER_OF(at, struct net_peer, all);
		bool time = server->drain == NET_DRAIN_ALL || !net_peer_conn(p)->spoken;

		net_peer_drain(p, first && time);
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct net_server *server = CONTAINER_OF(timer, struct net_server, timer);

	server->timer_at = UINT64_MAX;
	net_server_enter(server);
	if (server->drain_at <= uv_now(server->loop)) {
		drain_peers(server);
	}
	close_expired(server);
	net_server_leave(server);
	if (server->drained != NULL && server->peer_count == 0) {
		void (*drained)(void *) = server->drained;

		server->drained = NULL;
		drained(server->drained_ctx);
	}
}

/*
 * A timer that is set too early finds nothing to do and is set again: most waits end long before
 * their deadline, and cost nothing here.
 */
static void set_timer(struct net_server *server)
{
	uint64_t next = next_deadline(server);
	uint64_t now = uv_now(server->loop);

	if (next < server->timer_at) {
		server->timer_at = next;
		uv_timer_start(&server->timer, on_timer, next > now ? next - now : 0, 0);
	}
}

void net_server_enter(struct net_server *server)
{
	server->depth++;
}

void net_server_leave(struct net_server *server)
{
	if (--server->depth > 0 || server->closing) {
		return;
	}
	bound_incomplete(server);
	for (struct list *entry; (entry = list_pop(&server->closed)) != NULL;) {
		struct net_peer *p = CONTAINER_OF(entry, struct net_peer, wait);

		list_remove(&p->all);
		list_prepend(&p->service->spare, &p->all);
	}
	net_listeners_update(server);
	set_timer(server);
}

/* A turn begins with the remains of the last one: responses are sent before the server waits. */
void net_server_turn(struct net_server *server, bool wait)
{
	uv_loop_t *loop = server->loop;
	struct epoll_event ready[EVENT_BATCH];

	net_peers_send(server);
	int timeout = wait ? uv_backend_timeout(loop) : 0;
	int count = epoll_wait(server->epoll_fd, ready, EVENT_BATCH, timeout);
	/* Timers are due, or handles must be closed or polled, or more work is pending. */
	bool loop_too = timeout == 0 || count <= 0;

	uv_update_time(loop);
	net_server_enter(server);
	for (int i = 0; i < count; i++) {
		void *who = ready[i].data.ptr;

		if (who == loop) {
			loop_too = true;
		} else if (!net_listeners_on_event(server, who)) {
			net_peer_on_events(who, ready[i].events);
		}
	}
	net_server_leave(server);
	if (loop_too) {
		uv_run(loop, UV_RUN_NOWAIT);
	}
}

void net_service_init(struct net_service *service, const struct net_protocol *protocol, void *pool)
{
	*service = (struct net_service){.protocol = protocol, .pool = pool};
	list_init(&service->among);
	list_init(&service->spare);
	service->stats = &service->own_stats;
}

struct net_server *net_server_new(uv_loop_t *loop, const struct net_settings *settings)
{
	struct net_server *server = calloc(1, sizeof(*server));

	if (server == NULL) {
		return NULL;
	}
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (server->epoll_fd < 0) {
		free(server);
		return NULL;
	}
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = loop};

	if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, uv_backend_fd(loop), &event) != 0) {
		close(server->epoll_fd);
		free(server);
		return NULL;
	}
	uv_timer_init(loop, &server->timer);
	server->timer.data = server;
	server->loop = loop;
	server->settings = *settings;
	server->timer_at = UINT64_MAX;
	server->drain_at = UINT64_MAX;
	bytes_init(&server->scratch, 0);
	list_init(&server->peers);
	list_init(&server->closed);
	list_init(&server->services);
	list_init(&server->answered);
	for (size_t i = 0; i < NET_PEER_WAIT_COUNT; i++) {
		list_init(&server->waits[i]);
	}
	return server;
}

int net_server_listen(struct net_server *server, int fd, struct net_service *service)
{
	return net_listeners_add(server, fd, service);
}

void net_server_configure(struct net_server *server, const struct net_settings *settings)
{
	net_server_enter(server);
	server->settings = *settings;
	server->update_due = true;
	net_server_leave(server);
}

void net_server_drain(
	struct net_server *server, enum net_drain drain, void (*drained)(void *ctx), void *ctx)
{
	net_server_enter(server);
	net_listeners_accept_waiting(server);
	net_listeners_close(server);
	server->draining = true;
	server->update_due = true;
	server->drain = drain;
	server->drain_at = 0;
	server->drained = drained;
	server->drained_ctx = ctx;
	net_server_leave(server);
}

static void free_peers(struct list *all)
{
	for (struct list *entry; (entry = list_pop(all)) != NULL;) {
		free(CONTAINER_OF(entry, struct net_peer, all));
	}
}

void net_server_close(struct net_server *server)
{
	assert(server->depth == 0);
	server->closing = true;
	net_server_enter(server);
	for (struct list *at = server->peers.next; at != &server->peers; at = at->next) {
		net_peer_close(CONTAINER_OF(at, struct net_peer, all), NET_END_DONE);
	}
	free_peers(&server->peers);
	for (struct list *at = server->services.next; at != &server->services; at = at->next) {
		free_peers(&CONTAINER_OF(at, struct net_service, among)->spare);
	}
	bytes_clear(&server->scratch);
	net_listeners_close(server);
	uv_close((uv_handle_t *)&server->timer, on_timer_closed);
}
