/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_TRACE_H
#define DW_DNS_RESOLVER_TRACE_H

#include "dns/resolver/env.h"

/* One question of a look-up, for people (`doorward check`). Strings are good during the call. */
struct dns_fcrdns_trace_step {
	struct str name; /* presentation form */
	enum dns_type type;
	struct str answer; /* "192.0.2.1, 192.0.2.2", "NXDOMAIN", "timeout", … */
	uint32_t ttl_s;
	uint32_t ms;       /* from the first send to the answer */
	struct str server; /* "127.0.0.1:53", "static_zone", "cache" */
	bool cached;
	bool joined; /* another look-up, or name, had asked already */
};

struct dns_fcrdns_trace {
	void (*step)(void *ctx, const struct dns_fcrdns_trace_step *step);
	void *ctx;
};

/* Tells `trace` of a step, in words for people. `upstreams`: as the resolver counts them. */
void dns_trace_step(const struct dns_fcrdns_trace *trace, const struct dns_step *step,
	const struct endpoint *upstreams);

#endif
