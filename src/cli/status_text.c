/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/status_text.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/duration.h"
#include "base/util.h"
#include "cli/colour.h"
#include "cli/status_configuration.h"
#include "cli/status_dns.h"
#include "cli/status_lines.h"
#include "cli/status_rates.h"

#include <inttypes.h>
#include <string.h>

#define FILES_SHOWN 8 /* the files that changed last; the others are counted */
#define ENDS_SHOWN 8
#define POLICIES_SHOWN 16
#define LISTENERS_SHOWN 8

static void print_process(const struct cli_lines *s, const json_t *status, struct bytes *out)
{
	bool ready = cli_json_is_true(status, "ready");

	bytes_append_visible(out, str_view(cli_json_text(status, "version")));
	bytes_appendf(out, ", PID %" PRIu64 ", %" PRIu64 " workers, up ",
		cli_json_number(status, "pid"), cli_json_number(status, "workers"));
	duration_append(out, cli_json_number(status, "uptime_s"));
	bytes_append_text(out, ready ? ", ready" : ", NOT READY: not every worker responds");
	cli_lines_take(s, "doorward", ready ? CLI_GOOD : CLI_BAD, out);
	if (cli_json_number(status, "log_lines_lost") > 0) {
		bytes_appendf(out, "%" PRIu64 " lines lost: its target does not take them in time",
			cli_json_number(status, "log_lines_lost"));
		cli_lines_take(s, "Log", CLI_DOUBT, out);
	}
}

static void print_listen(const struct cli_lines *s, const json_t *status, struct bytes *out)
{
	const json_t *listen = json_object_get(status, "listen");
	size_t count = json_array_size(listen);

	for (size_t i = 0; i < count && i < LISTENERS_SHOWN; i++) {
		const char *place = json_string_value(json_array_get(listen, i));

		bytes_append_text(out, i > 0 ? ", " : "");
		bytes_append_visible(out, str_view(place != NULL ? place : ""));
	}
	if (count > LISTENERS_SHOWN) {
		bytes_appendf(out, ", and %zu more", count - LISTENERS_SHOWN);
	}
	cli_lines_take(s, "Listens on", CLI_PLAIN, out);
}

static void add_verdicts(struct bytes *out, const json_t *object)
{
	bytes_appendf(out, "allow %" PRIu64 ", deny %" PRIu64 ", error %" PRIu64,
		cli_json_number(object, "allow"), cli_json_number(object, "deny"),
		cli_json_number(object, "error"));
}

static void print_policy(const struct cli_lines *s, const json_t *policy, struct bytes *out)
{
	const char *name = json_string_value(json_object_get(policy, "policy"));
	const json_t *reasons = json_object_get(policy, "reasons");

	bytes_append_visible(out, str_view(name != NULL ? name : "(no policy)"));
	bytes_append_text(out, ": ");
	add_verdicts(out, policy);
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const json_t *reason = json_array_get(reasons, i);

		bytes_append_text(out, i == 0 ? " (" : ", ");
		bytes_append_visible(out, str_view(cli_json_text(reason, "verdict")));
		bytes_append_text(out, " ");
		bytes_append_visible(out, str_view(cli_json_text(reason, "reason")));
		bytes_appendf(out, " %" PRIu64, cli_json_number(reason, "count"));
	}
	bytes_append_text(out, json_array_size(reasons) > 0 ? ")" : "");
	cli_lines_take(s, "  policy", CLI_PLAIN, out);
}

