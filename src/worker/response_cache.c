/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "worker/response_cache.h"

#include "base/hash.h"
#include "base/list.h"
#include "policy/claim.h"
#include "recent/fields.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_MEAN 1024 /* bytes, from which the number of buckets follows */

struct entry {
	struct list recent;
	struct entry *next; /* in its bucket */
	uint64_t hash;
	size_t size;
	enum authz_response_form form;
	const struct policy *policy;
	struct addr ip;
	enum authz_input_name ignored; /* whose name is in the log line */
	unsigned counted;              /* see counted_in */
	struct worker_response_cache_value value;
	uint32_t lens[AUTHZ_INPUT_COUNT]; /* of the values that count */
	char values[]; /* those, one behind the other; then the response's texts */
};

struct worker_response_cache {
	struct hash_long_key key;
	struct list recent; /* the most recently used first */
	size_t max;
	size_t size;
	size_t mask;
	struct entry *buckets[];
};

struct worker_response_cache *worker_response_cache_new(size_t bytes)
{
	size_t buckets = 1;
	struct worker_response_cache *cache;

	while (buckets < bytes / ENTRY_MEAN) {
		buckets *= 2;
	}
	cache = calloc(1, sizeof(*cache) + buckets * sizeof(struct entry *));
	if (cache == NULL) {
		return NULL;
	}
	hash_long_key_init(&cache->key);
	list_init(&cache->recent);
	cache->max = bytes;
	cache->mask = buckets - 1;
	return cache;
}

static struct entry **bucket_of(struct worker_response_cache *cache, uint64_t hash)
{
	return &cache->buckets[hash & cache->mask];
}

static void entry_free(struct entry *e)
{
	recent_fields_unref(e->value.response.recent_fields);
	free(e);
}

static void forget(struct worker_response_cache *cache, struct entry *e)
{
	struct entry **at = bucket_of(cache, e->hash);

	while (*at != e) {
		at = &(*at)->next;
	}
	*at = e->next;
	list_remove(&e->recent);
	cache->size -= e->size;
	entry_free(e);
}

void worker_response_cache_free(struct worker_response_cache *cache)
{
	if (cache == NULL) {
		return;
	}
	for (struct list *entry; (entry = list_first(&cache->recent)) != NULL;) {
		forget(cache, CONTAINER_OF(entry, struct entry, recent));
	}
	free(cache);
}

size_t worker_response_cache_bytes(const struct worker_response_cache *cache)
{
	return cache->size;
}

size_t worker_response_cache_longest_chain(const struct worker_response_cache *cache)
{
	size_t longest = 0;

	for (size_t i = 0; i <= cache->mask; i++) {
		size_t len = 0;

		for (const struct entry *e = cache->buckets[i]; e != NULL; e = e->next) {
			len++;
		}
		longest = len > longest ? len : longest;
	}
	return longest;
}

/* The first bit of a set of bits 1 << enum authz_input_name, which is not empty. */
static unsigned first_of(unsigned inputs)
{
	return (unsigned)__builtin_ctz(inputs);
}

/*
 * The inputs, other than the address, on whose values a decision of that policy can depend: bits 1
 * << enum authz_input_name. Inputs that cannot change the decision are not part of the key, so that
 * strangers cannot fill the cache with them.
 */
static unsigned counted_in(const struct worker_response_cache_key *key)
{
	static const struct {
		enum authz_input_name name;
		enum policy_claim claim;
	} claims[] = {
		{AUTHZ_INPUT_REQUEST_URI, POLICY_CLAIM_URI},
		{AUTHZ_INPUT_REQUEST_METHOD, POLICY_CLAIM_METHOD},
		{AUTHZ_INPUT_USER_AGENT, POLICY_CLAIM_USER_AGENT},
		{AUTHZ_INPUT_HOST, POLICY_CLAIM_HTTP_HOST},
	};
	static const unsigned certificate = ((1U << CERT_INPUT_COUNT) - 1) << AUTHZ_INPUT_CERT;
	unsigned read = policy_rules_claims(key->policy->rules);

	if ((read >> POLICY_CLAIM_HTTP_HOST & 1) != 0 &&
		policy_claim_uri_names_host(key->input->values[AUTHZ_INPUT_REQUEST_URI])) {
		read |= 1U << POLICY_CLAIM_URI;
	}
	/* key->policy follows from it already. */
	unsigned counted = key->trusted->counted & ~(1U << AUTHZ_INPUT_DOORWARD_POLICY) &
			   ~AUTHZ_INPUT_OF_SIGNATURE;

	if (key->policy->client_cert == POLICY_CERT_OFF) {
		counted &= ~certificate;
	}
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		if ((read >> claims[i].claim & 1) == 0) {
			counted &= ~(1U << claims[i].name);
		}
	}
	return counted;
}

