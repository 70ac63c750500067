/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_BUDGET_H
#define DW_AGENT_BUDGET_H

#include "agent/key.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Bounds how many signatures are checked by a public key, by two token buckets: one for all
 * clients, and one that is reserved for regulars, the clients whose signature by the same key
 * matched in the last AGENT_REGULAR_S seconds. So a flood of forged signatures, which can name any
 * known key, takes nothing from a client that is known to hold it. A client that sends a signature
 * that does not match is a regular no longer. Belongs to one thread.
 */

/* How many checks may be done. */
struct agent_budget_sizes {
	uint32_t per_s;
	uint32_t burst;
	uint32_t reserved_per_s;
	uint32_t reserved_burst;
};

#define AGENT_REGULARS 1024
#define AGENT_REGULAR_S 600

struct agent_regular {
	uint64_t client; /* 0: the place is free */
	int64_t until_s;
};

struct agent_budget {
	struct agent_budget_sizes sizes;
	struct hash_key key;
	/* When each bucket is full again, in microseconds of the clock. */
	uint64_t full_us;
	uint64_t reserved_full_us;
	struct agent_regular regulars[AGENT_REGULARS];
};

void agent_budget_init(struct agent_budget *budget, const struct agent_budget_sizes *sizes);

/* A client with a key. */
uint64_t agent_budget_client(const struct agent_budget *budget, struct str client,
	const uint8_t thumbprint[AGENT_THUMBPRINT_LEN]);
/* Takes a token; false if this client gets no token. */
NODISCARD bool agent_budget_take(
	struct agent_budget *budget, uint64_t client, int64_t wall_s, uint64_t now_ms);
/* A signature of that client and key was checked. */
void agent_budget_learn(struct agent_budget *budget, uint64_t client, bool matches, int64_t wall_s);

#endif
