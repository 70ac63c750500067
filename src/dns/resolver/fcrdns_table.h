/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_FCRDNS_TABLE_H
#define DW_DNS_RESOLVER_FCRDNS_TABLE_H

#include "dns/resolver/fcrdns_lookup.h"

/*
 * One worker's look-ups in flight: joined by address, bounded in all and for each prefix. Pure
 * logic: the time is an argument. fcrdns.h is what others see of it.
 */
struct dns_fcrdns_table;

/* `ground` is borrowed. NULL when out of memory. */
struct dns_fcrdns_table *dns_fcrdns_table_new(const struct dns_fcrdns_lookup_ground *ground);
/* Forgets those that are left, without calling back. */
void dns_fcrdns_table_free(struct dns_fcrdns_table *lookups);

/* As dns_fcrdns_cached, dns_fcrdns_start and dns_fcrdns_cancel. *started: it is being refreshed,
 * and the engine has something to do. */
const struct dns_fcrdns_result *dns_fcrdns_table_cached(struct dns_fcrdns_table *lookups,
	const struct addr *addr, enum dns_fcrdns_mode mode, uint64_t now_ms, bool *started);
struct dns_fcrdns *dns_fcrdns_table_start(struct dns_fcrdns_table *lookups, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_fcrdns_result *result), void *ctx,
	uint64_t now_ms);
void dns_fcrdns_table_cancel(struct dns_fcrdns *waiter);

/* Tells those whose result was clear at once, or many of them. */
void dns_fcrdns_table_run(struct dns_fcrdns_table *lookups);
/* True if a run has something to do. */
bool dns_fcrdns_table_is_due(const struct dns_fcrdns_table *lookups);
/* From now on nobody is called back. */
void dns_fcrdns_table_stop(struct dns_fcrdns_table *lookups);

#endif
