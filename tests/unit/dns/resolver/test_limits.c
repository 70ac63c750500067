/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolver/limits.h"

#include "base/util.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct addr addr_of(const char *text)
{
	struct addr addr;

	assert_true(addr_parse(str_view(text), &addr));
	return addr;
}

static void two_workers_share_a_limit(void **state)
{
	struct dns_inflight_entry entries[4];
	struct dns_inflight_queue one;
	struct dns_inflight_queue other;
	atomic_uint total;

	atomic_init(&total, 0);
	dns_inflight_init(&one, &total, 3);
	dns_inflight_init(&other, &total, 3);
	assert_false(dns_inflight_is_busy(&one));
	assert_true(dns_inflight_enter(&one, &entries[0], 0));
	assert_true(dns_inflight_is_busy(&other));
	assert_true(dns_inflight_enter(&other, &entries[1], 0));
	assert_true(dns_inflight_enter(&one, &entries[2], 0));
	assert_false(dns_inflight_enter(&one, &entries[3], 0));
	assert_false(dns_inflight_enter(&other, &entries[3], 0));
	dns_inflight_leave(&other, &entries[1]);
	assert_true(dns_inflight_enter(&one, &entries[3], 0));
	dns_inflight_leave(&one, &entries[0]);
	dns_inflight_leave(&one, &entries[2]);
	dns_inflight_leave(&one, &entries[3]);
	assert_int_equal(total, 0);
}

static void who_is_pushed(void **state)
{
	struct dns_inflight_entry entries[4];
	struct dns_inflight_queue queue;
	atomic_uint total;

	atomic_init(&total, 0);
	dns_inflight_init(&queue, &total, 4);
	assert_null(dns_inflight_evictable(&queue, 1000));
	for (unsigned i = 0; i < ARRAY_LEN(entries); i++) {
		assert_true(dns_inflight_enter(&queue, &entries[i], i));
	}
	assert_null(dns_inflight_evictable(&queue, 202));
	assert_ptr_equal(dns_inflight_evictable(&queue, 203), &entries[2]);
	dns_inflight_leave(&queue, &entries[2]);
	assert_null(dns_inflight_evictable(&queue, 203));
	assert_ptr_equal(dns_inflight_evictable(&queue, 204), &entries[3]);
	/* Who came into the first half stays, also when others have gone. */
	dns_inflight_leave(&queue, &entries[3]);
	assert_null(dns_inflight_evictable(&queue, UINT64_MAX));
	dns_inflight_leave(&queue, &entries[0]);
	dns_inflight_leave(&queue, &entries[1]);
}

static void each_prefix_has_its_own_limit(void **state)
{
	static const char *const same[] = {"192.0.2.1", "192.0.2.255"};
	struct dns_prefix_limits *prefixes = dns_prefix_limits_new(2);
	struct addr other = addr_of("192.0.3.1");
	struct dns_prefix_use *uses[2];
	struct dns_prefix_use *one;
	struct addr addr;

	assert_non_null(prefixes);
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		addr = addr_of(same[i]);
		assert_int_equal(dns_prefix_limits_enter(prefixes, &addr, &uses[i]), DNS_PREFIX_IN);
	}
	assert_int_equal(dns_prefix_limits_enter(prefixes, &addr, &one), DNS_PREFIX_FULL);
	assert_int_equal(dns_prefix_limits_enter(prefixes, &other, &one), DNS_PREFIX_IN);
	dns_prefix_limits_leave(prefixes, uses[0]);
	assert_int_equal(dns_prefix_limits_enter(prefixes, &addr, &uses[0]), DNS_PREFIX_IN);
	dns_prefix_limits_leave(prefixes, uses[0]);
	dns_prefix_limits_leave(prefixes, uses[1]);
	dns_prefix_limits_leave(prefixes, one);
	dns_prefix_limits_free(prefixes);
}

#define THREADS 4
#define MOST 3

struct busy {
	struct dns_prefix_limits *prefixes;
	atomic_uint inside;
	atomic_uint most;
};

static void *come_and_go(void *ctx)
{
	struct busy *busy = ctx;
	struct addr addr = {.family = ADDR_V6, .bytes = {0x20, 1}};

	for (unsigned i = 0; i < 20000; i++) {
		struct dns_prefix_use *use;

		addr.bytes[15] = (uint8_t)i;
		if (dns_prefix_limits_enter(busy->prefixes, &addr, &use) != DNS_PREFIX_IN) {
			continue;
		}
		unsigned inside = ++busy->inside;
		unsigned most = busy->most;

		while (inside > most && !atomic_compare_exchange_weak(&busy->most, &most, inside)) {
		}
		--busy->inside;
		dns_prefix_limits_leave(busy->prefixes, use);
	}
	return NULL;
}

static void threads_share_the_limits(void **state)
{
	struct busy busy = {.prefixes = dns_prefix_limits_new(MOST)};
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &busy), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	assert_in_range(busy.most, 1, MOST);
	dns_prefix_limits_free(busy.prefixes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_workers_share_a_limit),
		cmocka_unit_test(who_is_pushed),
		cmocka_unit_test(each_prefix_has_its_own_limit),
		cmocka_unit_test(threads_share_the_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
