/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_ENGINE_H
#define DW_DNS_ENGINE_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/str.h"
#include "dns/upstream/settings.h"
#include "dns/upstream/stats.h"
#include "dns/zone/zone.h"

#include <uv.h>

/* What all workers share of one configuration's DNS: settings, upstreams, static zone and cache.
 * Immutable but for the cache. */
struct dns_context;

/*
 * Reads the static zone and, without `nameservers`, /etc/resolv.conf. Where `previous` (may be
 * NULL) has the same settings, upstreams and zone content, its cache goes on being used. NULL after
 * a diag_error.
 */
struct dns_context *dns_context_new(
	const struct dns_settings *settings, struct dns_context *previous, struct diag *diag);
struct dns_context *dns_context_ref(struct dns_context *shared);
void dns_context_unref(struct dns_context *shared);

/* Appends the name servers in use, for people: "127.0.0.53:53 (of /etc/resolv.conf)". */
void dns_context_describe(const struct dns_context *shared, struct bytes *out);
/* True if it rests on resolv.conf, and may want to be renewed. */
bool dns_context_watches(const struct dns_context *shared);
/*
 * What is to stand in its place because resolv.conf says something else now; NULL: nothing, perhaps
 * after a finding. A change is taken at the second look at it. Zone and settings are as they were;
 * what is cached belongs to the upstreams that said it. From one thread only.
 */
struct dns_context *dns_context_renewed(struct dns_context *shared, struct diag *diag);

/*
 * The same with the static zone read anew from `path`; its cache begins anew where that holds other
 * names. NULL after a diag_error.
 */
struct dns_context *dns_context_rezoned(
	const struct dns_context *shared, const char *path, struct diag *diag);

/* One worker's engine: its sockets, timers and queries in flight, all on one loop. */
struct dns_engine;

/*
 * Takes a reference of `shared`; `stats`, which count on, are borrowed until the loop has run the
 * close callbacks; NULL: the engine has its own. NULL when out of memory.
 */
struct dns_engine *dns_engine_new(
	uv_loop_t *loop, struct dns_context *shared, struct dns_stats *stats);
/*
 * Where an address has more names than are looked up, those are looked up first of which `wants`
 * says that they could matter: rules name them. `ctx` is borrowed as long as the engine is.
 */
void dns_engine_want_names(
	struct dns_engine *engine, bool (*wants)(void *ctx, struct str name), void *ctx);
/*
 * Forgets what is in flight, without calling back, and closes; memory goes when the loop has run
 * its close callbacks. Allowed from inside a callback. Look-ups in flight are gone with it: do not
 * cancel them afterwards.
 */
void dns_engine_close(struct dns_engine *engine);

/* A view, good until the engine is closed. */
const struct dns_stats *dns_engine_stats(const struct dns_engine *engine);

#endif
