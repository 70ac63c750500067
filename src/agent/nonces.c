/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/nonces.h"

#include "base/hash.h"
#include "base/list.h"
#include "base/ref.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS 16
#define CACHE_LINE 64

struct nonce {
	struct hlist_entry entry; /* in its bucket, or in the list of free ones */
	int64_t expires_s;
	uint8_t id[AGENT_NONCE_ID_LEN];
};

struct shard {
	_Alignas(CACHE_LINE) pthread_mutex_t lock;
	struct nonce *nonces;
	struct hlist *buckets;
	struct hlist free;
	int64_t sweep_s; /* no nonce of a full shard expires before */
};

struct agent_nonces {
	struct shard shards[SHARDS];
	struct ref references;
	struct hash_key key;
	size_t max; /* of each shard */
};

bool agent_nonce_id(const struct agent_result *result, uint8_t id[AGENT_NONCE_ID_LEN])
{
	EVP_MD_CTX *digest = result->nonce.data != NULL ? EVP_MD_CTX_new() : NULL;
	/* The thumbprint has one length: no other pair gives the same bytes. */
	bool good = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
		    EVP_DigestUpdate(digest, result->thumbprint, AGENT_THUMBPRINT_LEN) == 1 &&
		    EVP_DigestUpdate(digest, result->nonce.data, result->nonce.len) == 1 &&
		    EVP_DigestFinal_ex(digest, id, NULL) == 1;

	EVP_MD_CTX_free(digest);
	return good;
}

static bool shard_init(struct shard *shard, size_t max)
{
	pthread_mutex_init(&shard->lock, NULL);
	shard->nonces = calloc(max, sizeof(*shard->nonces));
	shard->buckets = calloc(max, sizeof(*shard->buckets));
	shard->sweep_s = INT64_MIN;
	if (shard->nonces == NULL || shard->buckets == NULL) {
		return false;
	}
	for (size_t i = 0; i < max; i++) {
		hlist_add(&shard->free, &shard->nonces[i].entry);
	}
	return true;
}

static void nonces_free(struct agent_nonces *nonces)
{
	for (size_t i = 0; i < SHARDS; i++) {
		pthread_mutex_destroy(&nonces->shards[i].lock);
		free(nonces->shards[i].nonces);
		free(nonces->shards[i].buckets);
	}
	free(nonces);
}

struct agent_nonces *agent_nonces_new(size_t max)
{
	struct agent_nonces *nonces = aligned_alloc(CACHE_LINE, sizeof(*nonces));
	bool made = true;

	if (nonces == NULL) {
		return NULL;
	}
	memset(nonces, 0, sizeof(*nonces));
	ref_init(&nonces->references);
	nonces->key = hash_key_new();
	nonces->max = max / SHARDS + (max % SHARDS != 0 || max == 0);
	for (size_t i = 0; i < SHARDS; i++) {
		made = shard_init(&nonces->shards[i], nonces->max) && made;
	}
	if (!made) {
		nonces_free(nonces);
		return NULL;
	}
	return nonces;
}

struct agent_nonces *agent_nonces_ref(struct agent_nonces *nonces)
{
	ref_get(&nonces->references);
	return nonces;
}

void agent_nonces_unref(struct agent_nonces *nonces)
{
	if (nonces != NULL && ref_put(&nonces->references)) {
		nonces_free(nonces);
	}
}

/* Frees the nonces that have expired; at most once until the next one expires. */
static void sweep(struct agent_nonces *nonces, struct shard *shard, int64_t wall_s)
{
	int64_t next_s = INT64_MAX;

	if (wall_s < shard->sweep_s) {
		return;
	}
	for (size_t i = 0; i < nonces->max; i++) {
		struct nonce *nonce = &shard->nonces[i];

		if (nonce->expires_s <= wall_s) {
			hlist_remove(&nonce->entry);
			hlist_add(&shard->free, &nonce->entry);
		} else if (nonce->expires_s < next_s) {
			next_s = nonce->expires_s;
		}
	}
	shard->sweep_s = next_s;
}

static enum agent_reason take(struct agent_nonces *nonces, struct shard *shard, uint64_t hash,
	const uint8_t id[AGENT_NONCE_ID_LEN], int64_t expires_s, int64_t wall_s)
{
	struct hlist *bucket = &shard->buckets[hash / SHARDS % nonces->max];

	for (struct hlist_entry *e = bucket->first; e != NULL; e = e->next) {
		if (memcmp(CONTAINER_OF(e, struct nonce, entry)->id, id, AGENT_NONCE_ID_LEN) == 0) {
			return AGENT_REPLAYED;
		}
	}
	if (shard->free.first == NULL) {
		sweep(nonces, shard, wall_s);
	}
	if (shard->free.first == NULL) {
		return AGENT_NONCES_FULL;
	}
	struct nonce *nonce = CONTAINER_OF(shard->free.first, struct nonce, entry);

	hlist_remove(&nonce->entry);
	memcpy(nonce->id, id, AGENT_NONCE_ID_LEN);
	nonce->expires_s = expires_s;
	hlist_add(bucket, &nonce->entry);
	if (expires_s < shard->sweep_s) {
		shard->sweep_s = expires_s;
	}
	return AGENT_GOOD;
}

void agent_nonces_take(struct agent_nonces *nonces, struct agent_result *result, int64_t wall_s)
{
	uint8_t id[AGENT_NONCE_ID_LEN];

	if (result->state != AGENT_VERIFIED) {
		return;
	}
	result->reason = AGENT_NO_NONCE;
	if (result->nonce.len > 0) {
		result->reason = AGENT_NO_MEMORY;
	}
	if (result->nonce.len > 0 && agent_nonce_id(result, id)) {
		uint64_t hash = hash_bytes(&nonces->key, id, sizeof(id));
		struct shard *shard = &nonces->shards[hash % SHARDS];

		pthread_mutex_lock(&shard->lock);
		result->reason = take(nonces, shard, hash, id, result->expires_s, wall_s);
		pthread_mutex_unlock(&shard->lock);
	}
	result->state = agent_reason_state(result->reason);
	result->until_s = INT64_MIN;
}
