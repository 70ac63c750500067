/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/cache/cache.h"

#include "base/util.h"
#include "dns/cache/result.h"
#include "dns/cache/shard.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIB UINT64_C(1024)
#define NOW UINT64_C(1000000)

static struct addr addr_of(uint32_t number)
{
	struct addr addr = {.family = ADDR_V6, .bytes = {0x20, 0x01, 0x0d, 0xb8}};

	memcpy(addr.bytes + 4, &number, sizeof(number));
	return addr;
}

static struct dns_name name_of(const char *text)
{
	struct dns_name name;

	assert_true(dns_name_from_text(str_view(text), &name));
	return name;
}

static void put_result(struct dns_cache *cache, uint32_t number, enum dns_fcrdns_status status,
	uint64_t expires_ms)
{
	struct str name = {"client.of.this.number.example", 29};
	struct addr addr = addr_of(number);
	const struct dns_fcrdns_result *result =
		dns_fcrdns_result_new(status, false, (struct str_list){&name, 1}, NULL, expires_ms);

	assert_non_null(result);
	dns_cache_put_result(cache, &addr, DNS_FCRDNS_DOUBLE, result);
	dns_fcrdns_result_unref(result);
}

static void put_none(struct dns_cache *cache, const struct addr *addr, uint64_t expires_ms)
{
	const struct dns_fcrdns_result *result = dns_fcrdns_result_new(
		DNS_FCRDNS_NONE, false, (struct str_list){NULL, 0}, NULL, expires_ms);

	assert_non_null(result);
	dns_cache_put_result(cache, addr, DNS_FCRDNS_DOUBLE, result);
	dns_fcrdns_result_unref(result);
}

static bool has_result(struct dns_cache *cache, uint32_t number, uint64_t now_ms)
{
	struct addr addr = addr_of(number);
	const struct dns_fcrdns_result *result =
		dns_cache_get_result(cache, &addr, DNS_FCRDNS_DOUBLE, now_ms);

	dns_fcrdns_result_unref(result);
	return result != NULL;
}

static void results_are_kept_until_they_expire(void **state)
{
	struct dns_cache *cache = dns_cache_new(256 * KIB);
	struct addr addr = addr_of(1);

	assert_false(has_result(cache, 1, NOW));
	put_result(cache, 1, DNS_FCRDNS_VERIFIED, NOW + 10);
	const struct dns_fcrdns_result *result =
		dns_cache_get_result(cache, &addr, DNS_FCRDNS_DOUBLE, NOW);

	assert_non_null(result);
	assert_int_equal(result->status, DNS_FCRDNS_VERIFIED);
	assert_string_equal(result->names.items[0].data, "client.of.this.number.example");
	assert_null(dns_cache_get_result(cache, &addr, DNS_FCRDNS_SINGLE, NOW));
	assert_false(has_result(cache, 2, NOW));
	assert_true(has_result(cache, 1, NOW + 9));
	assert_false(has_result(cache, 1, NOW + 10));
	put_result(cache, 1, DNS_FCRDNS_MISMATCH, NOW + 20);
	assert_true(has_result(cache, 1, NOW + 10));
	/* A reference stays valid even after the cache was freed. */
	dns_cache_unref(cache);
	assert_int_equal(result->status, DNS_FCRDNS_VERIFIED);
	assert_string_equal(result->ptr.items[0].data, "client.of.this.number.example");
	dns_fcrdns_result_unref(result);
}

static void families_differ(void **state)
{
	struct dns_cache *cache = dns_cache_new(256 * KIB);
	struct addr v4 = {.family = ADDR_V4};
	struct addr v6 = {.family = ADDR_V6};
	const struct dns_fcrdns_result *result = dns_fcrdns_result_new(
		DNS_FCRDNS_NONE, false, (struct str_list){NULL, 0}, NULL, NOW + 1);

	dns_cache_put_result(cache, &v4, DNS_FCRDNS_DOUBLE, result);
	assert_null(dns_cache_get_result(cache, &v6, DNS_FCRDNS_DOUBLE, NOW));
	dns_fcrdns_result_unref(result);
	dns_cache_unref(cache);
}

