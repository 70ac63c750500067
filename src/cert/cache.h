/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_CACHE_H
#define DW_CERT_CACHE_H

#include "base/hash.h"
#include "base/util.h"
#include "cert/check_result.h"

#include <stddef.h>

/*
 * What was found of certificates, for all workers. It goes by everything that came and everything
 * that counts: the texts, compared byte by byte, codec and options, and what they were verified by,
 * which must live as long as the cache. Findings are kept for at most CERT_CACHE_GOOD_MS, and are
 * not used before or after the time for which a chain and its CRLs are good. Those that anyone can
 * bring about are kept apart and for CERT_CACHE_BAD_MS, so that they cannot push out the good ones.
 * The least recently used go first. Thread-safe; one shard's lock, no call of OpenSSL.
 */
struct cert_cache;

#define CERT_CACHE_GOOD_MS 300000
#define CERT_CACHE_BAD_MS 10000
#define CERT_CACHE_BAD_PART 8      /* an eighth as many */
#define CERT_CACHE_ENTRY_MEAN 8192 /* bytes, by which memory is bounded */

/* NULL when out of memory. */
struct cert_cache *cert_cache_new(size_t entries);
void cert_cache_free(struct cert_cache *cache);
/* Findings held now. */
size_t cert_cache_count(struct cert_cache *cache);

/* With a reference for the caller; NULL: there is none. `question->given` must be NULL. */
const struct cert_check_result *cert_cache_get(struct cert_cache *cache,
	const struct cert_check_request *question, int64_t wall_s, uint64_t now_ms);

/*
 * Remembers a finding in the place of an older one. `vouched`: somebody who is trusted, the front
 * end or the question's trust, has said that the certificate is good. What lack of memory led to is
 * not remembered.
 */
void cert_cache_put(struct cert_cache *cache, const struct cert_check_request *question,
	const struct cert_check_result *checked, bool vouched, uint64_t now_ms);

/* A number that equal questions share, and the comparison. */
uint64_t cert_check_request_hash(
	const struct hash_key *key, const struct cert_check_request *question);
bool cert_check_request_eq(const struct cert_check_request *a, const struct cert_check_request *b);
/* A copy with the texts in one block that starts there; NULL when out of memory. */
struct cert_check_request *cert_check_request_dup(const struct cert_check_request *question);

#endif
