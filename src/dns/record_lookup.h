/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RECORD_LOOKUP_H
#define DW_DNS_RECORD_LOOKUP_H

#include "dns/resolver/record_result.h"

/*
 * One record lookup by name and type, with all that the engine does for others: joining,
 * retransmission, TCP where it is needed, the static zone, limits, and CNAMEs followed. For A,
 * AAAA, NS, SOA, PTR, and CNAME itself.
 */

struct dns_engine;
struct dns_record_lookup;

/*
 * `done` is called exactly once, from the loop and never inside this call, after lookup_timeout at
 * the latest, unless dns_record_lookup_cancel comes first; the lookup is freed before the call. The
 * name is copied. NULL when out of memory.
 */
struct dns_record_lookup *dns_record_lookup_start(struct dns_engine *engine,
	const struct dns_name *name, enum dns_type type,
	void (*done)(void *ctx, const struct dns_record_lookup_result *result), void *ctx);
/* Allowed everywhere; nothing for NULL. */
void dns_record_lookup_cancel(struct dns_record_lookup *lookup);

#endif