static void answers_are_kept_until_they_expire(void **state)
{
	struct dns_cache *cache = dns_cache_new(256 * KIB);
	struct dns_name name = name_of("Host.Example");
	struct dns_name same = name_of("hOST.eXAMPLE");
	struct dns_answer *in = calloc(1, sizeof(*in));
	struct dns_answer *out = calloc(1, sizeof(*out));
	struct dns_cached cached = {DNS_STATUS_DATA, NOW + 10};

	assert_non_null(in);
	assert_non_null(out);
	in->kind = DNS_ANSWER_DATA;
	in->type = DNS_TYPE_A;
	in->ttl = 77;
	in->has_ttl = true;
	in->cnames = 3;
	in->left_out = 4;
	in->count = DNS_ADDRS_MAX;
	for (size_t i = 0; i < in->count; i++) {
		in->addrs[i] = (struct addr){.family = ADDR_V4};
		memcpy(in->addrs[i].bytes, &i, 4);
	}
	dns_cache_put_answer(cache, &name, DNS_TYPE_A, &cached, in);
	cached = (struct dns_cached){DNS_STATUS_TIMEOUT, 0};
	assert_false(dns_cache_get_answer(cache, &same, DNS_TYPE_AAAA, NOW, &cached, out));
	assert_false(dns_cache_get_answer(cache, &same, DNS_TYPE_A, NOW + 10, &cached, out));
	assert_true(dns_cache_get_answer(cache, &same, DNS_TYPE_A, NOW, &cached, out));
	assert_int_equal(cached.status, DNS_STATUS_DATA);
	assert_int_equal(cached.expires_ms, NOW + 10);
	assert_int_equal(out->kind, DNS_ANSWER_DATA);
	assert_int_equal(out->type, DNS_TYPE_A);
	assert_int_equal(out->ttl, 77);
	assert_true(out->has_ttl);
	assert_int_equal(out->cnames, 3);
	assert_int_equal(out->left_out, 4);
	assert_int_equal(out->count, in->count);
	assert_memory_equal(out->addrs, in->addrs, in->count * sizeof(in->addrs[0]));

	in->type = DNS_TYPE_PTR;
	in->count = 2;
	in->names[0] = name_of("a.example");
	in->names[1] = name_of("b.a.longer.name.example");
	cached = (struct dns_cached){DNS_STATUS_DATA, NOW + 10};
	dns_cache_put_answer(cache, &name, DNS_TYPE_PTR, &cached, in);
	assert_true(dns_cache_get_answer(cache, &name, DNS_TYPE_PTR, NOW, &cached, out));
	assert_int_equal(out->count, 2);
	assert_true(dns_name_eq(&out->names[0], &in->names[0]));
	assert_true(dns_name_eq(&out->names[1], &in->names[1]));

	in->kind = DNS_ANSWER_CNAME;
	in->count = 0;
	in->target = name_of("target.example");
	cached = (struct dns_cached){DNS_STATUS_CNAME, NOW + 10};
	dns_cache_put_answer(cache, &name, DNS_TYPE_AAAA, &cached, in);
	assert_true(dns_cache_get_answer(cache, &name, DNS_TYPE_AAAA, NOW, &cached, out));
	assert_int_equal(cached.status, DNS_STATUS_CNAME);
	assert_int_equal(out->cnames, 3);
	assert_true(dns_name_eq(&out->target, &in->target));

	cached = (struct dns_cached){DNS_STATUS_NXDOMAIN, NOW + 10};
	dns_cache_put_answer(cache, &name, DNS_TYPE_A, &cached, NULL);
	assert_true(dns_cache_get_answer(cache, &name, DNS_TYPE_A, NOW, &cached, out));
	assert_int_equal(cached.status, DNS_STATUS_NXDOMAIN);
	free(in);
	free(out);
	dns_cache_unref(cache);
}

