/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/prefixes.h"

#include "base/hash.h"

#include <stdlib.h>
#include <sys/queue.h>

#define BUCKETS 4096u
#define V4_BITS 24
#define V6_BITS 64

struct dns_prefix_use {
	LIST_ENTRY(dns_prefix_use) in_bucket;
	struct addr addr;
	uint32_t count;
};

LIST_HEAD(use_list, dns_prefix_use);

struct dns_prefixes {
	uint32_t max_each;
	struct hash_key hash_key;
	struct use_list buckets[BUCKETS];
};

struct dns_prefixes *dns_prefixes_new(uint32_t max_each)
{
	struct dns_prefixes *p = calloc(1, sizeof(*p));

	if (p != NULL) {
		p->max_each = max_each;
		p->hash_key = hash_key_new();
	}
	return p;
}

void dns_prefixes_free(struct dns_prefixes *prefixes)
{
	free(prefixes);
}

static struct dns_prefix_use *find(
	struct dns_prefixes *prefixes, const struct prefix *prefix, struct use_list **bucket)
{
	uint64_t hash = hash_bytes(&prefixes->hash_key, &prefix->addr, sizeof(prefix->addr));
	struct dns_prefix_use *u;

	*bucket = &prefixes->buckets[hash % BUCKETS];
	for (u = LIST_FIRST(*bucket); u != NULL; u = LIST_NEXT(u, in_bucket)) {
		if (addr_eq(&u->addr, &prefix->addr)) {
			break;
		}
	}
	return u;
}

static struct prefix prefix_for(const struct addr *addr)
{
	return prefix_of(addr, addr->family == ADDR_V4 ? V4_BITS : V6_BITS);
}

bool dns_prefixes_is_full(struct dns_prefixes *prefixes, const struct addr *addr)
{
	struct prefix prefix = prefix_for(addr);
	struct use_list *bucket;
	const struct dns_prefix_use *u = find(prefixes, &prefix, &bucket);

	return (u != NULL ? u->count : 0) >= prefixes->max_each;
}

struct dns_prefix_use *dns_prefixes_enter(struct dns_prefixes *prefixes, const struct addr *addr)
{
	struct prefix prefix = prefix_for(addr);
	struct use_list *bucket;
	struct dns_prefix_use *u = find(prefixes, &prefix, &bucket);

	if (u == NULL) {
		u = calloc(1, sizeof(*u));
		if (u == NULL) {
			return NULL;
		}
		u->addr = prefix.addr;
		LIST_INSERT_HEAD(bucket, u, in_bucket);
	}
	u->count++;
	return u;
}

void dns_prefixes_leave(struct dns_prefix_use *use)
{
	use->count--;
	if (use->count == 0) {
		LIST_REMOVE(use, in_bucket);
		free(use);
	}
}
