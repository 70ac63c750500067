/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_MEMBERSHIP_JUDGE_H
#define DW_DNS_RESOLVER_MEMBERSHIP_JUDGE_H

#include "base/util.h"
#include "dns/resolver/env.h"
#include "dns/resolver/membership_query.h"

/* What a lookup of membership.h asks, and what answers mean for it. Pure. */

/*
 * The name and type to look up. False if the name is not a host name, or too long for the address.
 */
NODISCARD bool dns_membership_ask(
	const struct dns_membership_query *query, struct dns_name *name, enum dns_type *type);
/* What the end of the request means for the lookup. */
enum dns_membership_status dns_membership_judge(
	enum dns_membership_kind kind, const struct addr *addr, const struct dns_request_end *end);
/* The same, with all that a result has. */
struct dns_membership_result dns_membership_result_of(
	enum dns_membership_kind kind, const struct addr *addr, const struct dns_request_end *end);

#endif
