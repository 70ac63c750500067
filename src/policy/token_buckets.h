/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_TOKEN_BUCKETS_H
#define DW_POLICY_TOKEN_BUCKETS_H

#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Token buckets of all clients in a fixed amount of memory, 16 bytes a bucket, shared by all
 * threads. A bucket that was never used is full. It lies in one of a few places, chosen by its key;
 * if all of them are taken, it replaces the bucket that is full the soonest, which then counts as
 * full. So among any number of clients the ones that are limited most stay limited.
 */
struct policy_token_buckets;

/* `count` is rounded up to a multiple of 8. NULL when out of memory. */
struct policy_token_buckets *policy_token_buckets_new(uint32_t count);
struct policy_token_buckets *policy_token_buckets_ref(struct policy_token_buckets *buckets);
void policy_token_buckets_unref(struct policy_token_buckets *buckets);

/* Makes keys: a hash (SipHash) under a secret of this table. */
uint64_t policy_token_buckets_hash(
	const struct policy_token_buckets *buckets, const void *data, size_t len);

/*
 * Takes a token out of the bucket of `key`, which holds `tokens` (at least 1) and is filled by as
 * many in each `unit_ns`, evenly; false if it is empty. `now_ns` is of a clock that should not go
 * backwards; if it does, no bucket stays empty for longer than unit_ns because of it. The time
 * between two tokens is cut to whole nanoseconds. *missing_ns (NULL: not wanted) is how long the
 * bucket then takes to be full. Thread-safe.
 */
NODISCARD bool policy_token_buckets_take(struct policy_token_buckets *buckets, uint64_t key,
	uint32_t tokens, uint64_t unit_ns, uint64_t now_ns, uint64_t *missing_ns);
/* Whether policy_token_buckets_take would take one now; takes none. Thread-safe. */
bool policy_token_buckets_has(struct policy_token_buckets *buckets, uint64_t key, uint32_t tokens,
	uint64_t unit_ns, uint64_t now_ns);
/* How long the bucket takes to be full. Thread-safe. */
uint64_t policy_token_buckets_missing_ns(struct policy_token_buckets *buckets, uint64_t key,
	uint32_t tokens, uint64_t unit_ns, uint64_t now_ns);
/* Puts back the token that was taken for a request which something else refused. Thread-safe. */
void policy_token_buckets_give(
	struct policy_token_buckets *buckets, uint64_t key, uint32_t tokens, uint64_t unit_ns);

#endif
