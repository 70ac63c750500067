/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_RESPONSE_CACHE_H
#define DW_WORKER_RESPONSE_CACHE_H

#include "authz/authz.h"
#include "authz/input.h"
#include "authz/trusted_input.h"
#include "policy/policy.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The answers that one worker gave by one configuration, for as long as the same input would be
 * answered in the same way: no rule is asked and no header written anew for a client that comes
 * again. Bounded; the least recently used go first. One thread.
 */
struct worker_response_cache;

/* Who asked what: the input as far as a decision can depend on it. */
struct worker_response_cache_key {
	unsigned form; /* in which the answer is written: a role of FastCGI, or another number */
	const struct policy *policy;
	const struct authz_input *input;          /* without duplicates, and usable */
	const struct authz_trusted_input *belief; /* of it, with an address */
};

struct worker_response {
	/* The answer in `form`; between the two comes how long it may be kept. */
	struct str head;
	struct str tail;
	struct str outcome; /* what the decision log says of it, apart from claims and times */
	enum authz_verdict verdict;
	enum policy_reason reason;
	uint32_t max_age_s;   /* at most */
	uint64_t until_ms;    /* clock_ms() from which on it must not be given */
	int64_t from_wall_s;  /* likewise before this time, for a clock that is set back */
	int64_t until_wall_s; /* and from this one on */
};

/* Room for `bytes` in all, at least 1. NULL when out of memory. */
struct worker_response_cache *worker_response_cache_new(size_t bytes);
void worker_response_cache_free(struct worker_response_cache *answers);
/* Bytes in use. */
size_t worker_response_cache_bytes(const struct worker_response_cache *answers);
/* Entries in the fullest bucket: by these a look-up may be slowed. Walks the whole table. */
size_t worker_response_cache_longest_chain(const struct worker_response_cache *answers);

/* NULL, or a view that is good until the next worker_response_cache_keep. */
const struct worker_response *worker_response_cache_find(struct worker_response_cache *answers,
	const struct worker_response_cache_key *key, uint64_t now_ms, int64_t wall_s);
/* Keeps a copy, in place of one with the same key; or does not, for want of room or memory. */
void worker_response_cache_keep(struct worker_response_cache *answers,
	const struct worker_response_cache_key *key, const struct worker_response *answer);

/* How long the answer may be kept by others. */
uint32_t worker_response_max_age_s(
	const struct worker_response *answer, uint64_t now_ms, int64_t wall_s);

#endif
