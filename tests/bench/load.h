/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BENCH_LOAD_H
#define DW_BENCH_LOAD_H

#include "bench/records.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Code that the load generators share. */

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

/* 31 random bits, the same in each run. */
static inline uint32_t draw(uint64_t *random)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*random >> 33);
}

/* The time until the next of `rate` events a second at random moments. */
static inline uint64_t draw_wait_ns(uint64_t *random, uint64_t rate)
{
	double uniform = (draw(random) + 1.0) / 2147483649.0;

	return (uint64_t)(-log(uniform) * 1e9 / (double)rate);
}

/*
 * The next whole record of a response, from `*at` on, which is then moved behind it; NULL: no whole
 * record.
 */
static inline const uint8_t *next_record(
	const uint8_t *answer, size_t have, size_t *at, size_t *content)
{
	const uint8_t *record = answer + *at;

	if (have - *at < RECORD_HEADER) {
		return NULL;
	}
	*content = (size_t)record[4] << 8 | record[5];
	size_t whole = RECORD_HEADER + *content + record[6];

	if (have - *at < whole) {
		return NULL;
	}
	*at += whole;
	return record;
}

#endif
