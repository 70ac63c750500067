/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_FCRDNS_PRIVATE_H
#define DW_DNS_RESOLVER_FCRDNS_PRIVATE_H

#include "dns/resolver/env.h"

/*
 * Whether the address is one of special use that is not looked up: without private_ptr, and the
 * static zone has no name for it. `room` is overwritten.
 */
bool dns_fcrdns_is_private(
	const struct dns_resolver_env *dns, const struct addr *addr, struct dns_answer *room);
/* The result of such an address, PRIVATE, which is counted; NULL when out of memory. */
const struct dns_fcrdns_result *dns_fcrdns_private_result(
	const struct dns_resolver_env *dns, uint64_t now_ms);

#endif
