/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * cache_scan ADDRESSES CLIENTS MEGABYTES
 *
 * Passes distinct addresses through a cache while a set of clients is in use, and prints one line
 * of JSON: the clients' hit rate, the most bytes that the cache held, and what a call costs.
 */

#include "dns/cache/cache.h"
#include "dns/cache/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define NEW_A_MS 16     /* 16,000 new addresses a second */
#define NEW_A_REQUEST 8 /* of which this many for one request of a client in use */
#define TTL_MS 300000

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct addr v4(uint32_t number)
{
	struct addr addr = {.family = ADDR_V4,
		.bytes = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
			(uint8_t)number}};

	return addr;
}

/*
 * Like a request: reads the result from the cache, else looks it up and stores it. True for a hit.
 */
static bool request(struct dns_cache *cache, uint32_t number, uint64_t now_ms)
{
	struct addr addr = v4(number);
	const struct dns_fcrdns_result *result =
		dns_cache_get_result(cache, &addr, DNS_FCRDNS_DOUBLE, now_ms);
	bool hit = result != NULL;

	if (!hit) {
		char text[] = "client-11-222-111-222.pool.example.net";
		struct str name = {text, sizeof(text) - 1};

		result = dns_fcrdns_result_new(DNS_FCRDNS_VERIFIED, false,
			(struct str_list){&name, 1}, NULL, now_ms + TTL_MS);
		if (result == NULL) {
			exit(1);
		}
		dns_cache_put_result(cache, &addr, DNS_FCRDNS_DOUBLE, result);
	}
	dns_fcrdns_result_unref(result);
	return hit;
}

static long resident_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: cache_scan ADDRESSES CLIENTS MEGABYTES\n");
		return 64;
	}
	uint32_t addresses = (uint32_t)strtoul(argv[1], NULL, 10);
	uint32_t clients = (uint32_t)strtoul(argv[2], NULL, 10);
	uint64_t cap = strtoull(argv[3], NULL, 10) << 20;
	struct dns_cache *cache = dns_cache_new(cap);
	uint64_t most = 0;
	uint64_t hits = 0;
	uint64_t tries = 0;

	if (cache == NULL || clients == 0) {
		return 1;
	}
	long before_kib = resident_kib();
	double start = seconds();

	for (uint32_t n = 0; n < addresses; n++) {
		uint64_t now_ms = 1000000 + n / NEW_A_MS;

		request(cache, UINT32_C(0x20000000) + n, now_ms);
		if (n % NEW_A_REQUEST == 0) {
			uint32_t client = n / NEW_A_REQUEST * UINT32_C(2654435761) % clients;

			tries++;
			hits += request(cache, UINT32_C(0x0b000000) + client, now_ms);
		}
		if (n % 4096 == 0 && dns_cache_size(cache).bytes > most) {
			most = dns_cache_size(cache).bytes;
		}
	}
	double scan = seconds() - start;
	unsigned reads = 10000000;
	uint64_t last_ms = 1000000 + addresses / NEW_A_MS;

	start = seconds();
	for (unsigned n = 0; n < reads; n++) {
		request(cache, UINT32_C(0x0b000000) + n % clients, last_ms);
	}
	printf("{\"addresses\": %u, \"hit_rate\": %.6f, \"cap_bytes\": %llu, \"most_bytes\": %llu, "
	       "\"grown_kib\": %ld, \"scan_ns\": %.0f, \"hit_ns\": %.0f}\n",
		addresses, (double)hits / (double)tries, (unsigned long long)cap,
		(unsigned long long)most, resident_kib() - before_kib, scan * 1e9 / addresses,
		(seconds() - start) * 1e9 / reads);
	dns_cache_unref(cache);
	return 0;
}