static uint64_t hash_of(const struct worker_response_cache *cache,
	const struct worker_response_cache_key *key, unsigned counted)
{
	const struct addr *ip = &key->trusted->ip;
	uint64_t halves[2];
	struct hash hash;

	static_assert(sizeof(halves) == sizeof(ip->bytes), "all of it");
	memcpy(halves, ip->bytes, sizeof(halves));
	hash_begin(&hash, &cache->key);
	hash_add_word(&hash, (uintptr_t)key->policy);
	hash_add_word(&hash, (uint64_t)key->form << 40 | (uint64_t)ip->family << 32 | counted);
	hash_add_word(&hash, halves[0]);
	hash_add_word(&hash, halves[1]);
	for (unsigned left = counted; left != 0; left &= left - 1) {
		struct str value = key->input->values[first_of(left)];

		hash_add(&hash, value.data, value.len);
	}
	return hash_end(&hash);
}

static bool is_of(
	const struct entry *e, const struct worker_response_cache_key *key, unsigned counted)
{
	const char *at = e->values;

	if (e->form != key->form || e->policy != key->policy || e->counted != counted ||
		e->ignored != key->trusted->ignored || !addr_eq(&e->ip, &key->trusted->ip)) {
		return false;
	}
	for (unsigned left = counted; left != 0; left &= left - 1) {
		unsigned i = first_of(left);

		if (!str_eq((struct str){at, e->lens[i]}, key->input->values[i])) {
			return false;
		}
		at += e->lens[i];
	}
	return true;
}

static struct entry *find(struct worker_response_cache *cache,
	const struct worker_response_cache_key *key, unsigned counted, uint64_t hash)
{
	struct entry *e = *bucket_of(cache, hash);

	while (e != NULL && (e->hash != hash || !is_of(e, key, counted))) {
		e = e->next;
	}
	return e;
}

const struct worker_response_cache_value *worker_response_cache_find(
	struct worker_response_cache *cache, const struct worker_response_cache_key *key,
	uint64_t now_ms, int64_t wall_s)
{
	unsigned counted = counted_in(key);
	struct entry *e = find(cache, key, counted, hash_of(cache, key, counted));

	if (e == NULL) {
		return NULL;
	}
	if (now_ms >= e->value.until_ms || wall_s < e->value.from_wall_s ||
		wall_s >= e->value.until_wall_s) {
		forget(cache, e);
		return NULL;
	}
	list_remove(&e->recent);
	list_prepend(&cache->recent, &e->recent);
	return &e->value;
}

static char *put(char *at, struct str text, struct str *kept)
{
	if (text.len > 0) {
		memcpy(at, text.data, text.len);
	}
	*kept = (struct str){at, text.len};
	return at + text.len;
}

static struct entry *entry_new(const struct worker_response_cache_key *key, unsigned counted,
	const struct worker_response_cache_value *value)
{
	const struct authz_response *text = &value->response;
	const struct str *values = key->input->values;
	size_t size = sizeof(struct entry) + text->head.len + text->tail.len + text->log_fields.len;
	struct entry *e;
	char *at;

	for (unsigned left = counted; left != 0; left &= left - 1) {
		size += values[first_of(left)].len;
	}
	e = malloc(size);
	if (e == NULL) {
		return NULL;
	}
	e->size = size + (text->recent_fields != NULL ? text->recent_fields->len : 0);
	e->form = key->form;
	e->policy = key->policy;
	e->counted = counted;
	e->ip = key->trusted->ip;
	e->ignored = key->trusted->ignored;
	e->value = *value;
	at = e->values;
	for (unsigned left = counted; left != 0; left &= left - 1) {
		unsigned i = first_of(left);
		struct str kept;

		e->lens[i] = (uint32_t)values[i].len;
		at = put(at, values[i], &kept);
	}
	at = put(at, text->head, &e->value.response.head);
	at = put(at, text->tail, &e->value.response.tail);
	put(at, text->log_fields, &e->value.response.log_fields);
	recent_fields_ref(e->value.response.recent_fields);
	return e;
}

void worker_response_cache_keep(struct worker_response_cache *cache,
	const struct worker_response_cache_key *key,
	const struct worker_response_cache_value *value)
{
	unsigned counted = counted_in(key);
	uint64_t hash = hash_of(cache, key, counted);
	struct entry *old = find(cache, key, counted, hash);
	struct entry *e = entry_new(key, counted, value);

	if (old != NULL) {
		forget(cache, old);
	}
	if (e == NULL) {
		return;
	}
	if (e->size > cache->max) {
		entry_free(e);
		return;
	}
	while (cache->size + e->size > cache->max) {
		forget(cache, CONTAINER_OF(cache->recent.prev, struct entry, recent));
	}
	e->hash = hash;
	e->next = *bucket_of(cache, hash);
	*bucket_of(cache, hash) = e;
	list_prepend(&cache->recent, &e->recent);
	cache->size += e->size;
}

uint32_t worker_response_cache_max_age_s(
	const struct worker_response_cache_value *value, uint64_t now_ms, int64_t wall_s)
{
	uint64_t left_s = (value->until_ms - now_ms) / 1000;
	int64_t left_wall_s = value->until_wall_s - wall_s;

	if (left_wall_s < (int64_t)left_s) {
		left_s = (uint64_t)left_wall_s;
	}
	return left_s < value->max_age_s ? (uint32_t)left_s : value->max_age_s;
}
