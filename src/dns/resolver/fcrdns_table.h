/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_FCRDNS_TABLE_H
#define DW_DNS_RESOLVER_FCRDNS_TABLE_H

#include "dns/resolver/fcrdns_lookup.h"

/*
 * One worker's lookups in flight: joined by address, bounded in all and for each prefix. Pure
 * logic: the time is an argument. The public interface is fcrdns.h.
 */
struct dns_fcrdns_table;

/* `env` is borrowed. NULL when out of memory. */
struct dns_fcrdns_table *dns_fcrdns_table_new(const struct dns_fcrdns_env *env);
/* Drops the lookups in flight without calling back. */
void dns_fcrdns_table_free(struct dns_fcrdns_table *table);

/*
 * As dns_fcrdns_cached, dns_fcrdns_start and dns_fcrdns_cancel. *started: a refresh was started,
 * and the engine must be woken.
 */
const struct dns_fcrdns_result *dns_fcrdns_table_cached(struct dns_fcrdns_table *table,
	const struct addr *addr, enum dns_fcrdns_mode mode, uint64_t now_ms, bool *started);
struct dns_fcrdns *dns_fcrdns_table_start(struct dns_fcrdns_table *table, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_fcrdns_result *result), void *ctx,
	uint64_t now_ms);
void dns_fcrdns_table_cancel(struct dns_fcrdns *waiter);

/* Notifies waiters whose result was known at once, up to a bound. */
void dns_fcrdns_table_run(struct dns_fcrdns_table *table);
/* True if dns_fcrdns_table_run has work. */
bool dns_fcrdns_table_is_due(const struct dns_fcrdns_table *table);
/* No callback is called after this. */
void dns_fcrdns_table_stop(struct dns_fcrdns_table *table);

#endif
