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

/*
 * The server, its listening sockets and its connections' sockets: shared by listener.c, peer.c and
 * server.c.
 */

/*
 * What a connection with a deadline waits for. Each kind has a list in the order in which the waits
 * began, so the first one times out first.
 */
enum net_peer_wait {
	/* a first request, or for the peer to take output: request_timeout */
	NET_PEER_WAIT_PEER,
	NET_PEER_WAIT_IDLE,     /* a kept connection: idle_timeout */
	NET_PEER_WAIT_END,      /* all output is sent; the peer has not closed yet */
	NET_PEER_WAIT_STRANGER, /* a stranger's whole connection, whatever it does */
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
	uint64_t since;       /* when the wait began */
	struct bytes unsent;
	struct bytes held; /* input that must wait until output is sent */
	uint32_t lingered; /* bytes discarded while lingering */
	uint32_t interest; /* epoll events that are watched */
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
	uint32_t known_count; /* open connections, without strangers' */
	uint32_t stayed;      /* connections that stayed, since the last registration */
	bool accepting;       /* watched */
	bool gone;            /* never watched again */
};

struct net_server {
	struct net_settings settings;
	uv_loop_t *loop;
	/*
	 * The server's own epoll set, which holds the connections, the listening sockets, and the
	 * loop's own set: adding a connection costs one system call, removing it none. A listening
	 * socket wakes only one of the waiting workers (EPOLLEXCLUSIVE), and only if that worker
	 * waits in this very set.
	 */
	int epoll_fd;
	uv_timer_t timer;
	uint64_t timer_at; /* UINT64_MAX: not set */
	struct net_listener *listeners;
	uint32_t listener_count;
	bool update_due; /* net_listeners_update has work */
	struct log_limit paused_limit;
	struct log_limit crowded_limit;
	struct log_limit incomplete_limit;
	bool starved; /* no descriptors or memory for a new connection, until retry_at */
	uint64_t retry_at;
	bool draining;
	enum net_drain drain;
	uint64_t drain_at; /* the next step of draining; UINT64_MAX: all steps are done */
	bool last_chance;  /* the first step is done */
	bool closing;
	void (*drained)(void *ctx);
	void *drained_ctx;
	struct list peers;
	struct list closed; /* still among the peers, for code that iterates over them */
	struct list services;
	struct list answered; /* peers whose output is sent before the loop waits again */
	struct list waits[NET_PEER_WAIT_COUNT];
	uint32_t peer_count;     /* open peers */
	uint32_t stranger_count; /* of these, strangers */
	/* of calls into the server; memory of closed peers is reused at 0 */
	unsigned depth;
	struct net_peer *scratch_of;
	struct bytes scratch; /* output of scratch_of, until it is sent */
	uint8_t input[65536];
};

/* Between these two calls no memory of a peer is reused. */
void net_server_enter(struct net_server *server);
void net_server_leave(struct net_server *server);

#endif
