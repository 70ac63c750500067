/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/log.h"
#include "net/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPT_BATCH 64 /* connections accepted before others have their turn */
#define STARVED_MS 100  /* until the next try, without descriptors */

/* Accepted at the end, so that those who come faster than they are served do not put it off. */
#define LAST_BATCH SOMAXCONN

struct listener {
	uv_poll_t poll;
	struct net_server *server;
	struct net_service *service;
	struct listener *next;
	int fd;
	bool gone; /* not polled any more */
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
		log_write(LOG_LEVEL_ERROR, "a listening socket is gone: %s", strerror(errno));
		l->gone = true;
		uv_poll_stop(&l->poll);
		return false;
	default:
		/* The connection was lost while it waited to be accepted (accept(2)). */
		return true;
	}
}

static void on_connections(uv_poll_t *poll, int status, int events)
{
	struct listener *l = CONTAINER_OF(poll, struct listener, poll);
	struct net_server *server = l->server;

	net_server_enter(server);
	if (status < 0) {
		/* libuv has stopped polling it. */
		log_write(LOG_LEVEL_ERROR, "a listening socket is gone: %s", uv_strerror(status));
		l->gone = true;
	} else {
		for (int i = 0; i < ACCEPT_BATCH && may_accept(server) && accept_one(l); i++) {
		}
	}
	net_server_leave(server);
}

void listeners_accept_waiting(struct net_server *server)
{
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		for (int i = 0; i < LAST_BATCH && !l->gone && may_accept(server) && accept_one(l);
			i++) {
		}
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
		if (accepting) {
			uv_poll_start(&l->poll, UV_READABLE, on_connections);
		} else {
			uv_poll_stop(&l->poll);
		}
	}
}

int net_server_listen(struct net_server *server, int fd, struct net_service *service)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		return UV_ENOMEM;
	}
	int error = uv_poll_init(server->loop, &l->poll, fd);

	if (error != 0) {
		free(l);
		return error;
	}
	l->poll.data = server;
	l->server = server;
	l->service = service;
	list_remove(&service->among);
	list_append(&server->services, &service->among);
	l->fd = fd;
	l->next = server->listeners;
	server->listeners = l;
	server->handles++;
	return server->accepting ? uv_poll_start(&l->poll, UV_READABLE, on_connections) : 0;
}

void listeners_close(struct net_server *server, uv_close_cb closed)
{
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		l->gone = true;
		if (!uv_is_closing((uv_handle_t *)&l->poll)) {
			uv_close((uv_handle_t *)&l->poll, closed);
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
