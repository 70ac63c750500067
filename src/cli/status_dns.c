/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/status_dns.h"

#include <inttypes.h>

void cli_status_dns(const struct cli_lines *s, const json_t *dns, struct bytes *out)
{
	const json_t *resolvers = json_object_get(dns, "resolvers");
	const json_t *cache = json_object_get(dns, "cache");
	uint64_t hits = cli_json_number(cache, "hits");

	for (size_t i = 0; i < json_array_size(resolvers); i++) {
		const json_t *resolver = json_array_get(resolvers, i);
		bool up = cli_json_is_true(resolver, "up");

		bytes_append_visible(out, str_view(cli_json_text(resolver, "server")));
		bytes_append_text(out, !cli_json_is_true(resolver, "asked") ? ": not asked yet"
				       : up                                 ? ": up"
									    : ": DOWN");
		if (json_is_integer(json_object_get(resolver, "rtt_us"))) {
			bytes_appendf(out, ", %.1f ms",
				(double)cli_json_number(resolver, "rtt_us") / 1000);
		}
		cli_lines_take(s, i == 0 ? "Resolvers" : "", up ? CLI_PLAIN : CLI_BAD, out);
	}
	bytes_appendf(out,
		"%" PRIu64 " queries, %" PRIu64 " without a reply in time, %" PRIu64
		" failed lookups, %" PRIu64 " in flight",
		cli_json_number(dns, "queries"), cli_json_number(dns, "timeouts"),
		cli_json_number(dns, "failed_lookups"), cli_json_number(dns, "queries_in_flight"));
	cli_lines_take(s, "DNS", CLI_PLAIN, out);
	bytes_append_text(out, "names: hits ");
	cli_add_share(out, hits, hits + cli_json_number(cache, "misses"));
	bytes_appendf(out, ", %" PRIu64 " entries, ", cli_json_number(cache, "entries"));
	cli_add_size(out, cli_json_number(cache, "bytes"));
	bytes_append_text(out, " of ");
	cli_add_size(out, cli_json_number(cache, "max_bytes"));
}
