/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_ENGINE_H
#define DW_DNS_ENGINE_H

#include "base/bytes.h"
#include "base/str.h"
#include "dns/context.h"
#include "dns/resolver/remote_cache.h"
#include "dns/upstream/stats.h"

#include <uv.h>

/* One worker's engine: its sockets, timers and queries in flight, all on one loop. */
struct dns_engine;

/*
 * Takes a reference of `context`. `stats` go on counting, and are borrowed until the loop has run
 * the close callbacks; NULL: the engine has its own. NULL when out of memory.
 */
struct dns_engine *dns_engine_new(
	uv_loop_t *loop, struct dns_context *context, struct dns_stats *stats);
/*
 * Drops the lookups in flight without calling back, and closes; memory is freed when the loop has
 * run its close callbacks. Allowed inside a callback. Lookups in flight must not be cancelled
 * afterwards.
 */
void dns_engine_close(struct dns_engine *engine);

/* As dns_core_want_names. */
void dns_engine_want_names(
	struct dns_engine *engine, bool (*wants)(void *ctx, struct str name), void *ctx);
/* As dns_core_share; the cache is borrowed until dns_engine_close. */
void dns_engine_share(struct dns_engine *engine, const struct dns_remote_cache *cache);

#endif
