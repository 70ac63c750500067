/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_CACHE_SHARD_H
#define DW_DNS_CACHE_SHARD_H

#include "base/list.h"
#include "dns/cache/result.h"
#include "dns/wire/name.h"
#include "dns/wire/packed.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One part of the cache, with its own lock and its own share of the bytes: a hash table, and the
 * two queues of S3-FIFO (Yang et al., SOSP 2023). A new entry goes to the probation queue. If it is
 * used there, it moves on to the proven queue, a CLOCK; if not, it is evicted, and leaves a ghost,
 * which puts it into the proven queue if it comes back soon.
 *
 * A group, such as the entries of an IPv6 /64, has at most DNS_GROUP_MAX entries; a new one evicts
 * another of its group, the oldest that was not used lately, in either queue.
 */

/* Kind, mode or type, then address or lower-cased name. */
#define DNS_KEY_MAX (3 + DNS_NAME_MAX)
#define DNS_GROUP_MAX 256u

struct dns_key {
	uint64_t hash;
	uint64_t group; /* a hash of the group, all of which is in one shard; 0: no group */
	size_t len;
	uint8_t bytes[DNS_KEY_MAX];
};

enum dns_value_kind { DNS_VALUE_RESULT, DNS_VALUE_ANSWER };

struct dns_value {
	uint64_t expires_ms;
	union {
		const struct dns_fcrdns_result *result; /* a reference */
		struct dns_packed *packed;              /* NULL: the status is the whole value */
	};
	uint8_t kind;
	uint8_t status; /* enum dns_status, of an answer */
	bool claimed;   /* of a result: a refresh has been claimed */
};

/* Members that a search reads stand together, behind those that only a move needs. */
struct dns_entry {
	struct list in_queue;
	struct list in_group;
	struct dns_group *group; /* NULL: no group */
	struct dns_entry *in_bucket;
	uint64_t hash;
	struct dns_value value;
	uint32_t bytes;
	uint16_t key_len;
	uint8_t failures; /* stored in a row */
	uint8_t hits;     /* since the clock's hand passed, up to HITS_MAX */
	bool proven;
	uint8_t key[];
};

struct dns_queue {
	struct list entries; /* the oldest first */
	size_t bytes;
};

struct dns_group {
	struct hlist_entry in_bucket;
	struct list entries; /* the oldest first */
	uint64_t hash;
	uint32_t count;
};

struct dns_shard {
	pthread_mutex_t lock; /* held by the caller for all functions but init and clear */
	struct dns_entry **buckets;
	uint32_t *ghosts; /* part of a hash, indexed by another part of it */
	struct hlist *groups;
	size_t table_mask;
	size_t group_mask;
	size_t group_bytes;
	size_t table_bytes;
	size_t max_bytes;   /* for everything but the tables */
	size_t count;       /* entries */
	uint64_t evictions; /* entries evicted for others */
	struct dns_queue probation;
	struct dns_queue proven;
};

/* False when out of memory; dns_shard_clear must be called all the same. */
NODISCARD bool dns_shard_init(struct dns_shard *shard, uint64_t max_bytes);
void dns_shard_clear(struct dns_shard *shard);
size_t dns_shard_bytes(const struct dns_shard *shard);

/* Valid until the next put; NULL: not found. */
struct dns_entry *dns_shard_find(const struct dns_shard *shard, const struct dns_key *key);
/* Counts the entry as used. */
void dns_shard_touch(struct dns_entry *entry);
/* The shard takes the value, even if there is no room for it. */
void dns_shard_put(
	struct dns_shard *shard, const struct dns_key *key, const struct dns_value *value);

#endif
