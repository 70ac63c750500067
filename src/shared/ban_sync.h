/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_BAN_SYNC_H
#define DW_SHARED_BAN_SYNC_H

#include "ban/list.h"
#include "shared/shared.h"

#include <uv.h>

/*
 * Brings the bans of this machine to the others, and theirs here, on the loop of the main thread:
 * four times a second it asks the store whether anything has changed there. What this process has
 * learned it keeps until its time is over, whatever the store says later; what the store has lost
 * it is told again. So a store that is emptied, or in other hands, ends no ban.
 */
struct shared_ban_sync;

struct shared_ban_sync_owner {
	/* Called before each question: looks whether the bans of this machine have changed. */
	void (*look)(void *ctx);
	/* All bans here, and what was lifted; NULL: no table was read. Valid until the next call
	 * from the loop. */
	const struct ban_list *(*list)(void *ctx);
	void *ctx;
};

/* `file`: where to keep what was learned; copied. NULL when out of memory. */
struct shared_ban_sync *shared_ban_sync_new(uv_loop_t *loop, struct shared *shared,
	const char *file, const struct shared_ban_sync_owner *owner);
/* The loop frees it. NULL is ignored. */
void shared_ban_sync_close(struct shared_ban_sync *sync);
const struct shared *shared_ban_sync_shared(const struct shared_ban_sync *sync);

#endif
