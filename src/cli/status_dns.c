/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/status_dns.h"

#include "base/duration.h"
#include <inttypes.h>

/* What was counted of it, once it was asked. */
static void print_resolver(const struct cli_lines *s, const json_t *resolver, struct bytes *out)
{
	json_t *errors = json_object_get(resolver, "errors");
	uint64_t all = 0;
	const char *key;
	json_t *value;

	if (cli_json_number(resolver, "queries") == 0) {
		return;
	}
	bytes_appendf(out,
		"  %" PRIu64 " queries, %" PRIu64 " over TCP (%" PRIu64 " fallbacks), cookies %s",
		cli_json_number(resolver, "queries"), cli_json_number(resolver, "tcp_queries"),
		cli_json_number(resolver, "tcp_fallbacks"),
		cli_json_is_true(resolver, "cookies") ? "in use" : "not in use");
	if (cli_json_number(resolver, "replies") > 0) {
		bytes_appendf(out, "; replies in %.1f ms, at most %.0f ms",
			(double)cli_json_number(resolver, "average_us") / 1000,
			(double)cli_json_number(resolver, "slowest_us") / 1000);
	}
	json_object_foreach(errors, key, value)
	{
		uint64_t count = (uint64_t)json_integer_value(value);

		if (count > 0) {
			bytes_append_text(out, all == 0 ? "; errors: " : ", ");
			bytes_append_visible(out, str_view(key));
			bytes_appendf(out, " %" PRIu64, count);
			all += count;
		}
	}
	cli_lines_take(s, "", all > 0 ? CLI_DOUBT : CLI_PLAIN, out);
}

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
			bytes_append_text(out, ", ");
			duration_append_ms(out, cli_json_number(resolver, "rtt_us"));
			bytes_append_text(out, " ms");
		}
		cli_lines_take(s, i == 0 ? "Resolvers" : "", up ? CLI_PLAIN : CLI_BAD, out);
		print_resolver(s, resolver, out);
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
