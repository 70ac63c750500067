/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward.h"

/*
 * Verdicts in memory that all workers share, for as long as doorward says. A key of 128 bits by a
 * secret stands for the inputs. Of the generation of doorward's configuration only a number is
 * compared, which counts its changes: a verdict of another one is dropped.
 */

#define ZONE_MIN_PAGES 8
#define BYTES_A_BUCKET 512
#define EVICT_MAX 32 /* verdicts that go for a new one */
#define TEXTS_MAX 16384

typedef struct node_s node_t;

struct node_s {
	ngx_queue_t queue; /* by use */
	node_t *next;      /* in its bucket */
	ngx_http_doorward_key_t key;
	uint64_t generation;
	ngx_msec_t until;
	uint16_t status;
	uint8_t slot;
	uint8_t claims;
	uint16_t texts_len;
	uint16_t lens[NGX_HTTP_DOORWARD_FIELDS];
	u_char texts[];
};

typedef struct {
	ngx_http_doorward_key_t name;
	size_t len;
	u_char text[NGX_HTTP_DOORWARD_GENERATION_MAX];
	volatile uint64_t generation; /* 0: the slot is free */
} slot_t;

typedef struct {
	ngx_http_doorward_secret_t secret;
	slot_t slots[NGX_HTTP_DOORWARD_SLOTS_MAX];
	ngx_queue_t queue; /* the last used first */
	size_t mask;
	node_t *buckets[];
} shared_t;

struct ngx_http_doorward_zone_s {
	ngx_slab_pool_t *pool;
	shared_t *shared;
};

static ngx_uint_t same_key(const ngx_http_doorward_key_t *a, const ngx_http_doorward_key_t *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

static ngx_int_t create_shared(ngx_shm_zone_t *shm_zone, ngx_http_doorward_zone_t *zone)
{
	size_t buckets = 1;
	shared_t *shared;

	while (buckets < shm_zone->shm.size / BYTES_A_BUCKET) {
		buckets *= 2;
	}
	shared = ngx_slab_calloc(zone->pool, sizeof(*shared) + buckets * sizeof(node_t *));
	if (shared == NULL || ngx_http_doorward_random(shm_zone->shm.log, &shared->secret,
				      sizeof(shared->secret)) != NGX_OK) {
		return NGX_ERROR;
	}
	shared->mask = buckets - 1;
	ngx_queue_init(&shared->queue);
	zone->pool->log_nomem = 0;
	zone->pool->data = shared;
	zone->shared = shared;
	return NGX_OK;
}

static ngx_int_t init_zone(ngx_shm_zone_t *shm_zone, void *old)
{
	ngx_http_doorward_zone_t *zone = shm_zone->data;

	zone->pool = (ngx_slab_pool_t *)shm_zone->shm.addr;
	if (old != NULL) {
		zone->shared = ((ngx_http_doorward_zone_t *)old)->shared;
		return NGX_OK;
	}
	if (shm_zone->shm.exists) {
		zone->shared = zone->pool->data;
		return NGX_OK;
	}
	return create_shared(shm_zone, zone);
}

ngx_http_doorward_zone_t *ngx_http_doorward_zone_add(ngx_conf_t *cf, ngx_str_t *name, size_t size)
{
	ngx_http_doorward_zone_t *zone = ngx_pcalloc(cf->pool, sizeof(*zone));
	ngx_shm_zone_t *shm_zone;

	if (size < ZONE_MIN_PAGES * ngx_pagesize) {
		ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "doorward_zone \"%V\" is too small", name);
		return NULL;
	}
	shm_zone = ngx_shared_memory_add(cf, name, size, &ngx_http_doorward_module);
	if (shm_zone == NULL || zone == NULL) {
		return NULL;
	}
	if (shm_zone->data != NULL) {
		ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "doorward_zone \"%V\" is duplicate", name);
		return NULL;
	}
	shm_zone->data = zone;
	shm_zone->init = init_zone;
	return zone;
}

