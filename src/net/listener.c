/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/listener.h"

#include "log/log.h"
#include "net/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPT_BATCH 8 /* connections accepted before open ones are served again */
#define STAYED_MAX 4   /* connections that stay after which another worker is to accept */
#define STARVED_MS 100 /* until the next try, without descriptors */

/*
 * The most connections accepted before draining, so that a steady stream of new ones cannot delay
 * its end.
 */
#define LAST_BATCH SOMAXCONN

static bool peer_is_allowed(const struct net_settings *settings, const struct addr *from)
{
	bool allowed = settings->peer_count == 0 || from->family == ADDR_NONE;

	for (size_t i = 0; i < settings->peer_count && !allowed; i++) {
		allowed = prefix_contains(&settings->peers[i], from);
	}
	return allowed;
}

static void starve(struct net_server *server, const char *what)
{
	if (!server->starved) {
		log_write(LOG_LEVEL_ERROR, "connections have to wait: %s", what);
		if (server->settings.pauses != NULL) {
			counter_add(&server->settings.pauses->descriptors, 1);
		}
	}
	server->starved = true;
	server->update_due = true;
	server->retry_at = uv_now(server->loop) + STARVED_MS;
}

static uint32_t connections_allowed(const struct net_server *server)
{
	const struct net_settings *settings = &server->settings;
	uint32_t part = settings->max_connections /
			(settings->worker_count > 0 ? settings->worker_count : 1);

	return part > 0 ? part : 1;
}

static uint32_t strangers_allowed(const struct net_server *server)
{
	uint32_t part = connections_allowed(server) / NET_STRANGERS_PART;

	return part > 0 ? part : 1;
}

/* Connections that are still reserved for this socket. */
static uint32_t reserve_left(const struct net_listener *l)
{
	uint32_t sockets = l->server->listener_count;
	uint32_t allowed = connections_allowed(l->server);
	uint32_t reserve = allowed / NET_RESERVE_PART / sockets;

	/* With a low limit the reserve is one for each socket, if that is at most half. */
	if (reserve == 0 && allowed / 2 >= sockets) {
		reserve = 1;
	}
	return l->known_count < reserve && !l->gone ? reserve - l->known_count : 0;
}

static uint32_t reserves_left(const struct net_server *server)
{
	uint32_t sum = 0;

	for (const struct net_listener *l = server->listeners; l != NULL; l = l->next) {
		sum += reserve_left(l);
	}
	return sum;
}

/* Strangers do not count: no other peer waits for them. */
static uint32_t known_count(const struct net_server *server)
{
	return server->peer_count - server->stranger_count;
}

static bool is_full(const struct net_listener *l, uint32_t reserves)
{
	return known_count(l->server) + reserves - reserve_left(l) >=
	       connections_allowed(l->server);
}

static bool may_accept(const struct net_server *server)
{
	return !server->draining && !server->closing &&
	       (!server->starved || uv_now(server->loop) >= server->retry_at);
}

/* 0 or an errno value. A second call with the same `wanted` may fail. */
static int watch(const struct net_listener *l, bool wanted)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = (void *)(uintptr_t)l};
	int how = wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;

	return epoll_ctl(l->server->epoll_fd, how, l->fd, &event) == 0 ? 0 : errno;
}

static void lose(struct net_listener *l, int error)
{
	log_write(LOG_LEVEL_ERROR, "a listening socket is gone: %s", strerror(error));
	l->gone = true;
	l->server->update_due = true;
	(void)watch(l, false);
}

/* epoll_ctl(2) may lack memory or watches for a moment: the server then tries again. */
static void begin_watching(struct net_listener *l)
{
	int error = watch(l, true);

	switch (error) {
	case 0:
	case EEXIST:
		return;
	case ENOMEM:
	case ENOSPC:
		l->accepting = false;
		starve(l->server, strerror(error));
		return;
	default:
		lose(l, error);
		return;
	}
}

/* Closes the oldest stranger to make room for a new one. */
static void evict_stranger(struct net_server *server)
{
	struct list *oldest;

	while (server->stranger_count >= strangers_allowed(server) &&
		(oldest = list_first(&server->waits[NET_PEER_WAIT_STRANGER])) != NULL) {
		log_limited(&server->crowded_limit, LOG_LEVEL_WARNING, uv_now(server->loop),
			"too many connections %s: a thread serves %u, so each new one closes the "
			"oldest",
			server->settings.strangers != NULL
				? server->settings.strangers
				: "over HTTP from addresses that are not in trusted_proxies, of a "
				  "part of max_connections",
			strangers_allowed(server));
		net_peer_close(CONTAINER_OF(oldest, struct net_peer, wait), NET_END_CROWDED);
	}
}

static bool is_stranger(const struct net_service *service, const struct addr *from)
{
	return service->knows != NULL && !service->knows(service->knows_ctx, from);
}

