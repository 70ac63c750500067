/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * stalls RATE MS
 *
 * The latencies that the machine alone causes: an open loop of RATE requests a second, at random
 * moments, without a server; the program only reads the clock. A request counts as answered once
 * this program sees that it is due, so each latency is time in which its core was taken away from
 * it. Prints one line of JSON.
 */

#include "bench/histogram.h"
#include "bench/load.h"

int main(int argc, char **argv)
{
	static struct histogram latencies;
	uint64_t random = 1;

	if (argc != 3 || strtoull(argv[1], NULL, 10) == 0) {
		fprintf(stderr, "usage: stalls RATE MS\n");
		return 64;
	}
	uint64_t rate = strtoull(argv[1], NULL, 10);
	uint64_t due_ns = now_ns();
	uint64_t end_ns = due_ns + strtoull(argv[2], NULL, 10) * 1000000u;

	while (due_ns < end_ns) {
		uint64_t now = now_ns();

		for (; due_ns <= now; due_ns += draw_wait_ns(&random, rate)) {
			histogram_add(&latencies, now - due_ns);
		}
	}
	printf("{\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f}\n",
		histogram_percentile_us(&latencies, 0.5), histogram_percentile_us(&latencies, 0.99),
		histogram_percentile_us(&latencies, 0.999));
	return 0;
}
