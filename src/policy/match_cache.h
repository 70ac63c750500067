/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_MATCH_CACHE_H
#define DW_POLICY_MATCH_CACHE_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Caches which rules of one configuration are candidates for a client's names, certificate or
 * address. Bounded in bytes and entries; when it is full, an entry that was not used lately is
 * evicted. Belongs to one thread and one configuration: after a reload a new cache is used.
 */
struct policy_match_cache;

#define POLICY_MATCH_CACHE_ENTRIES_MAX 16384

/* Takes at most `max_bytes`, allocated as it fills. NULL when out of memory. */
struct policy_match_cache *policy_match_cache_new(size_t max_bytes);
void policy_match_cache_free(struct policy_match_cache *cache);
/* Bytes and entries in use. */
size_t policy_match_cache_bytes(const struct policy_match_cache *cache);
size_t policy_match_cache_count(const struct policy_match_cache *cache);

/* The rest is for rule_iter.c. */

/* One entry: a key's candidates among the first `seen` rules of a group, in their order. */
struct policy_match_entry {
	uint32_t *rules;
	size_t count;
	size_t seen;
};

/*
 * The entry of a key, added if it is new; NULL if there is no room. It stays until it is released
 * or evicted.
 */
struct policy_match_entry *policy_match_cache_hold(
	struct policy_match_cache *cache, const void *key, size_t len);
/* Appends a candidate. False: no room; the entry is removed. */
NODISCARD bool policy_match_cache_note(
	struct policy_match_cache *cache, struct policy_match_entry *cached, uint32_t rule);
void policy_match_cache_release(struct policy_match_entry *cached);

#endif