/* False when out of memory. */
static bool admit(struct net_listener *l, int fd, const struct addr *from)
{
	bool stranger = is_stranger(l->service, from);

	if (stranger) {
		evict_stranger(l->server);
	}
	return net_peer_open(l, fd, from, stranger);
}

/* False if no connection waits to be accepted. */
static bool accept_one(struct net_listener *l)
{
	struct net_server *server = l->server;
	struct sockaddr_storage sa = {0};
	socklen_t len = sizeof(sa);
	int fd = accept4(l->fd, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		struct addr from;

		if (!addr_from_sockaddr((struct sockaddr *)&sa, &from)) {
			from = (struct addr){.family = ADDR_NONE};
		}
		if (!peer_is_allowed(&server->settings, &from)) {
			close(fd);
			counter_add(&l->service->stats->refused, 1);
		} else if (!admit(l, fd, &from)) {
			starve(server, strerror(ENOMEM));
			return false;
		}
		server->starved = false;
		return true;
	}
	switch (errno) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		starve(server, strerror(errno));
		return false;
	case EBADF:
	case EINVAL:
	case ENOTSOCK:
		lose(l, errno);
		return false;
	default:
		/* The connection was lost while it waited to be accepted (accept(2)). */
		return true;
	}
}

static void accept_some(struct net_listener *l, int max)
{
	for (int i = 0; i < max && !l->gone && may_accept(l->server) &&
			!is_full(l, reserves_left(l->server)) && accept_one(l);
		i++) {
	}
}

/*
 * EPOLLEXCLUSIVE always wakes the first waiter. After STAYED_MAX connections that stay, the worker
 * registers again, to move to the end of the kernel's wait queue.
 */
static void requeue(struct net_listener *l, uint32_t stayed)
{
	l->stayed += stayed;
	if (l->stayed < STAYED_MAX || l->gone || !l->accepting) {
		return;
	}
	l->stayed = 0;
	if (watch(l, false) == 0) {
		begin_watching(l);
	}
}

bool net_listeners_on_event(struct net_server *server, const void *who)
{
	for (struct net_listener *l = server->listeners; l != NULL; l = l->next) {
		if (l == who) {
			uint32_t before = server->peer_count;

			accept_some(l, ACCEPT_BATCH);
			if (server->peer_count > before) {
				requeue(l, server->peer_count - before);
			}
			return true;
		}
	}
	return false;
}

void net_listeners_accept_waiting(struct net_server *server)
{
	for (struct net_listener *l = server->listeners; l != NULL; l = l->next) {
		accept_some(l, LAST_BATCH);
	}
}

static void log_pause(struct net_listener *l)
{
	struct net_server *server = l->server;

	if (server->settings.pauses != NULL) {
		counter_add(&server->settings.pauses->connections, 1);
	}
	log_limited(&server->paused_limit, LOG_LEVEL_WARNING, uv_now(server->loop),
		"accepting pauses on a socket: of this worker's part of max_connections, %u, it "
		"has "
		"%u and others have %u; new connections wait",
		connections_allowed(server), l->known_count, known_count(server) - l->known_count);
}

void net_listeners_update(struct net_server *server)
{
	if (!server->update_due) {
		return;
	}
	bool may = may_accept(server);
	uint32_t reserves = reserves_left(server);

	/* A listener that is starved now is looked at again after a time. */
	server->update_due = server->starved;
	for (struct net_listener *l = server->listeners; l != NULL; l = l->next) {
		bool full = is_full(l, reserves);
		bool accepting = may && !full;

		if (l->gone || accepting == l->accepting) {
			continue;
		}
		l->accepting = accepting;
		if (may && full) {
			log_pause(l);
		}
		if (accepting) {
			begin_watching(l);
		} else {
			(void)watch(l, false);
		}
	}
}

int net_listeners_add(struct net_server *server, int fd, struct net_service *service)
{
	struct net_listener *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		return UV_ENOMEM;
	}
	l->server = server;
	l->service = service;
	l->fd = fd;
	l->accepting = may_accept(server);
	int error = l->accepting ? watch(l, true) : 0;

	if (error != 0) {
		free(l);
		return -error;
	}
	list_remove(&service->among);
	list_append(&server->services, &service->among);
	l->next = server->listeners;
	server->listeners = l;
	server->listener_count++;
	server->update_due = true;
	return 0;
}

void net_listeners_close(struct net_server *server)
{
	for (struct net_listener *l = server->listeners; l != NULL; l = l->next) {
		if (!l->gone) {
			l->gone = true;
			(void)watch(l, false);
		}
	}
}

void net_listeners_free(struct net_server *server)
{
	while (server->listeners != NULL) {
		struct net_listener *l = server->listeners;

		server->listeners = l->next;
		free(l);
	}
}
