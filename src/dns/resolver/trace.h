/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_TRACE_H
#define DW_DNS_RESOLVER_TRACE_H

#include "dns/resolver/env.h"

/* One step of a lookup, for people (`doorward check`). Strings are valid during the call. */
struct dns_fcrdns_trace_step {
	struct str name; /* presentation form */
	enum dns_type type;
	struct str answer; /* "192.0.2.1, 192.0.2.2", "NXDOMAIN", "timeout", … */
	uint32_t ttl_s;
	uint32_t us;       /* from the first send to the reply */
	struct str server; /* "127.0.0.1:53", "static_zone", "cache" */
	bool cached;
	bool joined; /* another lookup had sent the query */
};

struct dns_fcrdns_trace {
	void (*step)(void *ctx, const struct dns_fcrdns_trace_step *step);
	void *ctx;
};

/*
 * Calls `trace` with the step, in words for people. `upstreams` has the order of the resolver's
 * upstream indices.
 */
void dns_trace_step(const struct dns_fcrdns_trace *trace, const struct dns_step *step,
	const struct endpoint *upstreams);

#endif
