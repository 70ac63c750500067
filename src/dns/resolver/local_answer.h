/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_LOCAL_ANSWER_H
#define DW_DNS_RESOLVER_LOCAL_ANSWER_H

#include "dns/resolver/env.h"

/* What is known without asking anybody: of the static zone, and of the cache. Pure logic. */

/*
 * What an upstream's word is worth: with require_ad, an answer without the AD bit, or with one from
 * an upstream that is not trusted with it, is none.
 */
enum dns_status dns_local_answer_status(
	const struct dns_ground *ground, const struct dns_ending *ending);

/* Until when it holds: RFC 2308 section 5 for negative answers, RFC 9520 for failures. `answer` is
 * not read for those. */
uint64_t dns_local_answer_expiry(const struct dns_ground *ground, const struct dns_name *name,
	enum dns_type type, enum dns_status status, const struct dns_answer *answer,
	uint64_t now_ms);

/*
 * Completes a step, of which name, type and now_ms are given: step->answer is `answer`. Of the
 * cache only what holds longer than until `fresh_ms` counts. False: neither zone nor cache know.
 */
bool dns_local_answer_step(const struct dns_ground *ground, uint64_t fresh_ms,
	struct dns_answer *answer, struct dns_step *step);

/* A request's way along CNAMEs, over several answers. */
struct dns_trail {
	unsigned cnames;
	unsigned mark_at;     /* so many of them until the next mark */
	struct dns_name mark; /* a name on the way: to meet it again is a loop */
};

void dns_trail_init(struct dns_trail *trail, const struct dns_name *name);
/* What a step's status means for the request: a loop, a way that is too long, or the same. */
enum dns_status dns_trail_follow(
	struct dns_trail *trail, enum dns_status status, const struct dns_answer *answer);

/* As dns_resolver_known. */
bool dns_local_answer_end(const struct dns_ground *ground, const struct dns_name *name,
	enum dns_type type, uint64_t now_ms, struct dns_answer *answer,
	struct dns_request_end *out);

#endif
