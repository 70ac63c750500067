/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/leases.h"

#include <pthread.h>
#include <stdlib.h>

#define WAYS 8
#define SHARDS 64
#define CACHE_LINE 64
/* A lease is to last so long at the pace of late. */
#define PACE_NS (SHARED_LEASE_NS / 2)
/* Leases that are smaller are not renewed before they are spent. */
#define AHEAD_FROM 4

struct lease {
	uint64_t key;
	uint64_t share_full_ns; /* of the share's bucket, as in policy/token_buckets.c */
	uint64_t refused_until_ns;
	uint64_t given_ns; /* when the last lease was asked for */
	uint32_t left;     /* tokens, to be used until given_ns + SHARED_LEASE_NS */
	uint32_t spent;    /* tokens since given_ns */
	uint32_t size;     /* tokens in hand after the last answer */
	uint32_t asked;    /* tokens asked for, by questions in flight */
	uint32_t owed;     /* let in by the share, which the store does not know */
	uint32_t back;     /* not used in time, which the store does not know */
};

struct set {
	struct lease ways[WAYS];
};

struct shard {
	_Alignas(CACHE_LINE) pthread_mutex_t lock;
};

struct shared_leases {
	struct shard shards[SHARDS]; /* set i belongs to shard i % SHARDS */
	uint32_t set_count;
	struct set *sets;
};

struct shared_leases *shared_leases_new(uint32_t count)
{
	struct shared_leases *l = aligned_alloc(CACHE_LINE, sizeof(*l));
	uint32_t set_count = count / WAYS + (count % WAYS > 0);
	struct set *sets = calloc(set_count, sizeof(*sets));

	if (l == NULL || sets == NULL) {
		free(l);
		free(sets);
		return NULL;
	}
	for (size_t i = 0; i < SHARDS; i++) {
		pthread_mutex_init(&l->shards[i].lock, NULL);
	}
	l->set_count = set_count;
	l->sets = sets;
	return l;
}

void shared_leases_free(struct shared_leases *leases)
{
	if (leases == NULL) {
		return;
	}
	for (size_t i = 0; i < SHARDS; i++) {
		pthread_mutex_destroy(&leases->shards[i].lock);
	}
	free(leases->sets);
	free(leases);
}

/* Until when an entry refuses, or would refuse at the latest. */
static uint64_t matters_until_ns(const struct lease *lease)
{
	return lease->share_full_ns > lease->refused_until_ns ? lease->share_full_ns
							      : lease->refused_until_ns;
}

/* The bucket's entry; if it has none, a new one replaces the one that matters the shortest. */
static struct lease *find(struct set *set, uint64_t key)
{
	struct lease *least = &set->ways[0];

	for (size_t i = 0; i < WAYS; i++) {
		struct lease *way = &set->ways[i];

		if (way->key == key) {
			return way;
		}
		if (matters_until_ns(way) < matters_until_ns(least)) {
			least = way;
		}
	}
	*least = (struct lease){.key = key};
	return least;
}

static struct lease *lock(
	struct shared_leases *leases, const struct shared_bucket *bucket, pthread_mutex_t **mutex)
{
	size_t index = (bucket->key >> 32) * leases->set_count >> 32;

	*mutex = &leases->shards[index % SHARDS].lock;
	pthread_mutex_lock(*mutex);
	return find(&leases->sets[index], bucket->key);
}

static uint64_t between_ns(const struct shared_bucket *bucket)
{
	return bucket->unit_ns / bucket->tokens;
}

static uint32_t at_most(uint64_t value, uint32_t bound)
{
	return value < bound ? (uint32_t)value : bound;
}

static uint32_t lease_max(const struct shared_bucket *bucket)
{
	uint32_t part = bucket->tokens / SHARED_LEASE_PART;

	return part > 0 ? part : 1;
}

/* The part of the bucket and of the rate that one of `members` machines may use alone. */
struct share {
	uint64_t between_ns;
	uint64_t tokens;
};

static struct share share_of(const struct shared_bucket *bucket, uint32_t members)
{
	uint32_t tokens = bucket->tokens / members;

	return (struct share){
		.between_ns = between_ns(bucket) * members, .tokens = tokens > 0 ? tokens : 1};
}

/* What the share's bucket lacks, as a time. */
static uint64_t share_lacks_ns(struct lease *lease, const struct share *share, uint64_t now_ns)
{
	uint64_t most_ns = share->tokens * share->between_ns;
	uint64_t lacks_ns = lease->share_full_ns > now_ns ? lease->share_full_ns - now_ns : 0;

	return lacks_ns < most_ns ? lacks_ns : most_ns;
}

/* Takes a token out of the share's bucket, or leaves it empty. True if there was one. */
static bool take_of_share(
	struct lease *lease, const struct shared_bucket *bucket, uint32_t members, uint64_t now_ns)
{
	struct share share = share_of(bucket, members);
	uint64_t lacks_ns = share_lacks_ns(lease, &share, now_ns);

	if (lacks_ns > (share.tokens - 1) * share.between_ns) {
		lease->share_full_ns = now_ns + lacks_ns;
		return false;
	}
	lease->share_full_ns = now_ns + lacks_ns + share.between_ns;
	return true;
}

/* A clock that went backwards ends a lease, too. */
static bool is_valid(const struct lease *lease, uint64_t now_ns)
{
	return now_ns >= lease->given_ns && now_ns - lease->given_ns < SHARED_LEASE_NS;
}

