/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/prefix_limits.h"

#include "base/hash.h"
#include "base/list.h"
#include "base/util.h"

#include <pthread.h>
#include <stdlib.h>

#define BUCKETS 4096u
#define LOCKS 64u /* one lock for every BUCKETS / LOCKS buckets */
#define V4_BITS 24
#define V6_BITS 64

struct dns_prefix_use {
	struct hlist_entry in_bucket;
	struct addr addr;
	uint32_t count;
	uint32_t bucket;
};

struct dns_prefix_limits {
	uint32_t max_each;
	struct hash_key hash_key;
	pthread_mutex_t locks[LOCKS];
	struct hlist buckets[BUCKETS];
};

struct dns_prefix_limits *dns_prefix_limits_new(uint32_t max_each)
{
	struct dns_prefix_limits *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		return NULL;
	}
	p->max_each = max_each;
	p->hash_key = hash_key_new();
	for (size_t i = 0; i < LOCKS; i++) {
		pthread_mutex_init(&p->locks[i], NULL);
	}
	return p;
}

void dns_prefix_limits_free(struct dns_prefix_limits *prefixes)
{
	if (prefixes == NULL) {
		return;
	}
	for (size_t i = 0; i < LOCKS; i++) {
		pthread_mutex_destroy(&prefixes->locks[i]);
	}
	free(prefixes);
}

static pthread_mutex_t *lock_of(struct dns_prefix_limits *prefixes, uint32_t bucket)
{
	return &prefixes->locks[bucket % LOCKS];
}

static struct dns_prefix_use *find(const struct hlist *bucket, const struct addr *addr)
{
	for (struct hlist_entry *at = bucket->first; at != NULL; at = at->next) {
		struct dns_prefix_use *u = CONTAINER_OF(at, struct dns_prefix_use, in_bucket);

		if (addr_eq(&u->addr, addr)) {
			return u;
		}
	}
	return NULL;
}

enum dns_prefix_entry dns_prefix_limits_enter(
	struct dns_prefix_limits *prefixes, const struct addr *addr, struct dns_prefix_use **use)
{
	struct prefix prefix = prefix_of(addr, addr->family == ADDR_V4 ? V4_BITS : V6_BITS);
	uint64_t hash = hash_bytes(&prefixes->hash_key, &prefix.addr, sizeof(prefix.addr));
	uint32_t bucket = (uint32_t)(hash % BUCKETS);
	pthread_mutex_t *lock = lock_of(prefixes, bucket);
	enum dns_prefix_entry entry = DNS_PREFIX_NO_MEMORY;

	pthread_mutex_lock(lock);
	struct dns_prefix_use *u = find(&prefixes->buckets[bucket], &prefix.addr);

	if (u == NULL) {
		u = calloc(1, sizeof(*u));
		if (u == NULL) {
			goto out;
		}
		u->addr = prefix.addr;
		u->bucket = bucket;
		hlist_add(&prefixes->buckets[bucket], &u->in_bucket);
	} else if (u->count >= prefixes->max_each) {
		entry = DNS_PREFIX_FULL;
		goto out;
	}
	u->count++;
	*use = u;
	entry = DNS_PREFIX_IN;
out:
	pthread_mutex_unlock(lock);
	return entry;
}

void dns_prefix_limits_leave(struct dns_prefix_limits *prefixes, struct dns_prefix_use *use)
{
	pthread_mutex_t *lock = lock_of(prefixes, use->bucket);

	pthread_mutex_lock(lock);
	use->count--;
	if (use->count == 0) {
		hlist_remove(&use->in_bucket);
		free(use);
	}
	pthread_mutex_unlock(lock);
}
