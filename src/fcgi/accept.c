/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/log.h"
#include "fcgi/peer.h"

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
	struct fcgi_server *server;
	struct listener *next;
	int fd;
	bool gone; /* not polled any more */
};

static bool peer_is_allowed(const struct fcgi_settings *settings, const struct sockaddr *sa)
{
	struct addr addr;

	if (!addr_from_sockaddr(sa, &addr)) {
		return true;
	}
	for (size_t i = 0; i < settings->web_server_addr_count; i++) {
		if (addr_eq(&addr, &settings->web_server_addrs[i])) {
			return true;
		}
	}
	return false;
}

static void starve(struct fcgi_server *server, const char *what)
{
	if (!server->starved) {
		log_write(LOG_LEVEL_ERROR, "connections have to wait: %s", what);
	}
	server->starved = true;
	server->retry_at = uv_now(server->loop) + STARVED_MS;
}

static uint32_t connections_allowed(const struct fcgi_settings *settings)
{
	uint32_t part = settings->max_connections / (settings->sharers > 0 ? settings->sharers : 1);

	return part > 0 ? part : 1;
}

static bool may_accept(const struct fcgi_server *server)
{
	return !server->draining && !server->closing &&
	       server->peer_count < connections_allowed(&server->settings) &&
	       (!server->starved || uv_now(server->loop) >= server->retry_at);
}

/* False when there is nothing to accept for now. */
static bool accept_one(struct listener *l)
{
	struct fcgi_server *server = l->server;
	bool choosy = server->settings.web_server_addr_count > 0;
	struct sockaddr_storage sa = {0};
	socklen_t len = sizeof(sa);
	int fd = accept4(l->fd, choosy ? (struct sockaddr *)&sa : NULL, choosy ? &len : NULL,
		SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		if (choosy && !peer_is_allowed(&server->settings, (struct sockaddr *)&sa)) {
			close(fd);
		} else if (!peer_open(server, fd)) {
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
	struct fcgi_server *server = l->server;

	fcgi_server_enter(server);
	if (status < 0) {
		/* libuv has stopped polling it. */
		log_write(LOG_LEVEL_ERROR, "a listening socket is gone: %s", uv_strerror(status));
		l->gone = true;
	} else {
		for (int i = 0; i < ACCEPT_BATCH && may_accept(server) && accept_one(l); i++) {
		}
	}
	fcgi_server_leave(server);
}

void listeners_accept_waiting(struct fcgi_server *server)
{
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		for (int i = 0; i < LAST_BATCH && !l->gone && may_accept(server) && accept_one(l);
			i++) {
		}
	}
}

void listeners_update(struct fcgi_server *server)
{
	bool accepting = may_accept(server);

	if (accepting == server->accepting) {
		return;
	}
	server->accepting = accepting;
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

int fcgi_server_listen(struct fcgi_server *server, int fd)
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
	l->fd = fd;
	l->next = server->listeners;
	server->listeners = l;
	server->handles++;
	return server->accepting ? uv_poll_start(&l->poll, UV_READABLE, on_connections) : 0;
}

void listeners_close(struct fcgi_server *server, uv_close_cb closed)
{
	for (struct listener *l = server->listeners; l != NULL; l = l->next) {
		l->gone = true;
		if (!uv_is_closing((uv_handle_t *)&l->poll)) {
			uv_close((uv_handle_t *)&l->poll, closed);
		}
	}
}

void listeners_free(struct fcgi_server *server)
{
	while (server->listeners != NULL) {
		struct listener *l = server->listeners;

		server->listeners = l->next;
		free(l);
	}
}