static void expire(struct lease *lease, uint64_t now_ns)
{
	if (lease->left > 0 && !is_valid(lease, now_ns)) {
		lease->back += lease->left;
		lease->left = 0;
	}
}

/* As many as PACE_NS needs at the pace since the last answer, and twice as many as before at most.
 */
static uint32_t next_size(const struct lease *lease, uint64_t now_ns)
{
	uint64_t took_ns = now_ns > lease->given_ns ? now_ns - lease->given_ns : 1;
	uint64_t paced = lease->spent * PACE_NS / took_ns;
	uint64_t most = 2 * (uint64_t)lease->spent;

	return at_most(paced < most ? paced : most, UINT32_MAX);
}

/* Notes a question for at least `need` tokens, of which the lease can be a part. */
static void begin(struct lease *lease, const struct shared_bucket *bucket, uint32_t members,
	uint32_t need, uint64_t now_ns, struct shared_lease_ask *ask)
{
	struct share share = share_of(bucket, members);
	uint64_t lacks = share_lacks_ns(lease, &share, now_ns) / share.between_ns;
	uint32_t size = at_most(next_size(lease, now_ns), lease_max(bucket));
	uint64_t held = (uint64_t)lease->left + lease->asked;
	uint32_t want = size > held ? size - (uint32_t)held : 0;

	*ask = (struct shared_lease_ask){
		.want = at_most(want > need ? want : need, bucket->tokens),
		.owed = at_most(lacks, lease->owed), /* the rest has come back by now */
		.back = lease->back,
		.asked_ns = now_ns,
	};
	if (ask->want > 0) {
		lease->asked += ask->want;
		lease->owed = 0;
		lease->back = 0;
	}
}

static bool is_low(const struct lease *lease)
{
	return lease->size >= AHEAD_FROM && lease->left <= lease->size / 4 && lease->asked == 0;
}

enum shared_lease_taken shared_leases_take(struct shared_leases *leases,
	const struct shared_bucket *bucket, uint32_t members, enum shared_lease_by by,
	uint64_t now_ns, struct shared_lease_ask *ask)
{
	enum shared_lease_taken taken = SHARED_LEASE_NONE;
	pthread_mutex_t *mutex;
	struct lease *lease = lock(leases, bucket, &mutex);

	ask->want = 0;
	expire(lease, now_ns);
	if (lease->left > 0) {
		lease->left--;
		lease->spent++;
		/* So the share is not full if the store goes away. */
		(void)take_of_share(lease, bucket, members, now_ns);
		taken = SHARED_LEASE_SPENT;
		if (by == SHARED_LEASE_ASK && is_low(lease) && lease->refused_until_ns <= now_ns) {
			begin(lease, bucket, members, 0, now_ns, ask);
		}
	} else if (lease->refused_until_ns > now_ns &&
		   lease->refused_until_ns - now_ns <= between_ns(bucket)) {
		taken = SHARED_LEASE_REFUSED;
	} else if (by == SHARED_LEASE_ALONE) {
		bool in = take_of_share(lease, bucket, members, now_ns);

		lease->owed += in && lease->owed < bucket->tokens;
		taken = in ? SHARED_LEASE_IN_SHARE : SHARED_LEASE_OVER_SHARE;
	} else if (by == SHARED_LEASE_ASK) {
		begin(lease, bucket, members, 1, now_ns, ask);
	}
	pthread_mutex_unlock(mutex);
	return taken;
}

void shared_leases_ask(struct shared_leases *leases, const struct shared_bucket *bucket,
	uint32_t members, uint32_t want, uint64_t now_ns, struct shared_lease_ask *ask)
{
	pthread_mutex_t *mutex;
	struct lease *lease = lock(leases, bucket, &mutex);

	expire(lease, now_ns);
	begin(lease, bucket, members, want, now_ns, ask);
	pthread_mutex_unlock(mutex);
}

static void end(struct lease *lease, const struct shared_lease_ask *ask)
{
	lease->asked = lease->asked > ask->want ? lease->asked - ask->want : 0;
}

void shared_leases_answer(struct shared_leases *leases, const struct shared_bucket *bucket,
	const struct shared_lease_ask *ask, uint64_t granted, uint64_t wait_ns, uint64_t now_ns)
{
	pthread_mutex_t *mutex;
	struct lease *lease = lock(leases, bucket, &mutex);

	end(lease, ask);
	expire(lease, now_ns);
	if (granted > 0) {
		lease->left += at_most(granted, ask->want);
		lease->size = lease->left;
		lease->spent = 0;
		lease->given_ns = ask->asked_ns;
		lease->refused_until_ns = 0;
	} else {
		uint64_t most_ns = between_ns(bucket);

		lease->refused_until_ns = now_ns + (wait_ns < most_ns ? wait_ns : most_ns);
	}
	pthread_mutex_unlock(mutex);
}

void shared_leases_unanswered(struct shared_leases *leases, const struct shared_bucket *bucket,
	const struct shared_lease_ask *ask)
{
	pthread_mutex_t *mutex;
	struct lease *lease = lock(leases, bucket, &mutex);

	end(lease, ask);
	/* Whether the store has it now is unknown: counting it twice lets nothing more in. */
	lease->owed = at_most((uint64_t)lease->owed + ask->owed, bucket->tokens);
	pthread_mutex_unlock(mutex);
}
