/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/peer.h"

#include "log/log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_MAX (1024 * 1024) /* bytes read and discarded after the last response */
#define SCRATCH_KEEP (64 * 1024)

static_assert(sizeof(struct net_peer) <= 256, "an idle connection is small");

static const struct net_protocol *protocol_of(const struct net_peer *p)
{
	return p->service->protocol;
}

/* A stranger's deadline counts from its connection: nothing it does extends it. */
static bool has_one_deadline(const struct net_peer *p)
{
	return p->wait_kind == NET_PEER_WAIT_STRANGER;
}

static void stop_waiting(struct net_peer *p)
{
	if (has_one_deadline(p)) {
		return;
	}
	list_remove(&p->wait);
	p->wait_kind = NET_PEER_WAIT_COUNT;
}

static void wait_for(struct net_peer *p, enum net_peer_wait kind, bool restart)
{
	if ((p->wait_kind == kind && !restart) || has_one_deadline(p)) {
		return;
	}
	stop_waiting(p);
	p->wait_kind = (uint8_t)kind;
	p->since = uv_now(p->server->loop);
	list_append(&p->server->waits[kind], &p->wait);
}

/*
 * Responses that come later than their input mostly come in groups, many of them for one peer: they
 * are sent together, by flush_and_rearm() after the input that brings them or by net_peers_send.
 */
static void on_answered(struct net_conn *conn)
{
	struct net_peer *p = CONTAINER_OF(conn, struct net_peer, memory);

	if (p->state != NET_PEER_CLOSED && list_is_empty(&p->answered)) {
		list_append(&p->server->answered, &p->answered);
	}
}

static struct net_peer *peer_take(
	struct net_listener *listener, const struct addr *from, bool stranger)
{
	struct net_server *server = listener->server;
	struct net_service *service = listener->service;
	struct list *entry = list_pop(&service->spare);
	struct net_peer *p;

	if (entry != NULL) {
		p = CONTAINER_OF(entry, struct net_peer, all);
	} else {
		p = malloc(sizeof(*p) + service->protocol->conn_size);
		if (p == NULL) {
			return NULL;
		}
	}
	*p = (struct net_peer){.server = server,
		.service = service,
		.listener = listener,
		.state = NET_PEER_OPEN,
		.wait_kind = NET_PEER_WAIT_COUNT};
	memset(p->memory, 0, service->protocol->conn_size);
	net_peer_conn(p)->out = &p->unsent;
	net_peer_conn(p)->answered = on_answered;
	service->protocol->init(net_peer_conn(p), service->pool, from);
	net_peer_conn(p)->stranger = stranger;
	net_peer_conn(p)->leaving = stranger;
	list_init(&p->wait);
	list_init(&p->answered);
	list_append(&server->peers, &p->all);
	server->peer_count++;
	if (stranger) {
		server->stranger_count++;
		wait_for(p, NET_PEER_WAIT_STRANGER, true);
	} else {
		listener->known_count++;
		server->update_due = true;
	}
	counter_add(&service->stats->accepted, 1);
	return p;
}

void net_peer_close(struct net_peer *p, enum net_end end)
{
	struct net_server *server = p->server;

	if (p->state == NET_PEER_CLOSED) {
		return;
	}
	p->state = NET_PEER_CLOSED;
	counter_add(&p->service->stats->ended[end], 1);
	/* Also removes it from the epoll set, because no other descriptor refers to the socket. */
	close(p->fd);
	list_remove(&p->wait);
	list_remove(&p->answered);
	list_append(&server->closed, &p->wait);
	server->peer_count--;
	if (net_peer_conn(p)->stranger) {
		server->stranger_count--;
	} else {
		p->listener->known_count--;
		server->update_due = true;
	}
	if (server->scratch_of == p) {
		server->scratch_of = NULL;
		bytes_reset(&server->scratch, SCRATCH_KEEP);
	}
	bytes_clear(&p->unsent);
	bytes_clear(&p->held);
	protocol_of(p)->clear(net_peer_conn(p));
}

