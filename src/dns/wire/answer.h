/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_WIRE_ANSWER_H
#define DW_DNS_WIRE_ANSWER_H

#include "dns/wire/message.h"

/*
 * Functions that build an answer, for the reply parser and the static zone. An empty SERVFAIL about
 * `name`.
 */
void dns_answer_init(struct dns_answer *answer, const struct dns_name *name, enum dns_type type);

/* Lowers the TTL to `ttl`; above 2^31 - 1 counts as 0 (RFC 2181 section 8). */
void dns_answer_take_ttl(struct dns_answer *answer, uint32_t ttl);

/* Each keeps the smallest items in its order, once. `name` must be lower-case. */
void dns_answer_add_addr(struct dns_answer *answer, const struct addr *addr);
void dns_answer_add_name(struct dns_answer *answer, const struct dns_name *name);
/* Keeps the first texts. */
void dns_answer_add_text(struct dns_answer *answer, const struct dns_text *text);

/* Follows a CNAME from `target` to `next`: CNAME, or CNAME_LOOP or CNAME_TOO_LONG. */
struct dns_chain {
	struct dns_name seen[DNS_CNAME_MAX];
};
NODISCARD enum dns_answer_kind dns_answer_follow(
	struct dns_answer *answer, struct dns_chain *chain, const struct dns_name *next);

#endif
