/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_MEMBERS_H
#define DW_SHARED_MEMBERS_H

#include "base/util.h"
#include "store/client.h"
#include "store/seal.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/*
 * How many machines share a store. Each process has one entry in a sorted set, by the store's
 * clock, which one of its workers renews every 10 seconds; entries older than 60 seconds are
 * removed by the same script.
 */

#define SHARED_MEMBERS_MAX 10000u /* what a store may tell */
#define SHARED_BEAT_MS 10000u

/* Of the process. */
struct shared_members {
	char id[33]; /* random, in hexadecimal; another one for each struct shared */
	struct bytes key;
	struct store_script join;
	_Atomic uint32_t count;   /* 0: the store has not told yet */
	_Atomic uint64_t next_ms; /* clock_ms() of the next beat, which the first worker sends */
	atomic_uint workers;
};

/* False when out of memory, or if OpenSSL fails. */
NODISCARD bool shared_members_init(struct shared_members *members, const struct store_seal *seal);
void shared_members_clear(struct shared_members *members);

/* A worker's part: sends what is due. */
struct shared_heart {
	struct shared_members *members;
	struct store_client *client;
	struct store_question *question; /* NULL: none is in flight */
};

void shared_heart_init(
	struct shared_heart *heart, struct shared_members *members, struct store_client *client);
/* To be called every second or so. */
void shared_heart_tick(struct shared_heart *heart, uint64_t now_ms);
/* Before the client is closed. The last worker takes the process's entry out of the store. */
void shared_heart_stop(struct shared_heart *heart);

#endif
