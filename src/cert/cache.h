/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_CACHE_H
#define DW_CERT_CACHE_H

#include "base/hash.h"
#include "base/util.h"
#include "cert/check_result.h"

#include <stddef.h>

/*
 * Caches the results of certificate checks, for all workers. The key is everything that a result
 * depends on: the texts, compared byte by byte, codec and options, and the trust store, which must
 * live as long as the cache. Results are kept for at most CERT_CACHE_GOOD_MS, and are not used
 * outside of the time for which the chain and its CRLs are valid. Results that any client can cause
 * are kept apart and for CERT_CACHE_BAD_MS, so that they cannot evict the good ones. The least
 * recently used are evicted first. Thread-safe; takes one shard's lock, and does not call OpenSSL.
 */
struct cert_cache;

#define CERT_CACHE_GOOD_MS 300000
#define CERT_CACHE_BAD_MS 10000
#define CERT_CACHE_BAD_PART 8      /* an eighth as many */
#define CERT_CACHE_ENTRY_MEAN 8192 /* bytes, from which the bound on memory follows */

/* NULL when out of memory. */
struct cert_cache *cert_cache_new(size_t entries);
void cert_cache_free(struct cert_cache *cache);
/* The number of cached results. */
size_t cert_cache_count(struct cert_cache *cache);

/* With a reference for the caller; NULL: not cached. `request->given` must be NULL. */
const struct cert_check_result *cert_cache_get(struct cert_cache *cache,
	const struct cert_check_request *request, int64_t wall_s, uint64_t now_ms);

/*
 * Caches a result, in place of an older one of the same request. `vouched`: the front end or the
 * request's trust store says that the certificate is good. Results of lack of memory are not
 * cached.
 */
void cert_cache_put(struct cert_cache *cache, const struct cert_check_request *request,
	const struct cert_check_result *checked, bool vouched, uint64_t now_ms);

/* A hash that equal requests share, and the comparison. */
uint64_t cert_check_request_hash(
	const struct hash_key *key, const struct cert_check_request *request);
bool cert_check_request_eq(const struct cert_check_request *a, const struct cert_check_request *b);
/* A copy with the texts in one block of memory that begins with it; NULL when out of memory. */
struct cert_check_request *cert_check_request_dup(const struct cert_check_request *request);

#endif