static void repeated_failures_are_kept_for_longer(void **state)
{
	static const unsigned seconds[] = {1, 2, 4, 8, 16, 32, 60, 60};
	struct dns_cache *cache = dns_cache_new(256 * KIB);
	struct addr addr = addr_of(1);
	struct dns_name name = name_of("host.example");
	uint64_t now_ms = NOW;

	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		struct dns_cached cached = {DNS_STATUS_SERVFAIL, now_ms + seconds[i] * 1000};

		assert_int_equal(
			dns_cache_result_backoff_ms(cache, &addr, DNS_FCRDNS_DOUBLE, now_ms),
			seconds[i] * 1000);
		assert_int_equal(dns_cache_answer_backoff_ms(cache, &name, DNS_TYPE_A, now_ms),
			seconds[i] * 1000);
		put_result(cache, 1, DNS_FCRDNS_ERROR, cached.expires_ms);
		dns_cache_put_answer(cache, &name, DNS_TYPE_A, &cached, NULL);
		now_ms = cached.expires_ms;
	}
	assert_int_equal(dns_cache_answer_backoff_ms(cache, &name, DNS_TYPE_PTR, now_ms), 1000);
	/* After a minute without a failure, or after a success, it begins again. */
	assert_int_equal(
		dns_cache_result_backoff_ms(cache, &addr, DNS_FCRDNS_DOUBLE, now_ms + 60000), 1000);
	put_result(cache, 1, DNS_FCRDNS_ERROR, now_ms + 61000);
	assert_int_equal(
		dns_cache_result_backoff_ms(cache, &addr, DNS_FCRDNS_DOUBLE, now_ms + 61000), 2000);
	put_result(cache, 1, DNS_FCRDNS_NONE, now_ms + 90000);
	assert_int_equal(
		dns_cache_result_backoff_ms(cache, &addr, DNS_FCRDNS_DOUBLE, now_ms + 90000), 1000);
	dns_cache_unref(cache);
}

static void bounded_in_bytes(void **state)
{
	static const uint64_t sizes[] = {0, 1, 1000, 64 * KIB, 100 * KIB, 1024 * KIB, 3000 * KIB};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct dns_cache *cache = dns_cache_new(sizes[i]);
		uint64_t smallest = dns_cache_size(cache).bytes;
		uint64_t bound = sizes[i] > smallest ? sizes[i] : smallest;

		for (uint32_t number = 0; number < 20000; number++) {
			put_result(cache, number, DNS_FCRDNS_VERIFIED, NOW + 1000);
			if (number % 3 == 0) {
				has_result(cache, number / 2, NOW);
			}
			if (number % 997 == 0) {
				assert_true(dns_cache_size(cache).bytes <= bound);
			}
		}
		assert_true(dns_cache_size(cache).bytes <= bound);
		if (sizes[i] >= 64 * KIB) {
			assert_true(dns_cache_size(cache).bytes > sizes[i] * 9 / 10);
		}
		dns_cache_unref(cache);
	}
}

static void a_result_is_small(void **state)
{
	struct dns_cache *cache = dns_cache_new(64 * KIB);
	uint64_t before = dns_cache_size(cache).bytes;

	struct addr v4 = {.family = ADDR_V4, .bytes = {192, 0, 2, 1}};

	put_none(cache, &v4, NOW + 1000);
	assert_true(dns_cache_size(cache).bytes - before < 250);
	before = dns_cache_size(cache).bytes;
	put_result(cache, 1, DNS_FCRDNS_VERIFIED, NOW + 1000);
	assert_true(dns_cache_size(cache).bytes - before < 400);
	dns_cache_unref(cache);
}

static void big_values_are_counted(void **state)
{
	struct dns_cache *cache = dns_cache_new(64 * KIB);
	struct dns_answer *answer = calloc(1, sizeof(*answer));
	struct dns_cached cached = {DNS_STATUS_DATA, NOW + 1000};
	char text[32];

	assert_non_null(answer);
	answer->kind = DNS_ANSWER_DATA;
	answer->type = DNS_TYPE_PTR;
	answer->count = DNS_ANSWER_MAX;
	for (size_t i = 0; i < answer->count; i++) {
		memset(answer->names[i].wire, 1, DNS_NAME_MAX);
		answer->names[i].len = DNS_NAME_MAX;
	}
	for (unsigned i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "n%u.example", i);
		struct dns_name name = name_of(text);

		dns_cache_put_answer(cache, &name, DNS_TYPE_PTR, &cached, answer);
		assert_true(dns_cache_size(cache).bytes <= 64 * KIB);
	}
	free(answer);
	dns_cache_unref(cache);
}

