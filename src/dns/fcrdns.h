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
 * Forward-confirmed reverse DNS of a client's address (RFC 8499, iprev of RFC 8601): PTR, then A
 * or AAAA, in the client's family, of each name that is a host name; at most max_ptr names, those
 * first that could matter (dns_engine_want_names) and then in the order of their text, 2 at a time,
 * at most 16 queries, at most lookup_timeout_ms in all. A bound that is reached never makes a name
 * absent: what is beyond it is unknown.
 *
 * Every name is confirmed or not, also after the first that confirms: a rule may want another than
 * that one, and which is first is the DNS server's whim. If some confirm and others fail (nobody
 * knows), the result is VERIFIED with those that did, but incomplete, and lives for min_ttl at
 * most.
 *
 * MISMATCH needs the authority's word on every name. It is also the result where no PTR is a host
 * name, and where CNAMEs loop. Any other trouble is ERROR, never NONE.
 *
 * Addresses of special use (RFC 6303, RFC 6890: private, loopback, link-local, ...) are PRIVATE
 * without a question: no names, like NONE, unless private_ptr is set or the static zone has the say
 * about them. The documentation prefixes (192.0.2.0/24, 2001:db8::/32, ...) are looked up like any
 * others.
 */

struct dns_engine;
struct dns_fcrdns;

/*
 * A result at hand, with a reference for the caller; NULL: look it up. One shard's lock, no I/O.
 * With `refresh`, a hit shortly before the result ends has it looked up anew.
 */
const struct dns_fcrdns_result *dns_fcrdns_cached(
	struct dns_engine *engine, const struct addr *addr, enum dns_fcrdns_mode mode);

/*
 * Looks up, whatever is cached of whole results; joins a look-up of the same address in flight.
 * `done` is called exactly once, from the loop and never inside this call, unless dns_fcrdns_cancel
 * comes first; it owns a reference of `result`, which is never NULL, and the look-up is gone when
 * it is called. `trace` may be NULL and is borrowed until then; a look-up with a trace joins no
 * other. NULL when out of memory.
 */
struct dns_fcrdns *dns_fcrdns_start(struct dns_engine *engine, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_fcrdns_result *result), void *ctx);
void dns_fcrdns_cancel(struct dns_fcrdns *lookup);

#endif
