/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/status_rates.h"

#include <inttypes.h>

#define RATES_SHOWN 8
#define CLIENTS_SHOWN 4 /* of each */

static void print_rate(const struct cli_lines *s, const json_t *rate, bool first, struct bytes *out)
{
	const json_t *clients = json_object_get(rate, "clients");
	size_t count = json_array_size(clients);

	bytes_append_visible(out, str_view(cli_json_text(rate, "policy")));
	bytes_append_text(out, ": ");
	bytes_append_visible(out, str_view(cli_json_text(rate, "rule")));
	cli_lines_take(s, first ? "Near a rate" : "", CLI_PLAIN, out);
	for (size_t i = 0; i < count && i < CLIENTS_SHOWN; i++) {
		const json_t *client = json_array_get(clients, i);
		bool over = cli_json_is_true(client, "over");

		bytes_append_text(out, "  ");
		bytes_append_visible(out, str_view(cli_json_text(client, "client")));
		bytes_appendf(out, ": %" PRIu64 " of %" PRIu64 " in %" PRIu64 " s",
			cli_json_number(client, "used"), cli_json_number(rate, "limit"),
			cli_json_number(rate, "seconds"));
		if (over) {
			bytes_appendf(out, ", OVER: %" PRIu64 " refused",
				cli_json_number(client, "refused"));
		}
		cli_lines_take(s, "", over ? CLI_DOUBT : CLI_PLAIN, out);
	}
	if (count > CLIENTS_SHOWN) {
		bytes_appendf(out, "  %zu more: --json has all", count - CLIENTS_SHOWN);
		cli_lines_take(s, "", CLI_PLAIN, out);
	}
}

void cli_status_rates(const struct cli_lines *s, const json_t *rates, struct bytes *out)
{
	size_t count = json_array_size(rates);

	for (size_t i = 0; i < count && i < RATES_SHOWN; i++) {
		print_rate(s, json_array_get(rates, i), i == 0, out);
	}
	if (count > RATES_SHOWN) {
		bytes_appendf(out, "%zu more rates: --json has all", count - RATES_SHOWN);
		cli_lines_take(s, "", CLI_PLAIN, out);
	}
}