static bool has_addr(struct dns_cache *cache, const struct addr *addr)
{
	const struct dns_fcrdns_result *result =
		dns_cache_get_result(cache, addr, DNS_FCRDNS_DOUBLE, NOW);

	dns_fcrdns_result_unref(result);
	return result != NULL;
}

/* One network has its share, and what is in use there stays; others do not notice. */
static void share_of_a_network(void **state)
{
	enum { SCANNED = 20000, IN_USE = 100 };
	struct dns_cache *cache = dns_cache_new(1024 * KIB);
	struct addr other = addr_of(7);
	unsigned held = 0;

	put_none(cache, &other, NOW + 1);
	uint64_t before = dns_cache_size(cache).bytes;

	for (uint32_t i = 0; i < SCANNED; i++) {
		struct addr addr = addr_of(1);

		memcpy(addr.bytes + 8, &i, sizeof(i));
		put_none(cache, &addr, NOW + 1);
		addr = addr_of(1);
		uint32_t used = i % IN_USE;

		memcpy(addr.bytes + 8, &used, sizeof(used));
		assert_true(i < used || has_addr(cache, &addr));
	}
	assert_true(dns_cache_size(cache).bytes - before < 256 * 300);
	for (uint32_t i = 0; i < SCANNED; i++) {
		struct addr addr = addr_of(1);

		memcpy(addr.bytes + 8, &i, sizeof(i));
		held += has_addr(cache, &addr);
	}
	assert_int_equal(held, DNS_GROUP_MAX);
	assert_true(has_addr(cache, &other));
	/* An IPv4 network has no such share. */
	before = dns_cache_size(cache).bytes;
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr addr = {.family = ADDR_V4, .bytes = {198, 51}};

		memcpy(addr.bytes + 2, &i, 2);
		put_none(cache, &addr, NOW + 1);
		assert_true(has_addr(cache, &addr));
	}
	assert_true(dns_cache_size(cache).bytes - before > 1000 * 100);
	dns_cache_unref(cache);
}

/* The names of its addresses are no way around that. */
static void share_of_a_networks_names(void **state)
{
	enum { SCANNED = 5000 };
	struct dns_cache *cache = dns_cache_new(1024 * KIB);
	struct dns_cached cached = {DNS_STATUS_NXDOMAIN, NOW + 10};
	struct dns_answer *answer = calloc(1, sizeof(*answer));
	unsigned held = 0;

	assert_non_null(answer);
	for (unsigned round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < SCANNED; i++) {
			struct addr addr = addr_of(1);
			struct dns_name name;

			memcpy(addr.bytes + 8, &i, sizeof(i));
			dns_name_reverse(&addr, &name);
			if (round == 0) {
				dns_cache_put_answer(cache, &name, DNS_TYPE_PTR, &cached, NULL);
			} else {
				held += dns_cache_get_answer(
					cache, &name, DNS_TYPE_PTR, NOW, &cached, answer);
			}
		}
	}
	assert_int_equal(held, DNS_GROUP_MAX);
	free(answer);
	dns_cache_unref(cache);
}

static void one_caller_claims_each_result(void **state)
{
	struct dns_cache *cache = dns_cache_new(256 * KIB);
	struct addr addr = addr_of(1);

	assert_false(dns_cache_claim_result(cache, &addr, DNS_FCRDNS_DOUBLE));
	for (unsigned i = 0; i < 2; i++) {
		put_result(cache, 1, DNS_FCRDNS_VERIFIED, NOW + 10);
		assert_true(dns_cache_claim_result(cache, &addr, DNS_FCRDNS_DOUBLE));
		assert_false(dns_cache_claim_result(cache, &addr, DNS_FCRDNS_DOUBLE));
	}
	dns_cache_unref(cache);
}

/*
 * Clients in use stay, however many others pass by; also where their results are renewed. The
 * addresses that pass are DOORWARD_SCAN, a million unless told; each client asks every 8,000 of
 * them, and a miss because a result expired does not count as an eviction.
 */
