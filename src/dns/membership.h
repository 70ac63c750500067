/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_MEMBERSHIP_H
#define DW_DNS_MEMBERSHIP_H

#include "dns/resolver/membership_question.h"
#include "dns/resolver/trace.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What DNS says of an address beside its names: whether it is one of a name's addresses (dynamic
 * DNS), or on a list (DNSBL, RFC 5782).
 *
 * FORWARD: YES where the address is among the A or AAAA, in its family, of the name. NO where it is
 * not, where there are none, where the name does not exist, and where its CNAMEs loop.
 *
 * DNSBL: the A of the address's octets (IPv4) or nibbles (IPv6), reversed, below the zone. YES
 * where all lie in 127.0.0.0/8, NO where there are none. UNKNOWN where one says that the list does
 * not work: outside of 127.0.0.0/8, as of a domain that has expired or of a resolver that blocks
 * the list (RFC 5782 section 5); 127.0.0.0 and 127.0.0.1, which no list uses (section 2.1);
 * 127.0.0.255 and 127.255.255.0/24, by which lists refuse the resolver that asks. Addresses of
 * special use are on no list, and nobody is asked, unless private_ptr is set or the static zone has
 * the say.
 *
 * UNKNOWN: nobody knows, for all other trouble, as after lookup_timeout_ms.
 */

struct dns_engine;
struct dns_membership;

/* True if the result is at hand, by the static zone, the cache, or without either. No I/O. */
bool dns_membership_known(struct dns_engine *engine, const struct dns_membership_question *question,
	struct dns_membership_result *out);

/*
 * Asks. `done` is called exactly once, from the loop and never inside this call, unless
 * dns_membership_cancel comes first; the look-up is gone when it is called. The question is copied.
 * `trace` may be NULL and is borrowed until then. NULL: nothing is asked, because nobody need be,
 * because of a limit, or because memory is out: *out is the result.
 */
struct dns_membership *dns_membership_start(struct dns_engine *engine,
	const struct dns_membership_question *question, const struct dns_fcrdns_trace *trace,
	void (*done)(void *ctx, const struct dns_membership_result *result), void *ctx,
	struct dns_membership_result *out);
/* Allowed everywhere; nothing for NULL. */
void dns_membership_cancel(struct dns_membership *member);

#endif
