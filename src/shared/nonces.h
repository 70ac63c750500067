/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_NONCES_H
#define DW_SHARED_NONCES_H

#include "base/str.h"
#include "base/util.h"
#include "shared/worker.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Nonces of signatures over all machines and restarts: a nonce belongs to the first machine that
 * sets it in the store, where it stays until no machine accepts its signature any more. The store
 * sees neither the nonce nor the agent. A store that does not answer in time is no condition: each
 * machine has its own memory besides (agent/nonces.h).
 */

/* A request that waits: the caller's memory, zeroed, then `done` and `ctx` filled in. */
struct shared_nonce_wait {
	void (*done)(void *ctx, bool used);
	void *ctx;
	struct shared_worker *worker;
	struct store_question *question; /* NULL: it does not wait */
};

/*
 * Sets the nonce. `id`: its identifier; `life_ms`: until its signature expires. True: `done` is
 * called once, from the loop; `used`: it was set before. False: the store is away, or there is no
 * time left.
 */
NODISCARD bool shared_nonces_take(struct shared_worker *worker, struct str id, uint64_t life_ms,
	uint32_t timeout_ms, struct shared_nonce_wait *wait);
/* `done` is not called any more. Does nothing if it does not wait. */
void shared_nonces_cancel(struct shared_nonce_wait *wait);

#endif
