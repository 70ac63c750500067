/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/fcrdns.h"

#include "dns/core.h"

const struct dns_fcrdns_result *dns_fcrdns_cached(
	struct dns_engine *engine, const struct addr *addr, enum dns_fcrdns_mode mode)
{
	bool started;
	const struct dns_fcrdns_result *result = dns_fcrdns_table_cached(
		dns_core_fcrdns_table(engine), addr, mode, dns_core_now(engine), &started);

	if (started) {
		dns_core_wake(engine);
	}
	return result;
}

struct dns_fcrdns *dns_fcrdns_start(struct dns_engine *engine, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_fcrdns_result *result), void *ctx)
{
	struct dns_fcrdns *lookup = dns_fcrdns_table_start(
		dns_core_fcrdns_table(engine), addr, mode, trace, done, ctx, dns_core_now(engine));

	dns_core_wake(engine);
	return lookup;
}

void dns_fcrdns_cancel(struct dns_fcrdns *lookup)
{
	dns_fcrdns_table_cancel(lookup);
}
