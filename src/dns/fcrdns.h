/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_FCRDNS_H
#define DW_DNS_FCRDNS_H

#include "base/addr.h"
#include "dns/cache/result.h"
#include "dns/resolver/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Forward-confirmed reverse DNS of a client's address (RFC 8499, iprev of RFC 8601): PTR, then A or
 * AAAA, in the client's family, of each name that is a host name. At most max_ptr names are looked
 * up, names that rules mention first (dns_engine_want_names), then in the order of their text; 2 at
 * a time, at most 16 queries, at most lookup_timeout_ms in all. A limit that is reached never makes
 * a name absent: names beyond it are unknown.
 *
 * The lookup goes on after the first confirmed name: a rule may need another one, and the DNS
 * server decides which name comes first. If some names are confirmed and the lookup of others
 * failed, the result is VERIFIED with the confirmed names, but incomplete, and lives for min_ttl at
 * most.
 *
 * MISMATCH needs an authoritative answer for every name. It is also the result if no PTR is a host
 * name, and if CNAMEs loop. Any other trouble is ERROR, never NONE.
 *
 * Addresses of special use (RFC 6303, RFC 6890: private, loopback, link-local, ...) are PRIVATE
 * without a query: no names, like NONE, unless private_ptr is set or the static zone has records
 * for them. The documentation prefixes (192.0.2.0/24, 2001:db8::/32, ...) are looked up like all
 * others.
 */

struct dns_engine;
struct dns_fcrdns;

/*
 * A cached result, with a reference for the caller; NULL: start a lookup. One shard's lock, no I/O.
 * With `refresh`, a hit shortly before the result expires starts a lookup that replaces it.
 */
const struct dns_fcrdns_result *dns_fcrdns_cached(
	struct dns_engine *engine, const struct addr *addr, enum dns_fcrdns_mode mode);

/*
 * Starts a lookup without using cached results of whole lookups; joins a lookup of the same address
 * in flight. `done` is called exactly once, from the loop and never inside this call, unless
 * dns_fcrdns_cancel comes first; it owns a reference of `result`, which is never NULL, and the
 * lookup is freed before the call. `trace` may be NULL and is borrowed until then; a lookup with a
 * trace joins no other. NULL when out of memory.
 */
struct dns_fcrdns *dns_fcrdns_start(struct dns_engine *engine, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_fcrdns_result *result), void *ctx);
void dns_fcrdns_cancel(struct dns_fcrdns *lookup);

#endif
