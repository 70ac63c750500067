/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_BREAKER_H
#define DW_STORE_BREAKER_H

#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A circuit breaker: after three failures in a row nothing is asked any more but probes, 1, 2, 4,
 * 8, 16 and then always 30 seconds apart. Pure; `now_ms` is a monotonic clock. A zeroed structure
 * is a closed breaker.
 */
struct store_breaker {
	uint32_t failures;
	uint32_t wait_ms;    /* until the next probe; 0: it has not opened since the last success */
	uint64_t counted_ms; /* the last failure that counted */
	uint64_t probe_ms;
	bool open;
};

#define STORE_BREAKER_FAILURES 3u
#define STORE_BREAKER_FIRST_MS 1000u
#define STORE_BREAKER_LONGEST_MS 30000u

/*
 * Something was not answered in time. Failures within `apart_ms` after one that counted are the
 * same failure: all questions that are in flight fail at once when the store pauses. True at the
 * third one: the caller then opens the breaker.
 */
NODISCARD bool store_breaker_fail(
	struct store_breaker *breaker, uint64_t now_ms, uint32_t apart_ms);
/*
 * Opens it, after such failures, or because the connection is lost, or a probe has failed: each
 * time for longer, until a question succeeds.
 */
void store_breaker_open(struct store_breaker *breaker, uint64_t now_ms);
/* A probe was answered: questions are asked again. The next time, the waits go on growing. */
void store_breaker_close(struct store_breaker *breaker);
/* A question was answered in time: waits begin at one second again. */
void store_breaker_succeed(struct store_breaker *breaker);
/* While it is open: milliseconds until the next probe is due; 0: it is. */
uint64_t store_breaker_left_ms(const struct store_breaker *breaker, uint64_t now_ms);

#endif
