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
 * An engine without its event loop: engine.c runs it on libuv with sockets, the scenario tests with
 * a time and a network of their own.
 */
struct dns_host {
	struct dns_network network;
	uint64_t (*now_ms)(void *ctx);
	void (*wake)(void *ctx); /* dns_core_next may be earlier now */
	void *ctx;
	struct dns_stats *stats; /* NULL: the engine's own */
};

/* Takes a reference of `shared`. NULL when out of memory. */
struct dns_engine *dns_core_new(const struct dns_host *host, struct dns_context *shared);
/* From now on nobody is called back; allowed everywhere. */
void dns_core_stop(struct dns_engine *engine);
/* Not from inside a callback. Sockets in use are released. */
void dns_core_free(struct dns_engine *engine);

/* A datagram on a socket; and: nothing listens at its other end. A tick must follow. */
void dns_core_receive(struct dns_engine *engine, int socket, const uint8_t *reply, size_t len);
void dns_core_unreachable(struct dns_engine *engine, int socket);
/* Does what is due. */
void dns_core_tick(struct dns_engine *engine);
/* When the next tick is due; UINT64_MAX: not before something happens. */
uint64_t dns_core_next(const struct dns_engine *engine);

void *dns_core_host(const struct dns_engine *engine);
struct dns_fcrdns_table *dns_core_lookups(const struct dns_engine *engine);
struct dns_membership_table *dns_core_members(const struct dns_engine *engine);
struct dns_record_table *dns_core_inquiries(const struct dns_engine *engine);
uint64_t dns_core_now(const struct dns_engine *engine);
void dns_core_wake(struct dns_engine *engine);

/*
 * Where an address has more names than are looked up, those are looked up first of which `wants`
 * says that they could matter: rules name them. `ctx` is borrowed as long as the engine is.
 */
void dns_core_want_names(
	struct dns_engine *engine, bool (*wants)(void *ctx, struct str name), void *ctx);

/* A view, good until the engine is closed. */
const struct dns_stats *dns_core_stats(const struct dns_engine *engine);

#endif
