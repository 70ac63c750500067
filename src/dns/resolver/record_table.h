/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_RECORD_TABLE_H
#define DW_DNS_RESOLVER_RECORD_TABLE_H

#include "dns/resolver/record_result.h"
#include "dns/resolver/resolver.h"

struct dns_record_lookup;

/* The record lookups of one engine in flight. Pure logic: the time is an argument. */
struct dns_record_table;

/* `env` and `resolver` are borrowed. NULL when out of memory. */
struct dns_record_table *dns_record_table_new(
	const struct dns_resolver_env *env, struct dns_resolver *resolver);
/* Drops the lookups in flight without calling back. */
void dns_record_table_free(struct dns_record_table *table);

/* As dns_record_lookup_start and dns_record_lookup_cancel. */
struct dns_record_lookup *dns_record_table_start(struct dns_record_table *table,
	const struct dns_name *name, enum dns_type type,
	void (*done)(void *ctx, const struct dns_record_lookup_result *result), void *ctx,
	uint64_t now_ms);
void dns_record_table_cancel(struct dns_record_lookup *lookup);

#endif