const ngx_http_doorward_secret_t *ngx_http_doorward_zone_secret(ngx_http_doorward_zone_t *zone)
{
	return &zone->shared->secret;
}

ngx_int_t ngx_http_doorward_zone_slot(ngx_http_doorward_zone_t *zone, const ngx_str_t *name)
{
	shared_t *shared = zone->shared;
	ngx_http_doorward_hash_t hash;
	ngx_http_doorward_key_t key;
	ngx_int_t found = NGX_ERROR;

	ngx_http_doorward_hash_begin(&hash, &shared->secret);
	ngx_http_doorward_hash_text(&hash, name->data, name->len);
	key = ngx_http_doorward_hash_end(&hash);
	ngx_shmtx_lock(&zone->pool->mutex);
	for (ngx_int_t i = 0; found == NGX_ERROR && i < NGX_HTTP_DOORWARD_SLOTS_MAX; i++) {
		slot_t *slot = &shared->slots[i];

		if (slot->generation == 0) {
			slot->name = key;
			slot->generation = 1;
		}
		if (same_key(&slot->name, &key)) {
			found = i;
		}
	}
	ngx_shmtx_unlock(&zone->pool->mutex);
	return found;
}

uint64_t ngx_http_doorward_zone_generation(ngx_http_doorward_zone_t *zone, ngx_int_t slot)
{
	return slot < 0 ? 0 : zone->shared->slots[slot].generation;
}

uint64_t ngx_http_doorward_zone_learn(
	ngx_http_doorward_zone_t *zone, ngx_int_t number, ngx_http_doorward_text_t text)
{
	slot_t *slot;
	uint64_t generation;

	if (number < 0 || text.len > NGX_HTTP_DOORWARD_GENERATION_MAX) {
		return 0;
	}
	slot = &zone->shared->slots[number];
	ngx_shmtx_lock(&zone->pool->mutex);
	if (slot->len != text.len || ngx_memcmp(slot->text, text.data, text.len) != 0) {
		slot->generation++;
		slot->len = text.len;
		ngx_memcpy(slot->text, text.data, text.len);
	}
	generation = slot->generation;
	ngx_shmtx_unlock(&zone->pool->mutex);
	return generation;
}

static node_t **place_of(shared_t *shared, const ngx_http_doorward_key_t *key)
{
	node_t **place = &shared->buckets[key->word[0] & shared->mask];

	while (*place != NULL && !same_key(&(*place)->key, key)) {
		place = &(*place)->next;
	}
	return place;
}

static void drop(ngx_http_doorward_zone_t *zone, node_t *node)
{
	node_t **place = place_of(zone->shared, &node->key);

	*place = node->next;
	ngx_queue_remove(&node->queue);
	ngx_slab_free_locked(zone->pool, node);
}

static ngx_uint_t holds(const shared_t *shared, const node_t *node)
{
	return (ngx_msec_int_t)(node->until - ngx_current_msec) > 0 &&
	       node->generation == shared->slots[node->slot].generation;
}

/* Copies a verdict out. */
static ngx_int_t copy_out(const node_t *node, ngx_pool_t *pool, ngx_http_doorward_answer_t *answer)
{
	u_char *texts = ngx_pnalloc(pool, node->texts_len + 1);

	if (texts == NULL) {
		return NGX_DECLINED;
	}
	ngx_memzero(answer, sizeof(*answer));
	ngx_memcpy(texts, node->texts, node->texts_len);
	answer->outcome = NGX_HTTP_DOORWARD_ANSWERED;
	answer->kept = 1;
	answer->claims = node->claims;
	answer->response.status = node->status;
	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_FIELDS; i++) {
		answer->response.fields[i].data = texts;
		answer->response.fields[i].len = node->lens[i];
		texts += node->lens[i];
	}
	return NGX_OK;
}

