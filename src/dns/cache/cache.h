/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_CACHE_CACHE_H
#define DW_DNS_CACHE_CACHE_H

#include "base/addr.h"
#include "dns/cache/result.h"
#include "dns/wire/message.h"
#include "dns/wire/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Caches DNS data until it expires: whole results by address, answers by name and type. Bounded in
 * bytes, shared by all threads; one call takes the lock of one shard, and a hit on a result
 * allocates nothing.
 *
 * Eviction is a CLOCK behind a probation queue (S3-FIFO): an entry that is never used a second time
 * cannot evict one that is in use, so a flood of new addresses only evicts itself. One IPv6 /64 has
 * at most 256 results, and 256 answers about its addresses' names.
 */
struct dns_cache;

/* NULL when out of memory. */
struct dns_cache *dns_cache_new(uint64_t max_bytes);
struct dns_cache *dns_cache_ref(struct dns_cache *cache);
void dns_cache_unref(struct dns_cache *cache);

struct dns_cache_size {
	uint64_t entries;
	uint64_t bytes; /* including the tables */
};

/* The current size. */
struct dns_cache_size dns_cache_size(struct dns_cache *cache);

/* A reference for the caller; NULL: nothing valid at `now_ms`. */
const struct dns_fcrdns_result *dns_cache_get_result(struct dns_cache *cache,
	const struct addr *addr, enum dns_fcrdns_mode mode, uint64_t now_ms);
/* True once for each cached result: the caller that gets true refreshes it. */
bool dns_cache_claim_result(
	struct dns_cache *cache, const struct addr *addr, enum dns_fcrdns_mode mode);
/*
 * Takes a reference of its own, until result->expires_ms. Returns how many other entries were
 * evicted.
 */
size_t dns_cache_put_result(struct dns_cache *cache, const struct addr *addr,
	enum dns_fcrdns_mode mode, const struct dns_fcrdns_result *result);

struct dns_cached {
	enum dns_status status;
	uint64_t expires_ms;
};

/*
 * An answer from one reply message; *answer is filled for DNS_STATUS_DATA and DNS_STATUS_CNAME.
 * Names are compared without case.
 */
bool dns_cache_get_answer(struct dns_cache *cache, const struct dns_name *name, enum dns_type type,
	uint64_t now_ms, struct dns_cached *out, struct dns_answer *answer);
/*
 * Caches an answer; `answer` is read for DNS_STATUS_DATA and DNS_STATUS_CNAME only. Returns how
 * many other entries were evicted.
 */
size_t dns_cache_put_answer(struct dns_cache *cache, const struct dns_name *name,
	enum dns_type type, const struct dns_cached *cached, const struct dns_answer *answer);

/*
 * How long a failure is to be cached now: 1 s, doubled for each failure cached before it without a
 * success, up to 60 s (RFC 9520 section 3.2).
 */
uint32_t dns_cache_result_backoff_ms(struct dns_cache *cache, const struct addr *addr,
	enum dns_fcrdns_mode mode, uint64_t now_ms);
uint32_t dns_cache_answer_backoff_ms(
	struct dns_cache *cache, const struct dns_name *name, enum dns_type type, uint64_t now_ms);

#endif
