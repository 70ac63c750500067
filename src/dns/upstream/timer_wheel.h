/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_TIMER_WHEEL_H
#define DW_DNS_UPSTREAM_TIMER_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Timers with a resolution of 1 ms: setting and clearing take constant time. A timer lies in its
 * owner's memory, zeroed before its first use.
 */
struct dns_timer {
	struct dns_timer *next;
	struct dns_timer **link; /* the pointer that points at this timer; NULL: not set */
	uint64_t due_ms;
	void (*fire)(struct dns_timer *timer, uint64_t now_ms);
};

#define DNS_TIMER_WHEEL_SLOTS 4096u

struct dns_timer_wheel {
	uint64_t now_ms; /* slots before this time are done */
	bool stopped;
	uint64_t used[DNS_TIMER_WHEEL_SLOTS / 64];
	struct dns_timer *slots[DNS_TIMER_WHEEL_SLOTS];
};

void dns_timer_wheel_init(struct dns_timer_wheel *wheel, uint64_t now_ms);
/* Sets or moves the timer. A time that has passed fires at the next run. */
void dns_timer_wheel_set(struct dns_timer_wheel *wheel, struct dns_timer *timer, uint64_t due_ms);
void dns_timer_wheel_clear(struct dns_timer_wheel *wheel, struct dns_timer *timer);
/*
 * Fires timers that are due, up to a bound; if more are due, so is the next run. A timer is cleared
 * before it fires. Ends early once `stopped` is set.
 */
void dns_timer_wheel_run(struct dns_timer_wheel *wheel, uint64_t now_ms);
/* When the next run is due; UINT64_MAX: no timer is set. */
uint64_t dns_timer_wheel_next(const struct dns_timer_wheel *wheel);

#endif
