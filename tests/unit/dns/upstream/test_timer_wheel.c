/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/timer_wheel.h"

#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct alarm {
	struct dns_timer timer;
	struct dns_timer_wheel *wheel;
	uint64_t due_ms;
	uint64_t fired_ms;
	unsigned fired;
	uint64_t again_ms;
	struct alarm *clears;
};

static void fire(struct dns_timer *timer, uint64_t now_ms)
{
	struct alarm *a = CONTAINER_OF(timer, struct alarm, timer);

	a->fired++;
	a->fired_ms = now_ms;
	if (a->again_ms > 0) {
		dns_timer_wheel_set(a->wheel, timer, now_ms + a->again_ms);
	}
	if (a->clears != NULL) {
		dns_timer_wheel_clear(a->wheel, &a->clears->timer);
	}
}

static void set(struct dns_timer_wheel *wheel, struct alarm *a, uint64_t due_ms)
{
	a->wheel = wheel;
	a->timer.fire = fire;
	a->due_ms = due_ms;
	dns_timer_wheel_set(wheel, &a->timer, due_ms);
}

static struct dns_timer_wheel *wheel_new(uint64_t now_ms)
{
	struct dns_timer_wheel *wheel = malloc(sizeof(*wheel));

	assert_non_null(wheel);
	dns_timer_wheel_init(wheel, now_ms);
	return wheel;
}

static void timers_fire_in_order(void **state)
{
	struct dns_timer_wheel *wheel = wheel_new(5000);
	struct alarm a = {.fired = 0};
	struct alarm b = {.fired = 0};
	struct alarm past = {.fired = 0};

	assert_true(dns_timer_wheel_next(wheel) == UINT64_MAX);
	set(wheel, &a, 5010);
	set(wheel, &b, 5005);
	assert_int_equal(dns_timer_wheel_next(wheel), 5005);
	dns_timer_wheel_run(wheel, 5004);
	assert_int_equal(a.fired + b.fired, 0);
	dns_timer_wheel_run(wheel, 5005);
	assert_int_equal(b.fired, 1);
	assert_int_equal(dns_timer_wheel_next(wheel), 5010);
	set(wheel, &past, 10);
	assert_int_equal(dns_timer_wheel_next(wheel), 10);
	dns_timer_wheel_run(wheel, 5006);
	assert_int_equal(past.fired, 1);
	dns_timer_wheel_run(wheel, 99999999);
	assert_int_equal(a.fired, 1);
	assert_true(dns_timer_wheel_next(wheel) == UINT64_MAX);
	free(wheel);
}

static void move_and_clear(void **state)
{
	struct dns_timer_wheel *wheel = wheel_new(0);
	struct alarm a = {.fired = 0};
	struct alarm b = {.fired = 0};

	set(wheel, &a, 100);
	set(wheel, &b, 100);
	set(wheel, &a, 200);
	dns_timer_wheel_run(wheel, 150);
	assert_int_equal(a.fired, 0);
	assert_int_equal(b.fired, 1);
	dns_timer_wheel_clear(wheel, &a.timer);
	dns_timer_wheel_clear(wheel, &a.timer);
	dns_timer_wheel_clear(wheel, &b.timer);
	assert_true(dns_timer_wheel_next(wheel) == UINT64_MAX);
	dns_timer_wheel_run(wheel, 300);
	assert_int_equal(a.fired, 0);
	free(wheel);
}

static void far_away(void **state)
{
	struct dns_timer_wheel *wheel = wheel_new(1);
	struct alarm far = {.fired = 0};
	struct alarm near = {.fired = 0};

	/* Both in one slot, turns apart. */
	set(wheel, &far, 1 + 10 * DNS_TIMER_WHEEL_SLOTS);
	set(wheel, &near, 1 + DNS_TIMER_WHEEL_SLOTS);
	assert_int_equal(dns_timer_wheel_next(wheel), 1 + DNS_TIMER_WHEEL_SLOTS);
	dns_timer_wheel_run(wheel, 1 + DNS_TIMER_WHEEL_SLOTS);
	assert_int_equal(near.fired, 1);
	assert_int_equal(far.fired, 0);
	assert_int_equal(dns_timer_wheel_next(wheel), 1 + 10 * DNS_TIMER_WHEEL_SLOTS);
	dns_timer_wheel_run(wheel, 10 * DNS_TIMER_WHEEL_SLOTS);
	assert_int_equal(far.fired, 0);
	dns_timer_wheel_run(wheel, 1 + 10 * DNS_TIMER_WHEEL_SLOTS);
	assert_int_equal(far.fired, 1);
	free(wheel);
}

static void from_inside(void **state)
{
	struct dns_timer_wheel *wheel = wheel_new(0);
	struct alarm repeating = {.again_ms = 10};
	struct alarm victim = {.fired = 0};
	struct alarm clearing = {.clears = &victim};

	set(wheel, &repeating, 10);
	set(wheel, &victim, 20);
	set(wheel, &clearing, 20);
	for (uint64_t now_ms = 0; now_ms <= 100; now_ms++) {
		dns_timer_wheel_run(wheel, now_ms);
	}
	assert_int_equal(repeating.fired, 10);
	assert_int_equal(clearing.fired, 1);
	assert_int_equal(victim.fired, 0);
	wheel->stopped = true;
	dns_timer_wheel_run(wheel, 1000);
	assert_int_equal(repeating.fired, 10);
	free(wheel);
}

/* Against the plain truth: each fires at the first run that is not before it is due. */
static void each_of_many_timers_fires_at_its_time(void **state)
{
	enum { ALARMS = 2000 };
	struct dns_timer_wheel *wheel = wheel_new(777);
	struct alarm *alarms = calloc(ALARMS, sizeof(*alarms));
	uint32_t random = 1;
	uint64_t now_ms = 777;

	assert_non_null(alarms);
	for (size_t i = 0; i < ALARMS; i++) {
		random = random * 1664525 + 1013904223;
		set(wheel, &alarms[i], now_ms + (random >> 8) % (5 * DNS_TIMER_WHEEL_SLOTS));
	}
	while (dns_timer_wheel_next(wheel) != UINT64_MAX) {
		uint64_t before_ms = now_ms;
		uint64_t first_ms = UINT64_MAX;

		for (size_t i = 0; i < ALARMS; i++) {
			if (alarms[i].fired == 0 && alarms[i].due_ms < first_ms) {
				first_ms = alarms[i].due_ms;
			}
		}
		assert_int_equal(dns_timer_wheel_next(wheel), first_ms);
		random = random * 1664525 + 1013904223;
		now_ms += 1 + (random >> 8) % 50;
		do {
			dns_timer_wheel_run(wheel, now_ms);
		} while (dns_timer_wheel_next(wheel) <= now_ms);
		for (size_t i = 0; i < ALARMS; i++) {
			assert_int_equal(alarms[i].fired, alarms[i].due_ms <= now_ms);
			if (alarms[i].fired_ms == now_ms) {
				assert_true(alarms[i].due_ms > before_ms || before_ms == 777);
			}
		}
	}
	free(alarms);
	free(wheel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_in_order),
		cmocka_unit_test(move_and_clear),
		cmocka_unit_test(far_away),
		cmocka_unit_test(from_inside),
		cmocka_unit_test(each_of_many_timers_fires_at_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
