/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_CORE_H
#define DW_DNS_CORE_H

#include "dns/context.h"
#include "dns/resolver/fcrdns_table.h"
#include "dns/upstream/network.h"
#include "dns/upstream/stats.h"

struct dns_record_table;
struct dns_engine;
struct dns_membership_table;

/*
 * What an engine needs from its event loop: engine.c implements it with libuv and sockets, the
 * scenario tests with simulated time and network.
 */
struct dns_host {
	struct dns_network network;
	uint64_t (*now_ms)(void *ctx);
	void (*wake)(void *ctx); /* the time of dns_core_next may have moved forward */
	void *ctx;
	struct dns_stats *stats; /* NULL: the engine's own */
};

/* Takes a reference of `context`. NULL when out of memory. */
struct dns_engine *dns_core_new(const struct dns_host *host, struct dns_context *context);
/* No callback is called after this; allowed everywhere. */
void dns_core_stop(struct dns_engine *engine);
/* Must not be called inside a callback. Releases sockets in use. */
void dns_core_free(struct dns_engine *engine);

/*
 * The two events of a socket: a datagram came; no process listens at its other end. A tick must
 * follow.
 */
void dns_core_receive(struct dns_engine *engine, int socket, const uint8_t *reply, size_t len);
void dns_core_unreachable(struct dns_engine *engine, int socket);
/* Runs timers and steps that are due. */
void dns_core_tick(struct dns_engine *engine);
/* When the next tick is due; UINT64_MAX: only after the next event. */
uint64_t dns_core_next(const struct dns_engine *engine);

void *dns_core_host(const struct dns_engine *engine);
struct dns_fcrdns_table *dns_core_fcrdns_table(const struct dns_engine *engine);
struct dns_membership_table *dns_core_membership_table(const struct dns_engine *engine);
struct dns_record_table *dns_core_record_table(const struct dns_engine *engine);
uint64_t dns_core_now(const struct dns_engine *engine);
void dns_core_wake(struct dns_engine *engine);

/*
 * Tells the engine which names rules mention. If an address has more names than are looked up,
 * those for which `wants` returns true are looked up first. `ctx` is borrowed as long as the engine
 * lives.
 */
void dns_core_want_names(
	struct dns_engine *engine, bool (*wants)(void *ctx, struct str name), void *ctx);

/*
 * Lookups that begin from now on use this cache, which is borrowed until the engine is stopped;
 * NULL: none. Its `done` may be called inside of no other call.
 */
void dns_core_share(struct dns_engine *engine, const struct dns_remote_cache *cache);

/* A view, valid until the engine is closed. */
const struct dns_stats *dns_core_stats(const struct dns_engine *engine);

#endif
