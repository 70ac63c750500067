/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_TCP_H
#define DW_DNS_UPSTREAM_TCP_H

#include "base/addr.h"
#include "dns/upstream/network.h"
#include "dns/upstream/settings.h"

#include <uv.h>

/*
 * TCP to the upstreams on one loop (RFC 7766): at most two connections each, opened as they are
 * needed, with up to 100 queries in flight on each; closed after 10 s without any. A connection is
 * given up if queries wait on it and no whole message comes for as long as a lookup may take,
 * whether it is still connecting or in the middle of a message.
 */
struct dns_tcp;

/* Connections in all; those beyond two an upstream are being closed. */
#define DNS_TCP_MAX 128
#define DNS_TCP_IN_FLIGHT 100

struct dns_tcp_events {
	void (*receive)(void *ctx, int number, const uint8_t *message, size_t len);
	/* The connection broke; its number is free once this returns. */
	void (*lost)(void *ctx, int number);
	void (*settled)(void *ctx); /* after a batch of the other events */
	void (*closed)(void *ctx);  /* after dns_tcp_close, once the last connection is gone */
	void *ctx;
};

/* `upstreams` is borrowed. NULL when out of memory. */
struct dns_tcp *dns_tcp_new(uv_loop_t *loop, const struct endpoint *upstreams, uint32_t patience_ms,
	const struct dns_tcp_events *events);
/* Closes all connections, without calling `lost`. Nothing may be acquired after this. */
void dns_tcp_close(struct dns_tcp *tcp);
/* True if libuv has closed all of its handles. */
bool dns_tcp_is_closed(const struct dns_tcp *tcp);
/* Only after dns_tcp_is_closed. */
void dns_tcp_free(struct dns_tcp *tcp);

/*
 * A slot for one query: the number of a connection, below DNS_TCP_MAX, or DNS_SOCKET_NONE or
 * DNS_SOCKET_BUSY. `fresh`: on a connection that is still being opened.
 */
int dns_tcp_acquire(struct dns_tcp *tcp, size_t upstream, bool fresh);
/* Errors are reported later, by `lost`; UNREACHABLE: the connection is gone already. */
enum dns_sent dns_tcp_send(struct dns_tcp *tcp, int number, const uint8_t *query, size_t len);
void dns_tcp_release(struct dns_tcp *tcp, int number);

#endif
