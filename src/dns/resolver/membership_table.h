/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_MEMBERSHIP_TABLE_H
#define DW_DNS_RESOLVER_MEMBERSHIP_TABLE_H

#include "base/addr.h"
#include "base/str.h"
#include "base/util.h"
#include "dns/resolver/fcrdns_lookup.h"
#include "dns/resolver/membership_query.h"

/*
 * One worker's lookups of membership.h in flight, bounded in all and, in DNSBL zones, for each
 * prefix. Pure logic: the time is an argument.
 */
struct dns_membership_table;

/* `env` is borrowed. NULL when out of memory. */
struct dns_membership_table *dns_membership_table_new(const struct dns_fcrdns_env *env);
/* Drops the lookups in flight without calling back. */
void dns_membership_table_free(struct dns_membership_table *table);

/* As dns_membership_known, dns_membership_start and dns_membership_cancel. */
bool dns_membership_table_known(struct dns_membership_table *table,
	const struct dns_membership_query *query, uint64_t now_ms,
	struct dns_membership_result *out);
struct dns_membership *dns_membership_table_start(struct dns_membership_table *table,
	const struct dns_membership_query *query, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_membership_result *result), void *ctx,
	uint64_t now_ms, struct dns_membership_result *out);
void dns_membership_table_cancel(struct dns_membership *lookup);

#endif
