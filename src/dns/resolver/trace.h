/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_TRACE_H
#define DW_DNS_RESOLVER_TRACE_H

#include "dns/fcrdns.h"
#include "dns/resolver/resolver.h"

/* Tells `trace` of a step, in words for people. `upstreams`: as the resolver counts them. */
void dns_trace_step(const struct dns_fcrdns_trace *trace, const struct dns_step *step,
	const struct endpoint *upstreams);

#endif
