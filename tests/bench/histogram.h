/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BENCH_HISTOGRAM_H
#define DW_BENCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Latencies by size, each exact to 1.6 %. */

#define SUBBUCKETS 64 /* of each power of two */
#define BUCKETS (40 * SUBBUCKETS)

struct histogram {
	uint64_t total;
	uint64_t counts[BUCKETS];
};

static inline void histogram_add(struct histogram *h, uint64_t ns)
{
	unsigned shift = 0;

	while (ns >> shift >= 2 * SUBBUCKETS) {
		shift++;
	}
	size_t bucket = shift * SUBBUCKETS + (size_t)(ns >> shift);

	h->counts[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
	h->total++;
}

static inline double histogram_bucket_us(size_t bucket)
{
	if (bucket < 2 * SUBBUCKETS) {
		return (double)bucket / 1000;
	}
	size_t shift = bucket / SUBBUCKETS - 1;

	return (double)((bucket - shift * SUBBUCKETS) << shift) / 1000;
}

static inline double histogram_percentile_us(const struct histogram *h, double part)
{
	uint64_t rank = (uint64_t)(part * (double)h->total);
	uint64_t seen = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		seen += h->counts[i];
		if (seen > rank) {
			return histogram_bucket_us(i);
		}
	}
	return 0;
}

#endif
