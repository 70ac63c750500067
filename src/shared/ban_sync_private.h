/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_BAN_SYNC_PRIVATE_H
#define DW_SHARED_BAN_SYNC_PRIVATE_H

#include "ban/list.h"
#include "shared/shared.h"
#include "store/client.h"

#include <uv.h>

#define EPOCH_MAX 64u
#define CURSOR_MAX 24u

/* What tells that another machine has written: any bytes, or none. */
struct epoch {
	char bytes[EPOCH_MAX];
	size_t len;
};

struct shared_ban_sync {
	struct shared *shared;
	/* As in struct shared_ban_sync_owner. */
	void (*look)(void *ctx);
	const struct ban_list *(*list)(void *ctx);
	void *ctx;
	char *file;
	bool file_failed;
	uv_timer_t timer;
	struct store_status *status;
	struct store_stats stats;
	struct store_client *client;
	struct store_question *question; /* NULL: none is in flight */
	struct store_script push;
	/* By the number of the secret; the first are written, too. */
	struct bytes keys[STORE_SECRETS_MAX];
	struct bytes epoch_keys[STORE_SECRETS_MAX];
	size_t secrets;
	struct epoch seen[STORE_SECRETS_MAX];
	struct epoch next[STORE_SECRETS_MAX];
	bool whole; /* everything is to be read, whatever the epochs are */
	uint64_t read_ms;
	uint64_t rest_until_ms; /* nothing is read before */
	size_t secret;          /* whose bans are read */
	char cursor[CURSOR_MAX];
	unsigned pages;
	uint64_t forged;      /* of this reading */
	uint64_t forged_told; /* of the last one */
	struct ban_list reading;
	struct ban_list stored; /* what the store has, as far as it is known */
	struct ban_list pushing;
	bool told; /* of an error of the store */
};

/* A warning, once until the next reading that succeeds. */
void ban_sync_tell(struct shared_ban_sync *sync, const char *what, struct str why);
/* Ends the round; everything is read in the next one. */
void ban_sync_give_up(struct shared_ban_sync *sync, const char *what, struct str why);
/* Ends the question. False: the store is away, or its reply has another type; the round has ended.
 */
bool ban_sync_is_good(struct shared_ban_sync *sync, enum store_outcome outcome,
	const struct store_reply *reply, enum store_reply_type type);
void ban_sync_ask(
	struct shared_ban_sync *sync, const struct store_command *command, store_done *done);

/* ban_reading.c: reads all bans of the store, then calls ban_sync_take_reading. */
void ban_sync_read(struct shared_ban_sync *sync);
void ban_sync_take_reading(struct shared_ban_sync *sync);

/* ban_push.c: sends what the store lacks, or has in an older form. */
bool ban_sync_push_init(struct shared_ban_sync *sync);
void ban_sync_push(struct shared_ban_sync *sync);

#endif