static void print_decisions(const struct cli_lines *s, const json_t *status, struct bytes *out)
{
	const json_t *decisions = json_object_get(status, "decisions");
	const json_t *policies = json_object_get(status, "policies");
	const json_t *recent = json_object_get(status, "recent");
	size_t count = json_array_size(policies);
	uint64_t all = cli_json_number(decisions, "allow") + cli_json_number(decisions, "deny") +
		       cli_json_number(decisions, "error");

	add_verdicts(out, decisions);
	bytes_append_text(out, ", from the cache ");
	cli_add_share(out, cli_json_number(decisions, "from_cache"), all);
	cli_lines_take(s, "Decisions", CLI_PLAIN, out);
	for (size_t i = 0; i < json_array_size(recent); i++) {
		const json_t *span = json_array_get(recent, i);
		double seconds = (double)cli_json_number(span, "ms") / 1000;

		/* In the first seconds there is only one span. */
		if (i > 0 && cli_json_number(span, "ms") ==
				     cli_json_number(json_array_get(recent, i - 1), "ms")) {
			continue;
		}
		double per = seconds > 0 ? 1 / seconds : 0;

		bytes_appendf(out, "allow %.1f/s, deny %.1f/s, error %.1f/s in the last %.0f s",
			(double)cli_json_number(span, "allow") * per,
			(double)cli_json_number(span, "deny") * per,
			(double)cli_json_number(span, "error") * per, seconds);
		cli_lines_take(s, "  now",
			cli_json_number(span, "error") > 0 ? CLI_DOUBT : CLI_PLAIN, out);
	}
	for (size_t i = 0; i < count && i < POLICIES_SHOWN; i++) {
		print_policy(s, json_array_get(policies, i), out);
	}
	if (count > POLICIES_SHOWN) {
		bytes_appendf(out, "%zu more: --json has all", count - POLICIES_SHOWN);
		cli_lines_take(s, "  policy", CLI_PLAIN, out);
	}
}

static void print_caches(const struct cli_lines *s, const json_t *status, struct bytes *out)
{
	const json_t *certificates = json_object_get(status, "certificates");
	uint64_t hits = cli_json_number(certificates, "cache_hits");

	cli_status_dns(s, json_object_get(status, "dns"), out);
	bytes_append_text(out, "; certificates: hits ");
	cli_add_share(out, hits, hits + cli_json_number(certificates, "cache_misses"));
	cli_lines_take(s, "Caches", CLI_PLAIN, out);
}

static void print_shared_names(const struct cli_lines *s, const json_t *names, struct bytes *out)
{
	bytes_appendf(out,
		"%" PRIu64 " used of %" PRIu64 " asked for, %" PRIu64 " not there, %" PRIu64
		" with a bad seal",
		cli_json_number(names, "hits"), cli_json_number(names, "asked"),
		cli_json_number(names, "misses"), cli_json_number(names, "forged"));
	cli_lines_take(
		s, "  names", cli_json_number(names, "forged") > 0 ? CLI_DOUBT : CLI_PLAIN, out);
}

static void print_shared_rates(const struct cli_lines *s, const json_t *shared, struct bytes *out)
{
	const json_t *leases = json_object_get(shared, "leases");
	const json_t *decided = json_object_get(shared, "rate_decisions");

	bytes_appendf(out,
		"leases: given %" PRIu64 ", refused %" PRIu64 ", not answered %" PRIu64
		"; requests: %" PRIu64 " by lease, %" PRIu64 " over by the store, %" PRIu64
		" in the share, %" PRIu64 " over it",
		cli_json_number(leases, "given"), cli_json_number(leases, "refused"),
		cli_json_number(leases, "unanswered"), cli_json_number(decided, "by_lease"),
		cli_json_number(decided, "by_refusal"), cli_json_number(decided, "in_share"),
		cli_json_number(decided, "over_share"));
	cli_lines_take(s, "  rates", CLI_PLAIN, out);
}

static void print_shared_bans(const struct cli_lines *s, const json_t *bans, struct bytes *out)
{
	const char *compared = cli_json_text(bans, "compared");

	bytes_appendf(out, "%" PRIu64 " known, %" PRIu64 " forged entries; last compared ",
		cli_json_number(bans, "known"), cli_json_number(bans, "forged"));
	if (compared[0] != '\0') {
		cli_lines_add_time(s, out, compared);
	} else {
		bytes_append_text(out, "never");
	}
	cli_lines_take(
		s, "  bans", cli_json_number(bans, "forged") > 0 ? CLI_DOUBT : CLI_PLAIN, out);
}

static void print_shared(const struct cli_lines *s, const json_t *shared, struct bytes *out)
{
	bool up = cli_json_is_true(shared, "up");

	if (!json_is_object(shared)) {
		return;
	}
	bytes_append_visible(out, str_view(cli_json_text(shared, "store")));
	if (up) {
		bytes_appendf(
			out, ": up, %" PRIu64 " machine(s)", cli_json_number(shared, "members"));
	} else {
		bytes_append_text(out, ": AWAY: ");
		bytes_append_visible(out, str_view(cli_json_text(shared, "detail")));
	}
	bytes_appendf(out, ", %" PRIu64 " questions, %" PRIu64 " not answered in time",
		cli_json_number(shared, "questions"), cli_json_number(shared, "timeouts"));
	cli_lines_take(s, "Store", up ? CLI_PLAIN : CLI_BAD, out);
	print_shared_names(s, json_object_get(shared, "names"), out);
	print_shared_rates(s, shared, out);
	print_shared_bans(s, json_object_get(shared, "bans"), out);
}

