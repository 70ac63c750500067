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
struct policy_memory;

#define POLICY_MEMORY_ENTRIES_MAX 16384

/* Takes at most `max_bytes`, as it fills. NULL when out of memory. */
struct policy_memory *policy_memory_new(size_t max_bytes);
void policy_memory_free(struct policy_memory *memory);
/* Bytes and entries that are in use. */
size_t policy_memory_bytes(const struct policy_memory *memory);
size_t policy_memory_count(const struct policy_memory *memory);

/* The rest is for rule_iter.c. */

/* One entry: a key's candidates among the first `seen` rules of a group, in their order. */
struct policy_remembered {
	uint32_t *rules;
	size_t count;
	size_t seen;
};

/*
 * The entry of a key, made if there is none; NULL if there is no room. It stays until it is
 * released or forgotten.
 */
struct policy_remembered *policy_memory_hold(
	struct policy_memory *memory, const void *key, size_t len);
/* Appends a candidate. False: there is no room; the entry is forgotten. */
NODISCARD bool policy_memory_note(
	struct policy_memory *memory, struct policy_remembered *remembered, uint32_t rule);
void policy_memory_release(struct policy_remembered *remembered);

#endif
