/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/membership.h"

#include "dns/core.h"
#include "dns/resolver/membership_table.h"

bool dns_membership_known(struct dns_engine *engine, const struct dns_membership_query *query,
	struct dns_membership_result *out)
{
	return dns_membership_table_known(
		dns_core_membership_table(engine), query, dns_core_now(engine), out);
}

struct dns_membership *dns_membership_start(struct dns_engine *engine,
	const struct dns_membership_query *query, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_membership_result *result), void *ctx,
	struct dns_membership_result *out)
{
	struct dns_membership *lookup =
		dns_membership_table_start(dns_core_membership_table(engine), query, trace, done,
			ctx, dns_core_now(engine), out);

	dns_core_wake(engine);
	return lookup;
}

void dns_membership_cancel(struct dns_membership *lookup)
{
	dns_membership_table_cancel(lookup);
}
