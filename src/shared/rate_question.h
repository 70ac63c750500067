/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_RATE_QUESTION_H
#define DW_SHARED_RATE_QUESTION_H

#include "shared/leases.h"
#include "store/client.h"

#include <stdbool.h>
#include <stdint.h>

/* The question for a lease, as the store sees it. */

/*
 * The generic cell rate algorithm by the clock of the store. KEYS: the bucket; ARGV: microseconds
 * between two tokens; tokens of the bucket; tokens wanted; tokens used that were not given, less
 * those that were given and not used. Replies with the tokens given, and the microseconds until
 * there is one more.
 */
extern const char shared_rate_script[];

/* Asks for it; as store_ask. `key` is the bucket's in the store. */
struct store_question *shared_rate_ask(struct store_client *client,
	const struct store_script *script, struct str key, const struct shared_bucket *bucket,
	const struct shared_lease_ask *ask, uint32_t timeout_ms, store_done *done, void *ctx);
/* False if no such script can have replied so. */
NODISCARD bool shared_rate_read(
	const struct store_reply *reply, uint64_t *granted, uint64_t *wait_ns);

#endif
