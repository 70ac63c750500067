/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/timer_wheel.h"

#define FIRED_A_RUN 8 /* timers in one run, before other work has its turn: each may send */

#include <stddef.h>

void dns_timer_wheel_init(struct dns_timer_wheel *wheel, uint64_t now_ms)
{
	*wheel = (struct dns_timer_wheel){.now_ms = now_ms};
}

static unsigned slot_of(const struct dns_timer_wheel *wheel, uint64_t due_ms)
{
	return (unsigned)((due_ms < wheel->now_ms ? wheel->now_ms : due_ms) %
			  DNS_TIMER_WHEEL_SLOTS);
}

void dns_timer_wheel_clear(struct dns_timer_wheel *wheel, struct dns_timer *timer)
{
	if (timer->link == NULL) {
		return;
	}
	*timer->link = timer->next;
	if (timer->next != NULL) {
		timer->next->link = timer->link;
	}
	if (timer->link >= wheel->slots && timer->link < wheel->slots + DNS_TIMER_WHEEL_SLOTS &&
		*timer->link == NULL) {
		size_t slot = (size_t)(timer->link - wheel->slots);

		wheel->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
	}
	timer->next = NULL;
	timer->link = NULL;
}

void dns_timer_wheel_set(struct dns_timer_wheel *wheel, struct dns_timer *timer, uint64_t due_ms)
{
	dns_timer_wheel_clear(wheel, timer);
	unsigned slot = slot_of(wheel, due_ms);

	timer->due_ms = due_ms;
	timer->next = wheel->slots[slot];
	timer->link = &wheel->slots[slot];
	if (timer->next != NULL) {
		timer->next->link = &timer->next;
	}
	wheel->slots[slot] = timer;
	wheel->used[slot / 64] |= UINT64_C(1) << slot % 64;
}

/* The distance from slot `from` to the next used slot; DNS_TIMER_WHEEL_SLOTS: no slot is used. */
static unsigned distance(const struct dns_timer_wheel *wheel, unsigned from)
{
	unsigned gone = 0;

	while (gone < DNS_TIMER_WHEEL_SLOTS) {
		unsigned slot = (from + gone) % DNS_TIMER_WHEEL_SLOTS;
		uint64_t word = wheel->used[slot / 64] >> slot % 64;

		if (word != 0) {
			gone += (unsigned)__builtin_ctzll(word);
			return gone < DNS_TIMER_WHEEL_SLOTS ? gone : DNS_TIMER_WHEEL_SLOTS;
		}
		gone += 64 - slot % 64;
	}
	return DNS_TIMER_WHEEL_SLOTS;
}

static struct dns_timer *due_in(struct dns_timer *timer, uint64_t now_ms)
{
	while (timer != NULL && timer->due_ms > now_ms) {
		timer = timer->next;
	}
	return timer;
}

void dns_timer_wheel_run(struct dns_timer_wheel *wheel, uint64_t now_ms)
{
	/* However long ago the last run was, one round passes every slot. */
	if (now_ms > wheel->now_ms + DNS_TIMER_WHEEL_SLOTS) {
		uint64_t turns = (now_ms - wheel->now_ms) / DNS_TIMER_WHEEL_SLOTS - 1;

		wheel->now_ms += turns * DNS_TIMER_WHEEL_SLOTS;
	}
	unsigned fired = 0;

	while (!wheel->stopped && fired < FIRED_A_RUN) {
		unsigned slot = slot_of(wheel, wheel->now_ms);
		struct dns_timer *timer = due_in(wheel->slots[slot], now_ms);

		if (timer != NULL) {
			dns_timer_wheel_clear(wheel, timer);
			timer->fire(timer, now_ms);
			fired++;
			continue;
		}
		if (wheel->now_ms >= now_ms) {
			return;
		}
		unsigned step = 1 + distance(wheel, (slot + 1) % DNS_TIMER_WHEEL_SLOTS);

		wheel->now_ms += step;
		if (wheel->now_ms > now_ms) {
			wheel->now_ms = now_ms;
		}
	}
}

uint64_t dns_timer_wheel_next(const struct dns_timer_wheel *wheel)
{
	unsigned start = slot_of(wheel, wheel->now_ms);
	uint64_t later = UINT64_MAX;

	for (unsigned gone = 0; gone < DNS_TIMER_WHEEL_SLOTS; gone++) {
		gone += distance(wheel, (start + gone) % DNS_TIMER_WHEEL_SLOTS);
		if (gone >= DNS_TIMER_WHEEL_SLOTS) {
			break;
		}
		const struct dns_timer *timer =
			wheel->slots[(start + gone) % DNS_TIMER_WHEEL_SLOTS];

		for (; timer != NULL; timer = timer->next) {
			if (timer->due_ms <= wheel->now_ms + gone) {
				return timer->due_ms;
			}
			if (timer->due_ms < later) {
				later = timer->due_ms;
			}
		}
	}
	return later;
}