/* Chooses the buffer of the peer's output: mostly it is sent at once, so all peers share one. */
static void prepare_output(struct net_peer *p)
{
	struct net_server *server = p->server;

	if (p->unsent.len == 0 && server->scratch_of == NULL) {
		server->scratch_of = p;
		net_peer_conn(p)->out = &server->scratch;
	}
}

/* Releases the shared buffer; output that could not be sent moves to the peer's own. */
static void release_scratch(struct net_peer *p)
{
	struct net_server *server = p->server;

	if (server->scratch_of == p) {
		net_peer_conn(p)->out = &p->unsent;
		p->unsent.failed = server->scratch.failed;
		if (server->scratch.len > 0) {
			bytes_append_str(&p->unsent, bytes_view(&server->scratch));
		}
		bytes_reset(&server->scratch, SCRATCH_KEEP);
		server->scratch_of = NULL;
	}
}

/* One send; what the socket does not take stays. False if the peer is gone, or memory is out. */
static bool flush(struct net_peer *p, bool *progress)
{
	struct bytes *out = net_peer_conn(p)->out;

	list_remove(&p->answered);
	if (out->len > 0 && !out->failed) {
		ssize_t sent;

		do {
			sent = send(p->fd, out->data, out->len, MSG_NOSIGNAL);
		} while (sent < 0 && errno == EINTR);
		if (sent > 0) {
			bytes_consume(out, (size_t)sent);
			*progress = true;
		} else if (sent < 0 && errno != EAGAIN) {
			return false;
		}
	}
	release_scratch(p);
	if (p->unsent.len == 0 && !p->unsent.failed) {
		bytes_reset(&p->unsent, 0);
	}
	return !p->unsent.failed;
}

static void watch(struct net_peer *p, uint32_t interest)
{
	struct epoll_event event = {.events = interest, .data.ptr = p};

	if (p->watched && p->interest == interest) {
		return;
	}
	if (epoll_ctl(p->server->epoll_fd, p->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, p->fd,
		    &event) != 0) {
		log_write(LOG_LEVEL_ERROR, "a connection cannot be watched, so it is closed: %s",
			strerror(errno));
		net_peer_close(p, NET_END_ERROR);
		return;
	}
	p->watched = true;
	p->interest = interest;
}

/*
 * All output is sent. If a socket is closed with input unread, or if more input reaches it, the
 * connection is reset, and the reset may overtake the response: a peer that may have more to send
 * gets the end of our side, and time to see it and to close its own.
 */
static void finish(struct net_peer *p)
{
	if (!protocol_of(p)->expects_input(net_peer_conn(p)) || shutdown(p->fd, SHUT_WR) != 0) {
		net_peer_close(p, net_peer_conn(p)->eof ? NET_END_PEER : NET_END_DONE);
		return;
	}
	p->state = NET_PEER_LINGERING;
	wait_for(p, NET_PEER_WAIT_END, true);
	watch(p, EPOLLIN);
}

/*
 * Feeds `input`; the part that must wait until output is sent is kept. The protocol hands each
 * whole request to the application: to fcgi_request or http_request of worker/dispatch.c.
 */
static bool feed(struct net_peer *p, struct str input)
{
	prepare_output(p);
	size_t used = protocol_of(p)->feed(net_peer_conn(p), input, uv_now(p->server->loop));

	return used == input.len || bytes_append_str(&p->held, str_from(input, used));
}

static bool feed_held(struct net_peer *p)
{
	struct bytes held = p->held;

	bytes_init(&p->held, 0);
	bool fed = feed(p, bytes_view(&held));

	bytes_clear(&held);
	return fed;
}

