/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_COUNTER_H
#define DW_BASE_COUNTER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Numbers that one thread writes and any may read: no lock and no locked instruction, because no
 * other thread adds. A reader sees each number whole, but several of them not at one moment.
 */
static inline void counter_add(_Atomic uint64_t *counter, uint64_t n)
{
	uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);

	atomic_store_explicit(counter, value + n, memory_order_relaxed);
}

static inline void counter_set(_Atomic uint64_t *counter, uint64_t value)
{
	atomic_store_explicit(counter, value, memory_order_relaxed);
}

static inline uint64_t counter_get(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit((_Atomic uint64_t *)(uintptr_t)counter, memory_order_relaxed);
}

/* Counts durations between bounds, from 10 us to 5 s, and above the last. */
#define HISTOGRAM_BOUNDS 18

struct histogram {
	_Atomic uint64_t buckets[HISTOGRAM_BOUNDS + 1];
	_Atomic uint64_t sum_us;
};

extern const uint32_t histogram_bounds_us[HISTOGRAM_BOUNDS];

/* A bound belongs to the bucket that it ends. */
static inline void histogram_observe(struct histogram *histogram, uint64_t us)
{
	size_t i = 0;

	while (i < HISTOGRAM_BOUNDS && us > histogram_bounds_us[i]) {
		i++;
	}
	counter_add(&histogram->buckets[i], 1);
	counter_add(&histogram->sum_us, us);
}

#endif