static void scan_resistance(void **state)
{
	enum { CLIENTS = 1000 };
	const uint64_t bytes = 2048 * KIB;
	const char *wanted = getenv("DOORWARD_SCAN");
	uint32_t scanned = wanted != NULL ? (uint32_t)strtoul(wanted, NULL, 10) : 1000000;
	struct dns_cache *cache = dns_cache_new(bytes);
	uint64_t *ends_ms = calloc(CLIENTS, sizeof(*ends_ms));
	unsigned hits = 0;
	unsigned tries = 0;
	uint64_t now_ms = NOW;

	assert_non_null(ends_ms);
	for (uint32_t number = 0; number < scanned; number++) {
		now_ms += number % 16 == 0;
		put_result(cache, UINT32_C(1) << 31 | number, DNS_FCRDNS_NONE, now_ms + 60000);
		if (number % 8 == 0) {
			uint32_t client = number / 8 % CLIENTS;
			bool hit = has_result(cache, client, now_ms);

			if (number > scanned / 10 && now_ms < ends_ms[client]) {
				tries++;
				hits += hit;
			}
			if (!hit) {
				ends_ms[client] = now_ms + 30000;
				put_result(cache, client, DNS_FCRDNS_VERIFIED, ends_ms[client]);
			}
		}
		assert_true(number % 10000 != 0 || dns_cache_size(cache).bytes <= bytes);
	}
	print_message(
		"%u addresses passed; %u of %u clients in use were hits\n", scanned, hits, tries);
	assert_true(hits > tries / 1000 * 990);
	assert_true(dns_cache_size(cache).bytes <= bytes);
	free(ends_ms);
	dns_cache_unref(cache);
}

static void *stress(void *ctx)
{
	struct dns_cache *cache = dns_cache_ref(ctx);
	struct dns_answer *answer = calloc(1, sizeof(*answer));
	struct dns_name name = name_of("host.example");
	uint32_t random = (uint32_t)(uintptr_t)&answer;

	for (unsigned i = 0; answer != NULL && i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		uint32_t number = random >> 16 & 0x3ff;
		struct addr addr = addr_of(number);
		struct dns_cached cached = {DNS_STATUS_DATA, NOW + i};

		switch (random >> 28 & 3) {
		case 0:
			put_result(cache, number,
				number % 7 == 0 ? DNS_FCRDNS_ERROR : DNS_FCRDNS_VERIFIED,
				NOW + i + 100);
			break;
		case 1:
			*answer = (struct dns_answer){
				.kind = DNS_ANSWER_DATA, .type = DNS_TYPE_A, .count = number % 5};
			name.wire[1] = (uint8_t)('a' + number % 26);
			dns_cache_put_answer(cache, &name, DNS_TYPE_A, &cached, answer);
			break;
		case 2:
			dns_cache_get_answer(cache, &name, DNS_TYPE_A, NOW + i, &cached, answer);
			break;
		default: {
			const struct dns_fcrdns_result *result =
				dns_cache_get_result(cache, &addr, DNS_FCRDNS_DOUBLE, NOW + i);

			if (result != NULL && result->names.items[0].data[0] != 'c') {
				abort();
			}
			dns_fcrdns_result_unref(result);
			break;
		}
		}
	}
	free(answer);
	dns_cache_unref(cache);
	return NULL;
}

static void threads_share_the_cache(void **state)
{
	struct dns_cache *cache = dns_cache_new(100 * KIB);
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, stress, cache), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], NULL);
	}
	assert_true(dns_cache_size(cache).bytes <= 100 * KIB);
	dns_cache_unref(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_kept_until_they_expire),
		cmocka_unit_test(families_differ),
		cmocka_unit_test(answers_are_kept_until_they_expire),
		cmocka_unit_test(repeated_failures_are_kept_for_longer),
		cmocka_unit_test(bounded_in_bytes),
		cmocka_unit_test(a_result_is_small),
		cmocka_unit_test(big_values_are_counted),
		cmocka_unit_test(share_of_a_network),
		cmocka_unit_test(share_of_a_networks_names),
		cmocka_unit_test(one_caller_claims_each_result),
		cmocka_unit_test(scan_resistance),
		cmocka_unit_test(threads_share_the_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