ngx_int_t ngx_http_doorward_zone_find(ngx_http_doorward_zone_t *zone,
	const ngx_http_doorward_key_t *key, ngx_pool_t *pool, ngx_http_doorward_answer_t *answer)
{
	shared_t *shared = zone->shared;
	ngx_int_t rc = NGX_DECLINED;
	node_t *node;

	ngx_shmtx_lock(&zone->pool->mutex);
	node = *place_of(shared, key);
	if (node != NULL && !holds(shared, node)) {
		drop(zone, node);
	} else if (node != NULL) {
		ngx_queue_remove(&node->queue);
		ngx_queue_insert_head(&shared->queue, &node->queue);
		rc = copy_out(node, pool, answer);
	}
	ngx_shmtx_unlock(&zone->pool->mutex);
	return rc;
}

static node_t *least_used(shared_t *shared)
{
	return ngx_queue_empty(&shared->queue)
		       ? NULL
		       : ngx_queue_data(ngx_queue_last(&shared->queue), node_t, queue);
}

/* Memory for a verdict; that of others, if need be, which were not used for longest. */
static node_t *node_alloc(ngx_http_doorward_zone_t *zone, size_t size)
{
	shared_t *shared = zone->shared;
	node_t *last;
	node_t *node;

	for (ngx_uint_t i = 0; i < 2; i++) {
		last = least_used(shared);
		if (last != NULL && !holds(shared, last)) {
			drop(zone, last);
		}
	}
	node = ngx_slab_alloc_locked(zone->pool, size);
	for (ngx_uint_t i = 0; node == NULL && i < EVICT_MAX; i++) {
		last = least_used(shared);
		if (last == NULL) {
			break;
		}
		drop(zone, last);
		node = ngx_slab_alloc_locked(zone->pool, size);
	}
	return node;
}

/* All of a node but its queue and its bucket. */
static void fill(node_t *node, const ngx_http_doorward_key_t *key, ngx_int_t slot,
	uint64_t generation, const ngx_http_doorward_answer_t *answer)
{
	const ngx_http_doorward_response_t *response = &answer->response;
	u_char *p = node->texts;

	node->key = *key;
	node->generation = generation;
	node->until = ngx_current_msec + (ngx_msec_t)response->expires * 1000;
	node->status = (uint16_t)response->status;
	node->slot = (uint8_t)slot;
	node->claims = (uint8_t)answer->claims;
	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_FIELDS; i++) {
		node->lens[i] = (uint16_t)response->fields[i].len;
		if (node->lens[i] > 0) {
			p = ngx_cpymem(p, response->fields[i].data, node->lens[i]);
		}
	}
	node->texts_len = (uint16_t)(p - node->texts);
}

void ngx_http_doorward_zone_keep(ngx_http_doorward_zone_t *zone, const ngx_http_doorward_key_t *key,
	ngx_int_t slot, uint64_t generation, const ngx_http_doorward_answer_t *answer)
{
	shared_t *shared = zone->shared;
	size_t len = 0;
	node_t **place;
	node_t *node;

	for (ngx_uint_t i = 0; i < NGX_HTTP_DOORWARD_FIELDS; i++) {
		len += answer->response.fields[i].len;
	}
	if (slot < 0 || len > TEXTS_MAX) {
		return;
	}
	ngx_shmtx_lock(&zone->pool->mutex);
	place = place_of(shared, key);
	if (*place != NULL) {
		drop(zone, *place);
	}
	if (generation == shared->slots[slot].generation) {
		node = node_alloc(zone, sizeof(*node) + len);
		if (node != NULL) {
			/* A worker that is killed here leaves a whole table behind. */
			fill(node, key, slot, generation, answer);
			place = place_of(shared, key);
			node->next = NULL;
			ngx_queue_insert_head(&shared->queue, &node->queue);
			*place = node;
		}
	}
	ngx_shmtx_unlock(&zone->pool->mutex);
}
