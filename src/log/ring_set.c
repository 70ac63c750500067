/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "log/ring_set.h"

#include <stdlib.h>

#define RING_SIZE ((size_t)1024 * 1024)
#define RING_SIZE_SMALL ((size_t)64 * 1024)
#define RINGS_LARGE 64 /* further rings are small */

void log_ring_set_init(struct log_ring_set *set)
{
	*set = (struct log_ring_set){.count = 0};
	pthread_mutex_init(&set->mutex, NULL);
}

void log_ring_set_clear(struct log_ring_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		log_ring_free(set->rings[i]);
	}
	free(set->rings);
	pthread_mutex_destroy(&set->mutex);
}

struct log_ring *log_ring_set_add(struct log_ring_set *set)
{
	struct log_ring *ring = NULL;

	pthread_mutex_lock(&set->mutex);
	struct log_ring **rings =
		reallocarray(set->rings, set->count + 1, sizeof(struct log_ring *));

	if (rings != NULL) {
		set->rings = rings;
		ring = log_ring_new(set->count < RINGS_LARGE ? RING_SIZE : RING_SIZE_SMALL);
	}
	if (ring != NULL) {
		set->rings[set->count++] = ring;
	}
	pthread_mutex_unlock(&set->mutex);
	return ring;
}

size_t log_ring_set_count(struct log_ring_set *set)
{
	pthread_mutex_lock(&set->mutex);
	size_t count = set->count;

	pthread_mutex_unlock(&set->mutex);
	return count;
}

struct log_ring *log_ring_set_at(struct log_ring_set *set, size_t i)
{
	pthread_mutex_lock(&set->mutex);
	struct log_ring *ring = set->rings[i];

	pthread_mutex_unlock(&set->mutex);
	return ring;
}

bool log_ring_set_is_empty(struct log_ring_set *set)
{
	size_t count = log_ring_set_count(set);

	for (size_t i = 0; i < count; i++) {
		if (!log_ring_is_empty(log_ring_set_at(set, i))) {
			return false;
		}
	}
	return true;
}

uint64_t log_ring_set_lost(struct log_ring_set *set)
{
	size_t count = log_ring_set_count(set);
	uint64_t lost = 0;

	for (size_t i = 0; i < count; i++) {
		lost += log_ring_lost(log_ring_set_at(set, i));
	}
	return lost;
}
