/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_NET_SERVER_PRIVATE_H
#define DW_NET_SERVER_PRIVATE_H

#include "base/bytes.h"
#include "base/list.h"
#include "log/limit.h"
#include "net/protocol.h"
#include "net/settings.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* The server, its listening sockets and its connections' sockets: what listener.c, peer.c and
 * server.c share. */

/*
 * Connections that wait for something with a time limit, by what they wait for. Each list is in the
 * order of its beginnings, so its first is the first to run out.
 */
enum net_peer_wait {
	NET_PEER_WAIT_PEER,     /* a first request, or that output is taken: request_timeout */
	NET_PEER_WAIT_IDLE,     /* a kept connection: idle_timeout */
	NET_PEER_WAIT_END,      /* all is said; the peer has not closed yet */
	NET_PEER_WAIT_STRANGER, /* from its beginning to its end, whatever it does */
	NET_PEER_WAIT_COUNT
};

enum net_peer_state { NET_PEER_OPEN, NET_PEER_LINGERING, NET_PEER_CLOSED };

struct net_peer {
	struct net_server *server;
	struct net_service *service;
	struct net_listener *listener;
	struct list all;      /* in server->peers, or in service->spare */
	struct list wait;     /* in server->waits[], or in server->closed */
	struct list answered; /* in server->answered */
	uint64_t since;       /* when that wait began */
	struct bytes unsent;
	struct bytes held; /* input that must wait until output has left */
	uint32_t lingered; /* bytes thrown away while lingering */
	uint32_t interest; /* epoll events asked for */
	int fd;
	uint8_t state;     /* enum net_peer_state */
	bool watched;      /* in the epoll set */
	uint8_t wait_kind; /* enum net_peer_wait; NET_PEER_WAIT_COUNT: in no list */
	alignas(max_align_t) uint8_t memory[]; /* the protocol's connection: see net_peer_conn */
};

static inline struct net_conn *net_peer_conn(const struct net_peer *p)
{
	return (struct net_conn *)(uintptr_t)p->memory;
}

struct net_listener {
	struct net_server *server;
	struct net_service *service;
	struct net_listener *next;
	int fd;
	uint32_t known_count; /* open connections, but for strangers' */
	uint32_t stayed;      /* connections that stayed, since it was watched anew */
	bool accepting;       /* watched */
	bool gone;            /* not watched any more */
};

struct net_server {
	struct net_settings settings;
	uv_loop_t *loop;
	/*
	 * What waits is an epoll set of the server's own, which holds the connections, the
	 * listening sockets, and the loop's own set: a connection that joins costs one system call,
	 * one that leaves none, and of the workers that wait for a listening socket one alone is
	 * woken (EPOLLEXCLUSIVE), for which that one has to wait in this very set.
	 */
	int epoll_fd;
	uv_timer_t timer;
	uint64_t timer_at; /* UINT64_MAX: not set */
	struct net_listener *listeners;
	uint32_t listener_count;
	bool unweighed; /* net_listeners_update has something to do */
	struct log_limit paused_limit;
	struct log_limit crowded_limit;
	struct log_limit incomplete_limit;
	bool starved; /* no descriptors or memory for a new connection, until retry_at */
	uint64_t retry_at;
	bool draining;
	enum net_drain drain;
	uint64_t drain_at; /* the next step of it; UINT64_MAX: all are done */
	bool last_chance;  /* the first step is done */
	bool closing;
	void (*drained)(void *ctx);
	void *drained_ctx;
	struct list peers;
	struct list closed; /* still among the peers, for those who walk there */
	struct list services;
	struct list answered; /* peers whose output leaves before the loop waits again */
	struct list waits[NET_PEER_WAIT_COUNT];
	uint32_t peer_count;     /* not closed */
	uint32_t stranger_count; /* of these */
	unsigned depth;          /* of calls into the server; what was closed is reused at 0 */
	struct net_peer *scratch_of;
	struct bytes scratch; /* output of scratch_of, on its way */
	uint8_t input[65536];
};

/* Between these no memory of a peer is reused. */
void net_server_enter(struct net_server *server);
void net_server_leave(struct net_server *server);

#endif
