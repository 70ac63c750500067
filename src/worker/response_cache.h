/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_WORKER_RESPONSE_CACHE_H
#define DW_WORKER_RESPONSE_CACHE_H

#include "authz/input.h"
#include "authz/response.h"
#include "authz/trusted_input.h"
#include "policy/policy.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Caches the responses that one worker sent with one configuration, for as long as the same input
 * would get the same response: for a known client no rule is evaluated and no header is written.
 * Bounded; the least recently used are evicted first. One thread.
 */
struct worker_response_cache;

/* The input as far as a decision can depend on it. */
struct worker_response_cache_key {
	enum authz_response_form form;
	const struct policy *policy;
	const struct authz_input *input;           /* without duplicates, and usable */
	const struct authz_trusted_input *trusted; /* for this input, with an address */
};

struct worker_response_cache_value {
	struct authz_response response; /* in the key's form */
	uint32_t max_age_s;             /* at most */
	uint64_t until_ms;              /* clock_ms() from which on it must not be sent */
	int64_t from_wall_s;            /* nor before this time, in case the clock is set back */
	int64_t until_wall_s;           /* and from this one on */
};

/* `bytes` bounds the memory, and is at least 1. NULL when out of memory. */
struct worker_response_cache *worker_response_cache_new(size_t bytes);
void worker_response_cache_free(struct worker_response_cache *cache);
/* Bytes in use. */
size_t worker_response_cache_bytes(const struct worker_response_cache *cache);
/* Entries in the fullest bucket, which bounds the time of a lookup. Reads the whole table. */
size_t worker_response_cache_longest_chain(const struct worker_response_cache *cache);

/* NULL, or a view that is valid until the next worker_response_cache_keep. */
const struct worker_response_cache_value *worker_response_cache_find(
	struct worker_response_cache *cache, const struct worker_response_cache_key *key,
	uint64_t now_ms, int64_t wall_s);
/* Stores a copy, in place of one with the same key; does nothing without room or memory. */
void worker_response_cache_keep(struct worker_response_cache *cache,
	const struct worker_response_cache_key *key,
	const struct worker_response_cache_value *value);

/* How long caches may keep the response. */
uint32_t worker_response_cache_max_age_s(
	const struct worker_response_cache_value *value, uint64_t now_ms, int64_t wall_s);

#endif
