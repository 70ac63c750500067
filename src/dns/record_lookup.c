/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/record_lookup.h"

#include "dns/core.h"
#include "dns/resolver/record_table.h"

struct dns_record_lookup *dns_record_lookup_start(struct dns_engine *engine,
	const struct dns_name *name, enum dns_type type,
	void (*done)(void *ctx, const struct dns_record_lookup_result *result), void *ctx)
{
	struct dns_record_lookup *lookup = dns_record_table_start(
		dns_core_record_table(engine), name, type, done, ctx, dns_core_now(engine));

	dns_core_wake(engine);
	return lookup;
}

void dns_record_lookup_cancel(struct dns_record_lookup *lookup)
{
	dns_record_table_cancel(lookup);
}
