/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/util.h"
#include "page/html.h"
#include "page/parts_private.h"
#include "page/views_private.h"

static void write_client(const json_t *rate, const json_t *client, struct bytes *out)
{
	bool over = page_is_true(client, "over");

	bytes_append_text(out, "<tr>");
	page_cell(out, page_str(client, "client"));
	page_cell(out, page_str(rate, "policy"));
	bytes_append_text(out, "<td class=\"long\">");
	html_text(out, page_str(rate, "rule"));
	bytes_append_text(out, "</td>");
	page_cell_u64(out, page_number(client, "used"));
	page_cell_u64(out, page_number(rate, "limit"));
	bytes_append_text(out, over ? "<td class=\"n doubt\">" : "<td class=\"n\">");
	page_u64(out, page_number(client, "refused"));
	bytes_append_text(out, "</td></tr>\n");
}

void page_write_rates(const struct page_data *data, struct bytes *out)
{
	static const char *const columns[] = {
		"Client", "Policy", "Rule", "#Used", "#Limit", "#Refused"};
	const json_t *rates = json_object_get(data->status, "rates");
	const json_t *rate;
	const json_t *client;
	size_t i;
	size_t j;

	if (json_array_size(rates) == 0) {
		return;
	}
	page_section_open(out, "rates", "Clients near a rate", true);
	page_table_open(out, "Clients near a rate", columns, ARRAY_LEN(columns));
	json_array_foreach(rates, i, rate)
	{
		json_array_foreach(json_object_get(rate, "clients"), j, client)
		{
			write_client(rate, client, out);
		}
	}
	page_table_close(out);
	page_section_close(out);
}
