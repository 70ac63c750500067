/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/breaker.h"

bool store_breaker_fail(struct store_breaker *b, uint64_t now_ms, uint32_t apart_ms)
{
	if (b->open || (b->failures > 0 && now_ms - b->counted_ms < apart_ms)) {
		return false;
	}
	b->counted_ms = now_ms;
	return ++b->failures >= STORE_BREAKER_FAILURES;
}

void store_breaker_open(struct store_breaker *b, uint64_t now_ms)
{
	b->wait_ms = b->wait_ms == 0 ? STORE_BREAKER_FIRST_MS : b->wait_ms * 2;
	if (b->wait_ms > STORE_BREAKER_LONGEST_MS) {
		b->wait_ms = STORE_BREAKER_LONGEST_MS;
	}
	b->open = true;
	b->failures = 0;
	b->probe_ms = now_ms + b->wait_ms;
}

void store_breaker_close(struct store_breaker *b)
{
	b->open = false;
	b->failures = 0;
}

void store_breaker_succeed(struct store_breaker *b)
{
	b->failures = 0;
	b->wait_ms = 0;
}

uint64_t store_breaker_left_ms(const struct store_breaker *b, uint64_t now_ms)
{
	return b->probe_ms > now_ms ? b->probe_ms - now_ms : 0;
}
