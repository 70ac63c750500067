/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_TRANSPORT_H
#define DW_DNS_UPSTREAM_TRANSPORT_H

#include "dns/upstream/network.h"
#include "dns/upstream/settings.h"

#include <uv.h>

/*
 * UDP to the upstreams on one loop: for each a pool of connected sockets on ports chosen by the
 * kernel (RFC 5452 section 9.2), opened as they are drawn, and replaced after 10,000 queries or 60
 * s; an old socket stays open until its queries are answered or given up. TCP: see tcp.h.
 */
struct dns_transport;

struct dns_transport_events {
	void (*receive)(void *ctx, int socket, const uint8_t *reply, size_t len);
	void (*unreachable)(void *ctx, int socket); /* or a connection broke */
	void (*settled)(void *ctx);                 /* after a batch of the other events */
	void (*closed)(void *ctx); /* after dns_transport_close, once the last socket is gone */
	void *ctx;
};

/* `upstreams` is borrowed. A connection that is silent for `patience_ms` is given up. NULL when out
 * of memory. */
struct dns_transport *dns_transport_new(uv_loop_t *loop, const struct endpoint *upstreams,
	size_t upstream_count, uint32_t patience_ms, const struct dns_transport_events *events);
/* Closes all sockets. After this the functions of its network do nothing. */
void dns_transport_close(struct dns_transport *transport);
/* True if libuv has closed all of its handles. */
bool dns_transport_is_closed(const struct dns_transport *transport);
/* Only after dns_transport_is_closed. */
void dns_transport_free(struct dns_transport *transport);

struct dns_network dns_transport_network(struct dns_transport *transport);

#endif
