/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_RESOLVER_LOCAL_ANSWER_H
#define DW_DNS_RESOLVER_LOCAL_ANSWER_H

#include "dns/resolver/env.h"

/* Answers that need no query: from the static zone, and from the cache. Pure logic. */

/*
 * The status of an upstream's reply after trust_ad and require_ad: with require_ad, an answer
 * without the AD bit, or from an upstream whose AD bit is not trusted, does not count.
 */
enum dns_status dns_local_answer_status(
	const struct dns_resolver_env *env, const struct dns_ending *ending);

/*
 * When it expires: RFC 2308 section 5 for negative answers, RFC 9520 for failures. `answer` is not
 * read for those.
 */
uint64_t dns_local_answer_expiry(const struct dns_resolver_env *env, const struct dns_name *name,
	enum dns_type type, enum dns_status status, const struct dns_answer *answer,
	uint64_t now_ms);

/*
 * Completes a step whose name, type and now_ms are set: step->answer is `answer`. Cached answers
 * that expire by `fresh_ms` do not count. False: neither the zone nor the cache has an answer.
 */
bool dns_local_answer_step(const struct dns_resolver_env *env, uint64_t fresh_ms,
	struct dns_answer *answer, struct dns_step *step);

/* A request's path along CNAMEs, over several answers. */
struct dns_trail {
	unsigned cnames;
	unsigned mark_at;     /* steps left until the next mark */
	struct dns_name mark; /* a name on the path: to meet it again is a loop */
};

void dns_trail_init(struct dns_trail *trail, const struct dns_name *name);
/*
 * What a step's status means for the request: a loop, a path that is too long, or the status
 * itself.
 */
enum dns_status dns_trail_follow(
	struct dns_trail *trail, enum dns_status status, const struct dns_answer *answer);

/* As dns_resolver_known. */
bool dns_local_answer_end(const struct dns_resolver_env *env, const struct dns_name *name,
	enum dns_type type, uint64_t now_ms, struct dns_answer *answer,
	struct dns_request_end *out);

#endif
