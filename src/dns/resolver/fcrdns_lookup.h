/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_FCRDNS_LOOKUP_H
#define DW_DNS_RESOLVER_FCRDNS_LOOKUP_H

#include "dns/cache/result.h"
#include "dns/resolver/remote_lookup.h"
#include "dns/resolver/resolver.h"
#include "dns/resolver/trace.h"

/* One FCrDNS lookup, as fcrdns.h describes it. Pure logic: the time is an argument. */
struct dns_fcrdns_lookup;

struct dns_fcrdns_env {
	const struct dns_resolver_env *dns;
	struct dns_resolver *resolver;
	const struct endpoint *upstreams; /* for traces */
	struct dns_remote_env *remote;    /* NULL: no result comes from other machines */
	/* Whether a name, lower-case, could matter to a rule; NULL: any could. */
	bool (*wants)(void *ctx, struct str name);
	void *wants_ctx;
};

enum dns_fcrdns_lookup_end {
	DNS_FCRDNS_LOOKUP_RESULT,
	DNS_FCRDNS_LOOKUP_LOCAL,   /* a result in which the static zone had a part */
	DNS_FCRDNS_LOOKUP_PARTIAL, /* a result, but the lookup of some names failed */
	DNS_FCRDNS_LOOKUP_OVERLOAD,
	DNS_FCRDNS_LOOKUP_NO_MEMORY
};

/*
 * `env` and `trace` are borrowed; `trace` may be NULL. `done` is called exactly once, never inside
 * this call, unless dns_fcrdns_lookup_free comes first; it owns a reference of `result`, which is
 * set only for RESULT, LOCAL and PARTIAL, and may free the lookup. `fresh_ms`: cached answers that
 * expire by then are not used; 0: all are. lookup_timeout counts from `began_ms`. NULL when out of
 * memory.
 */
struct dns_fcrdns_lookup *dns_fcrdns_lookup_start(const struct dns_fcrdns_env *env,
	const struct addr *addr, enum dns_fcrdns_mode mode, uint64_t fresh_ms,
	const struct dns_fcrdns_trace *trace,
	void (*done)(
		void *ctx, enum dns_fcrdns_lookup_end end, const struct dns_fcrdns_result *result),
	void *ctx, uint64_t began_ms);
/* Cancels its requests; allowed everywhere. */
void dns_fcrdns_lookup_free(struct dns_fcrdns_lookup *lookup);

/*
 * Sets when a result that is cached now is due to be refreshed: early enough for a whole lookup.
 * Only while the caller has the only reference.
 */
void dns_fcrdns_lookup_set_refresh(const struct dns_settings *settings,
	const struct dns_fcrdns_result *result, uint64_t now_ms);

/*
 * False for a result of an earlier configuration that left out a name which could matter now, and
 * looked up one that could not: another look-up may decide what this result leaves unknown.
 */
bool dns_fcrdns_lookup_would_choose(
	const struct dns_fcrdns_env *env, const struct dns_fcrdns_result *result);

#endif