/* After any event: sends, continues with kept input, closes, or sets what to wait for. */
static void flush_and_rearm(struct net_peer *p)
{
	bool progress = false;

	while (p->state == NET_PEER_OPEN) {
		if (!flush(p, &progress)) {
			net_peer_close(p, p->unsent.failed ? NET_END_ERROR : NET_END_PEER);
		} else if (p->held.len == 0 || !protocol_of(p)->takes_input(net_peer_conn(p))) {
			break;
		} else if (!feed_held(p)) {
			net_peer_close(p, NET_END_ERROR);
		}
	}
	if (p->state != NET_PEER_OPEN) {
		return;
	}
	uint32_t interest = p->unsent.len > 0 ? EPOLLOUT : 0;

	if (interest == 0 && protocol_of(p)->is_done(net_peer_conn(p))) {
		finish(p);
		return;
	}
	if (p->unsent.len > 0) {
		wait_for(p, NET_PEER_WAIT_PEER, progress);
	} else if (!protocol_of(p)->is_idle(net_peer_conn(p))) {
		/*
		 * Waiting for the rest of a request: see first_incomplete. Waiting for the
		 * application: it has its own limits.
		 */
		stop_waiting(p);
	} else if (!net_peer_conn(p)->spoken) {
		wait_for(p, NET_PEER_WAIT_PEER, false);
	} else {
		wait_for(p, NET_PEER_WAIT_IDLE, progress);
	}
	if (!net_peer_conn(p)->eof && p->held.len == 0 &&
		protocol_of(p)->takes_input(net_peer_conn(p))) {
		interest |= EPOLLIN;
	}
	watch(p, interest);
}

/* Input here gets no response; but at the end of a body there is nothing more to wait for. */
static void linger(struct net_peer *p, ssize_t len)
{
	if (len < 0) {
		if (errno != EAGAIN && errno != EINTR) {
			net_peer_close(p, NET_END_PEER);
		}
		return;
	}
	struct str input = str_from_bytes(p->server->input, (size_t)len);

	p->lingered += (uint32_t)len;
	protocol_of(p)->feed(net_peer_conn(p), input, uv_now(p->server->loop));
	if (len == 0 || p->lingered > LINGER_MAX ||
		!protocol_of(p)->expects_input(net_peer_conn(p))) {
		net_peer_close(p, NET_END_DONE);
	}
}

static void read_input(struct net_peer *p)
{
	uint8_t *input = p->server->input;
	ssize_t len = recv(p->fd, input, sizeof(p->server->input), 0);
	bool alive = true;

	if (p->state == NET_PEER_LINGERING) {
		linger(p, len);
		return;
	}
	if (len > 0) {
		alive = feed(p, str_from_bytes(input, (size_t)len));
	} else if (len == 0) {
		protocol_of(p)->eof(net_peer_conn(p));
	} else {
		alive = errno == EAGAIN || errno == EINTR;
	}
	if (alive) {
		flush_and_rearm(p);
	} else {
		net_peer_close(p, len > 0 ? NET_END_ERROR : NET_END_PEER);
	}
}

bool net_peer_open(struct net_listener *listener, int fd, const struct addr *from, bool stranger)
{
	struct net_peer *p = peer_take(listener, from, stranger);

	if (p == NULL) {
		close(fd);
		return false;
	}
	p->fd = fd;
	read_input(p);
	return true;
}

void net_peer_on_events(struct net_peer *p, uint32_t events)
{
	if (p->state == NET_PEER_CLOSED) {
		return;
	}
	if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
		/* Both directions are shut: the peer reads no response. */
		net_peer_close(p, NET_END_PEER);
	} else if ((events & EPOLLIN) != 0) {
		read_input(p);
	} else if ((events & EPOLLOUT) != 0) {
		flush_and_rearm(p);
	}
}

static bool has_asked_nothing(const struct net_peer *p)
{
	return p->state == NET_PEER_OPEN && protocol_of(p)->is_idle(net_peer_conn(p)) &&
	       p->held.len == 0;
}

void net_peer_drain(struct net_peer *p, bool time)
{
	if (has_asked_nothing(p)) {
		read_input(p);
	}
	if (time && has_asked_nothing(p)) {
		net_peer_conn(p)->leaving = true;
	} else if (p->state == NET_PEER_OPEN) {
		protocol_of(p)->stop(net_peer_conn(p));
		flush_and_rearm(p);
	}
}

void net_peers_send(struct net_server *server)
{
	net_server_enter(server);
	for (struct list *entry; (entry = list_pop(&server->answered)) != NULL;) {
		flush_and_rearm(CONTAINER_OF(entry, struct net_peer, answered));
	}
	net_server_leave(server);
}
