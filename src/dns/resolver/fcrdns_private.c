/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/fcrdns_private.h"

#include "dns/wire/special_use.h"

bool dns_fcrdns_is_private(
	const struct dns_resolver_env *dns, const struct addr *addr, struct dns_answer *room)
{
	struct dns_name reverse;

	if (dns->settings->private_ptr || !dns_addr_is_special_use(addr)) {
		return false;
	}
	dns_name_reverse(addr, &reverse);
	return dns->zone == NULL || !dns_zone_answer(dns->zone, &reverse, DNS_TYPE_PTR, room);
}

const struct dns_fcrdns_result *dns_fcrdns_private_result(
	const struct dns_resolver_env *dns, uint64_t now_ms)
{
	counter_add(&dns->stats->results[DNS_STATS_PRIVATE], 1);
	return dns_fcrdns_result_new(DNS_FCRDNS_PRIVATE, false, (struct str_list){NULL, 0}, NULL,
		now_ms + dns->settings->max_ttl_s * UINT64_C(1000));
}
