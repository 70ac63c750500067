/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_MATCH_CACHE_H
#define DW_POLICY_MATCH_CACHE_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What was found out about clients' names, certificates and addresses by the rules of one
 * configuration: for each value, which rules it leaves as candidates. Bounded in bytes and
 * entries; when it is full, an entry that was not asked for since long goes. Belongs to one thread
 * and one configuration: whoever loads another one begins with a new memory.
 */
struct policy_match_cache;

#define POLICY_MATCH_CACHE_ENTRIES_MAX 16384

/* Takes at most `max_bytes`, as it fills. NULL when out of memory. */
struct policy_match_cache *policy_match_cache_new(size_t max_bytes);
void policy_match_cache_free(struct policy_match_cache *memory);
/* Bytes and entries that are in use. */
size_t policy_match_cache_bytes(const struct policy_match_cache *memory);
size_t policy_match_cache_count(const struct policy_match_cache *memory);

/* The rest is for rule_iter.c. */

/* One entry: a key's candidates among the first `seen` rules of a group, in their order. */
struct policy_match_entry {
	uint32_t *rules;
	size_t count;
	size_t seen;
};

/*
 * The entry of a key, made if there is none; NULL if there is no room. It stays until it is
 * released or forgotten.
 */
struct policy_match_entry *policy_match_cache_hold(
	struct policy_match_cache *memory, const void *key, size_t len);
/* Appends a candidate. False: there is no room; the entry is forgotten. */
NODISCARD bool policy_match_cache_note(
	struct policy_match_cache *memory, struct policy_match_entry *remembered, uint32_t rule);
void policy_match_cache_release(struct policy_match_entry *remembered);

#endif
