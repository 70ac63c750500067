/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/log.h"
#include "net/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPT_BATCH 8 /* connections accepted before those that are open have their turn */
#define STAYED_MAX 4   /* connections that one worker gets until it is the turn of another */
#define STARVED_MS 100 /* until the next try, without descriptors */

/* Accepted at the end, so that those who come faster than they are served do not put it off. */
#define LAST_BATCH SOMAXCONN

struct listener {
	struct net_server *server;
	struct net_service *service;
	struct listener *next;
	int fd;
	uint32_t stayed; /* connections that stayed, since it was watched anew */
	bool gone;       /* not watched any more */
};

static bool peer_is_allowed(const struct net_settings *settings, const struct addr *from)
{
	bool allowed = settings->peer_count == 0 || from->family == ADDR_NONE;

	for (size_t i = 0; i < settings->peer_count && !allowed; i++) {
		allowed = addr_eq(from, &settings->peers[i]);
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
	server->retry_at = uv_now(server->loop) + STARVED_MS;
}

static uint32_t connections_allowed(const struct net_settings *settings)
{
	uint32_t part = settings->max_connections / (settings->sharers > 0 ? settings->sharers : 1);

	return part > 0 ? part : 1;
}

static bool may_accept(const struct net_server *server)
{
	return !server->draining && !server->closing &&
	       server->peer_count < connections_allowed(&server->settings) &&
	       (!server->starved || uv_now(server->loop) >= server->retry_at);
}

/* 0 or an errno value. A second call with the same `wanted` may fail. */
static int watch(const struct listener *l, bool wanted)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = (void *)(uintptr_t)l};
	int how = wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;

	return epoll_ctl(l->server->epoll_fd, how, l->fd, &event) == 0 ? 0 : errno;
}

static void lose(struct listener *l, int error)
{
	log_write(LOG_LEVEL_ERROR, "a listening socket is gone: %s", strerror(error));
	l->gone = true;
	(void)watch(l, false);
}

/* False when there is nothing to accept for now. */
static bool accept_one(struct listener *l)
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
		} else if (!peer_open(server, l->service, fd, &from)) {
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

static void accept_some(struct listener *l, int max)
{
	for (int i = 0; i < max && !l->gone && may_accept(l->server) && accept_one(l); i++) {
	}
}

/*
 * Of the workers that wait, the kernel wakes the one that has watched for longest, always the same:
 * whoever got some connections that stay goes to the end of the queue.
 */
static void give_way(struct listener *l, uint32_t stayed)
{
	l->stayed += stayed;
	if (l->stayed < STAYED_MAX || l->gone || !l->server->accepting) {
		return;
	}
	l->stayed = 0;
	(void)watch(l, false);
	int error = watch(l, true);

	if (error != 0) {
		lose(l, error);
	}
}

bool listeners_on_event(struct net_server *server, const void *who)
{
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		if (l == who) {
			uint32_t before = server->peer_count;

			accept_some(l, ACCEPT_BATCH);
			if (server->peer_count > before) {
				give_way(l, server->peer_count - before);
			}
			return true;
		}
	}
	return false;
}

void listeners_accept_waiting(struct net_server *server)
{
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		accept_some(l, LAST_BATCH);
	}
}

static void count_pause(const struct net_server *server)
{
	struct net_pauses *pauses = server->settings.pauses;

	if (pauses != NULL && !server->accepting && !server->draining && !server->closing &&
		server->peer_count >= connections_allowed(&server->settings)) {
		counter_add(&pauses->connections, 1);
	}
}

void listeners_update(struct net_server *server)
{
	bool accepting = may_accept(server);

	if (accepting == server->accepting) {
		return;
	}
	server->accepting = accepting;
	count_pause(server);
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		if (l->gone) {
			continue;
		}
		int error = watch(l, accepting);

		if (error != 0) {
			lose(l, error);
		}
	}
}

int net_server_listen(struct net_server *server, int fd, struct net_service *service)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		return UV_ENOMEM;
	}
	l->server = server;
	l->service = service;
	l->fd = fd;
	int error = server->accepting ? watch(l, true) : 0;

	if (error != 0) {
		free(l);
		return -error;
	}
	list_remove(&service->among);
	list_append(&server->services, &service->among);
	l->next = server->listeners;
	server->listeners = l;
	return 0;
}

void listeners_close(struct net_server *server)
{
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		if (!l->gone) {
			l->gone = true;
			(void)watch(l, false);
		}
	}
}

void listeners_free(struct net_server *server)
{
	while (server->listeners != NULL) {
		struct listener *l = server->listeners;

		server->listeners = l->next;
		free(l);
	}
}