static void print_files(const struct cli_lines *s, const json_t *status, struct bytes *out)
{
	const json_t *files = json_object_get(status, "files");
	size_t count = json_array_size(files);

	for (size_t i = 0; i < count && i < FILES_SHOWN; i++) {
		const json_t *file = json_array_get(files, i);
		const char *modified = json_string_value(json_object_get(file, "modified"));
		bool optional = strcmp(cli_json_text(file, "kind"), "optional") == 0;

		bytes_append_visible(out, str_view(cli_json_text(file, "path")));
		bytes_append_text(out, ": ");
		if (modified != NULL) {
			bytes_append_text(out, "of ");
			cli_lines_add_time(s, out, modified);
		} else {
			bytes_append_text(out, optional ? "does not exist, and need not" : "GONE");
		}
		cli_lines_take(s, i == 0 ? "Files" : "",
			modified != NULL || optional ? CLI_PLAIN : CLI_DOUBT, out);
	}
	if (count > FILES_SHOWN) {
		bytes_appendf(out, "%zu more: --json has all", count - FILES_SHOWN);
		cli_lines_take(s, "", CLI_PLAIN, out);
	}
}

static void print_trust(const struct cli_lines *s, const json_t *certificates, struct bytes *out)
{
	const json_t *ends = json_object_get(certificates, "end_soon");
	size_t count = json_array_size(ends);

	if (cli_json_number(certificates, "bad_files") > 0) {
		bytes_appendf(out, "%" PRIu64 " files of certificates and CRLs cannot be used",
			cli_json_number(certificates, "bad_files"));
		cli_lines_take(s, "Trust", CLI_BAD, out);
	}
	for (size_t i = 0; i < count && i < ENDS_SHOWN; i++) {
		const json_t *end = json_array_get(ends, i);
		int64_t at_s = 0;
		bool parsed = clock_parse(str_view(cli_json_text(end, "ends")), &at_s);

		bytes_append_text(
			out, strcmp(cli_json_text(end, "kind"), "crl") == 0 ? "CRL of " : "");
		bytes_append_visible(out, str_view(cli_json_text(end, "name")));
		bytes_append_text(out, ": ");
		cli_lines_add_time(s, out, cli_json_text(end, "ends"));
		cli_lines_take(s, i == 0 ? "Ends soon" : "",
			parsed && at_s <= s->now_s ? CLI_BAD : CLI_DOUBT, out);
	}
	if (count > ENDS_SHOWN) {
		bytes_appendf(out, "%zu more: --json has all", count - ENDS_SHOWN);
		cli_lines_take(s, "", CLI_DOUBT, out);
	}
}

void cli_status_text(FILE *to, bool colours, const json_t *status)
{
	struct cli_lines s = {.to = to, .colours = colours};
	const json_t *connections = json_object_get(status, "connections");
	struct bytes out;

	if (!clock_parse(str_view(cli_json_text(status, "time")), &s.now_s)) {
		s.now_s = clock_wall_s();
	}
	bytes_init(&out, 0);
	print_process(&s, status, &out);
	cli_status_configuration(&s, status, &out);
	print_listen(&s, status, &out);
	bytes_appendf(&out, "FastCGI %" PRIu64 ", HTTP %" PRIu64,
		cli_json_number(connections, "fastcgi"), cli_json_number(connections, "http"));
	cli_lines_take(&s, "Connections", CLI_PLAIN, &out);
	print_decisions(&s, status, &out);
	print_caches(&s, status, &out);
	cli_status_rates(&s, json_object_get(status, "rates"), &out);
	print_shared(&s, json_object_get(status, "shared"), &out);
	print_files(&s, status, &out);
	print_trust(&s, json_object_get(status, "certificates"), &out);
	bytes_clear(&out);
}
