/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/status_configuration.h"

#include <inttypes.h>
#include <string.h>

#define CHANGES_SHOWN 8

static void print_change(const struct cli_lines *s, const json_t *change, struct bytes *out)
{
	bool is_key = json_is_string(json_object_get(change, "key"));
	bool was = json_is_string(json_object_get(change, "before"));
	bool is = json_is_string(json_object_get(change, "after"));

	bytes_append_text(out, "[");
	bytes_append_visible(out, str_view(cli_json_text(change, "section")));
	bytes_append_text(out, "]");
	if (!is_key) {
		bytes_append_text(out, is ? " added" : " removed");
	} else {
		bytes_append_text(out, " ");
		bytes_append_visible(out, str_view(cli_json_text(change, "key")));
		bytes_append_text(out, !was ? ": added " : !is ? ": removed " : ": ");
		bytes_append_visible(out, str_view(cli_json_text(change, "before")));
		bytes_append_text(out, was && is ? " -> " : "");
		bytes_append_visible(out, str_view(cli_json_text(change, "after")));
	}
	cli_lines_take(s, "  changed", CLI_PLAIN, out);
}

static void print_changes(const struct cli_lines *s, const json_t *reload, struct bytes *out)
{
	const json_t *changes = json_object_get(reload, "changes");
	size_t shown = json_array_size(changes);
	uint64_t count = cli_json_number(reload, "change_count");

	shown = shown < CHANGES_SHOWN ? shown : CHANGES_SHOWN;
	for (size_t i = 0; i < shown; i++) {
		print_change(s, json_array_get(changes, i), out);
	}
	if (count > shown) {
		bytes_appendf(out, "%" PRIu64 " more", count - shown);
		cli_lines_take(s, "  changed", CLI_PLAIN, out);
	}
}

void cli_status_configuration(const struct cli_lines *s, const json_t *status, struct bytes *out)
{
	const json_t *configuration = json_object_get(status, "configuration");
	const json_t *reload = json_object_get(status, "last_reload");
	bool failed = strcmp(cli_json_text(reload, "result"), "failure") == 0;
	struct str findings = str_view(cli_json_text(reload, "findings"));
	struct str finding;

	bytes_append_visible(out, str_view(cli_json_text(status, "config")));
	bytes_append_text(out, ", loaded ");
	cli_lines_add_time(s, out, cli_json_text(configuration, "loaded"));
	cli_lines_take(s, "Configuration", CLI_PLAIN, out);
	if (cli_json_number(reload, "number") == 0) {
		bytes_append_text(out, "none");
	} else {
		bytes_append_text(out, failed ? "FAILED " : "succeeded ");
		cli_lines_add_time(s, out, cli_json_text(reload, "time"));
		bytes_append_text(out, failed ? "; what was in force still is" : "");
	}
	cli_lines_take(s, "Last reload", failed ? CLI_BAD : CLI_PLAIN, out);
	while (findings.len > 0 && str_split_next(&findings, '\n', &finding)) {
		if (finding.len > 0) {
			bytes_append_visible(out, finding);
			cli_lines_take(s, "", failed ? CLI_BAD : CLI_DOUBT, out);
		}
	}
	print_changes(s, reload, out);
}
