/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_LOG_RING_SET_H
#define DW_LOG_RING_SET_H

#include "log/ring.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rings of all threads that write lines. Any thread may call these functions. */
struct log_ring_set {
	pthread_mutex_t mutex;
	struct log_ring **rings;
	size_t count;
};

void log_ring_set_init(struct log_ring_set *set);
/* Frees the rings, which no thread may use any more. */
void log_ring_set_clear(struct log_ring_set *set);

/* A new ring, which stays until the set is cleared. NULL when out of memory. */
struct log_ring *log_ring_set_add(struct log_ring_set *set);
size_t log_ring_set_count(struct log_ring_set *set);
struct log_ring *log_ring_set_at(struct log_ring_set *set, size_t i);

bool log_ring_set_is_empty(struct log_ring_set *set); /* no ring has a line */
/* The lines that found no room. */
uint64_t log_ring_set_lost(struct log_ring_set *set);

#endif
