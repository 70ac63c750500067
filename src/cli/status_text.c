/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/status_text.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/util.h"
#include "cli/colour.h"

#include <inttypes.h>
#include <string.h>

#define LABEL_WIDTH 15
#define FILES_SHOWN 8 /* the files that changed last; the others are counted */
#define ENDS_SHOWN 8
#define POLICIES_SHOWN 16
#define LISTENERS_SHOWN 8

struct screen {
	FILE *to;
	bool colours;
	int64_t now_s;
};

/* Absent members are 0, "" and false. */
static uint64_t number(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value != NULL ? value : "";
}

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static void line(const struct screen *s, const char *label, enum cli_colour colour,
	const struct bytes *value)
{
	fprintf(s->to, "%-*s", LABEL_WIDTH, label);
	cli_colour_print(s->to, s->colours, colour, bytes_view(value));
	fputc('\n', s->to);
}

/* Prints the line, and empties *value. */
static void take(
	const struct screen *s, const char *label, enum cli_colour colour, struct bytes *value)
{
	line(s, label, colour, value);
	bytes_reset(value, SIZE_MAX);
}

/* The two largest units: "3 d 4 h". */
static void add_duration(struct bytes *out, uint64_t seconds)
{
	static const struct {
		uint64_t s;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(units) && seconds < units[i].s) {
		i++;
	}
	bytes_appendf(out, "%" PRIu64 " %s", seconds / units[i].s, units[i].unit);
	if (i + 1 < ARRAY_LEN(units) && seconds % units[i].s >= units[i + 1].s) {
		bytes_appendf(out, " %" PRIu64 " %s", seconds % units[i].s / units[i + 1].s,
			units[i + 1].unit);
	}
}

/* "TIME, 3 d ago" or "TIME, in 3 d". */
static void add_time(const struct screen *s, struct bytes *out, const char *time)
{
	int64_t at_s;

	bytes_append_visible(out, str_view(time));
	if (!clock_parse(str_view(time), &at_s)) {
		return;
	}
	bytes_append_text(out, at_s > s->now_s ? ", in " : ", ");
	add_duration(out, (uint64_t)(at_s > s->now_s ? at_s - s->now_s : s->now_s - at_s));
	bytes_append_text(out, at_s > s->now_s ? "" : " ago");
}

static void add_size(struct bytes *out, uint64_t size)
{
	if (size < (uint64_t)1 << 20) {
		bytes_appendf(out, "%" PRIu64 " KiB", size >> 10);
	} else {
		bytes_appendf(out, "%" PRIu64 " MiB", size >> 20);
	}
}

static void add_share(struct bytes *out, uint64_t part, uint64_t whole)
{
	if (whole == 0) {
		bytes_append_text(out, "-");
	} else {
		bytes_appendf(out, "%.0f %%", 100.0 * (double)part / (double)whole);
	}
}

static void print_process(const struct screen *s, const json_t *status, struct bytes *out)
{
	bool ready = is_true(status, "ready");

	bytes_append_visible(out, str_view(text(status, "version")));
	bytes_appendf(out, ", PID %" PRIu64 ", %" PRIu64 " workers, up ", number(status, "pid"),
		number(status, "workers"));
	add_duration(out, number(status, "uptime_s"));
	bytes_append_text(out, ready ? ", ready" : ", NOT READY: not every worker responds");
	take(s, "doorward", ready ? CLI_GOOD : CLI_BAD, out);
	if (number(status, "log_lines_lost") > 0) {
		bytes_appendf(out, "%" PRIu64 " lines lost: its target does not take them in time",
			number(status, "log_lines_lost"));
		take(s, "Log", CLI_DOUBT, out);
	}
}

static void print_configuration(const struct screen *s, const json_t *status, struct bytes *out)
{
	const json_t *configuration = json_object_get(status, "configuration");
	const json_t *reload = json_object_get(status, "last_reload");
	bool failed = strcmp(text(reload, "result"), "failure") == 0;
	struct str findings = str_view(text(reload, "findings"));
	struct str finding;

	bytes_append_visible(out, str_view(text(status, "config")));
	bytes_append_text(out, ", loaded ");
	add_time(s, out, text(configuration, "loaded"));
	take(s, "Configuration", CLI_PLAIN, out);
	if (number(reload, "number") == 0) {
		bytes_append_text(out, "none");
	} else {
		bytes_append_text(out, failed ? "FAILED " : "succeeded ");
		add_time(s, out, text(reload, "time"));
		bytes_append_text(out, failed ? "; what was in force still is" : "");
	}
	take(s, "Last reload", failed ? CLI_BAD : CLI_PLAIN, out);
	while (findings.len > 0 && str_split_next(&findings, '\n', &finding)) {
		if (finding.len > 0) {
			bytes_append_visible(out, finding);
			take(s, "", failed ? CLI_BAD : CLI_DOUBT, out);
		}
	}
}

static void print_listen(const struct screen *s, const json_t *status, struct bytes *out)
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
	take(s, "Listens on", CLI_PLAIN, out);
}

static void add_verdicts(struct bytes *out, const json_t *object)
{
	bytes_appendf(out, "allow %" PRIu64 ", deny %" PRIu64 ", error %" PRIu64,
		number(object, "allow"), number(object, "deny"), number(object, "error"));
}

static void print_policy(const struct screen *s, const json_t *policy, struct bytes *out)
{
	const char *name = json_string_value(json_object_get(policy, "policy"));
	const json_t *reasons = json_object_get(policy, "reasons");

	bytes_append_visible(out, str_view(name != NULL ? name : "(no policy)"));
	bytes_append_text(out, ": ");
	add_verdicts(out, policy);
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const json_t *reason = json_array_get(reasons, i);

		bytes_append_text(out, i == 0 ? " (" : ", ");
		bytes_append_visible(out, str_view(text(reason, "verdict")));
		bytes_append_text(out, " ");
		bytes_append_visible(out, str_view(text(reason, "reason")));
		bytes_appendf(out, " %" PRIu64, number(reason, "count"));
	}
	bytes_append_text(out, json_array_size(reasons) > 0 ? ")" : "");
	take(s, "  policy", CLI_PLAIN, out);
}

static void print_decisions(const struct screen *s, const json_t *status, struct bytes *out)
{
	const json_t *decisions = json_object_get(status, "decisions");
	const json_t *policies = json_object_get(status, "policies");
	const json_t *recent = json_object_get(status, "recent");
	size_t count = json_array_size(policies);
	uint64_t all =
		number(decisions, "allow") + number(decisions, "deny") + number(decisions, "error");

	add_verdicts(out, decisions);
	bytes_append_text(out, ", from the cache ");
	add_share(out, number(decisions, "from_cache"), all);
	take(s, "Decisions", CLI_PLAIN, out);
	for (size_t i = 0; i < json_array_size(recent); i++) {
		const json_t *span = json_array_get(recent, i);
		double seconds = (double)number(span, "ms") / 1000;

		/* In the first seconds there is only one span. */
		if (i > 0 && number(span, "ms") == number(json_array_get(recent, i - 1), "ms")) {
			continue;
		}
		double per = seconds > 0 ? 1 / seconds : 0;

		bytes_appendf(out, "allow %.1f/s, deny %.1f/s, error %.1f/s in the last %.0f s",
			(double)number(span, "allow") * per, (double)number(span, "deny") * per,
			(double)number(span, "error") * per, seconds);
		take(s, "  now", number(span, "error") > 0 ? CLI_DOUBT : CLI_PLAIN, out);
	}
	for (size_t i = 0; i < count && i < POLICIES_SHOWN; i++) {
		print_policy(s, json_array_get(policies, i), out);
	}
	if (count > POLICIES_SHOWN) {
		bytes_appendf(out, "%zu more: --json has all", count - POLICIES_SHOWN);
		take(s, "  policy", CLI_PLAIN, out);
	}
}

static void print_dns(const struct screen *s, const json_t *dns, struct bytes *out)
{
	const json_t *resolvers = json_object_get(dns, "resolvers");
	const json_t *cache = json_object_get(dns, "cache");
	uint64_t hits = number(cache, "hits");

	for (size_t i = 0; i < json_array_size(resolvers); i++) {
		const json_t *resolver = json_array_get(resolvers, i);
		bool up = is_true(resolver, "up");

		bytes_append_visible(out, str_view(text(resolver, "server")));
		bytes_append_text(out, !is_true(resolver, "asked") ? ": not asked yet"
				       : up                        ? ": up"
								   : ": DOWN");
		if (json_is_integer(json_object_get(resolver, "rtt_us"))) {
			bytes_appendf(out, ", %.1f ms", (double)number(resolver, "rtt_us") / 1000);
		}
		take(s, i == 0 ? "Resolvers" : "", up ? CLI_PLAIN : CLI_BAD, out);
	}
	bytes_appendf(out,
		"%" PRIu64 " queries, %" PRIu64 " without a reply in time, %" PRIu64
		" failed lookups, %" PRIu64 " in flight",
		number(dns, "queries"), number(dns, "timeouts"), number(dns, "failed_lookups"),
		number(dns, "queries_in_flight"));
	take(s, "DNS", CLI_PLAIN, out);
	bytes_append_text(out, "names: hits ");
	add_share(out, hits, hits + number(cache, "misses"));
	bytes_appendf(out, ", %" PRIu64 " entries, ", number(cache, "entries"));
	add_size(out, number(cache, "bytes"));
	bytes_append_text(out, " of ");
	add_size(out, number(cache, "max_bytes"));
}

static void print_caches(const struct screen *s, const json_t *status, struct bytes *out)
{
	const json_t *certificates = json_object_get(status, "certificates");
	uint64_t hits = number(certificates, "cache_hits");

	print_dns(s, json_object_get(status, "dns"), out);
	bytes_append_text(out, "; certificates: hits ");
	add_share(out, hits, hits + number(certificates, "cache_misses"));
	take(s, "Caches", CLI_PLAIN, out);
}

static void print_shared_names(const struct screen *s, const json_t *names, struct bytes *out)
{
	bytes_appendf(out,
		"%" PRIu64 " used of %" PRIu64 " asked for, %" PRIu64 " not there, %" PRIu64
		" with a bad seal",
		number(names, "hits"), number(names, "asked"), number(names, "misses"),
		number(names, "forged"));
	take(s, "  names", number(names, "forged") > 0 ? CLI_DOUBT : CLI_PLAIN, out);
}

static void print_shared_rates(const struct screen *s, const json_t *shared, struct bytes *out)
{
	const json_t *leases = json_object_get(shared, "leases");
	const json_t *decided = json_object_get(shared, "rate_decisions");

	bytes_appendf(out,
		"leases: given %" PRIu64 ", refused %" PRIu64 ", not answered %" PRIu64
		"; requests: %" PRIu64 " by lease, %" PRIu64 " over by the store, %" PRIu64
		" in the share, %" PRIu64 " over it",
		number(leases, "given"), number(leases, "refused"), number(leases, "unanswered"),
		number(decided, "by_lease"), number(decided, "by_refusal"),
		number(decided, "in_share"), number(decided, "over_share"));
	take(s, "  rates", CLI_PLAIN, out);
}

static void print_shared_bans(const struct screen *s, const json_t *bans, struct bytes *out)
{
	const char *compared = text(bans, "compared");

	bytes_appendf(out, "%" PRIu64 " known, %" PRIu64 " forged entries; last compared ",
		number(bans, "known"), number(bans, "forged"));
	if (compared[0] != '\0') {
		add_time(s, out, compared);
	} else {
		bytes_append_text(out, "never");
	}
	take(s, "  bans", number(bans, "forged") > 0 ? CLI_DOUBT : CLI_PLAIN, out);
}

static void print_shared(const struct screen *s, const json_t *shared, struct bytes *out)
{
	bool up = is_true(shared, "up");

	if (!json_is_object(shared)) {
		return;
	}
	bytes_append_visible(out, str_view(text(shared, "store")));
	if (up) {
		bytes_appendf(out, ": up, %" PRIu64 " machine(s)", number(shared, "members"));
	} else {
		bytes_append_text(out, ": AWAY: ");
		bytes_append_visible(out, str_view(text(shared, "detail")));
	}
	bytes_appendf(out, ", %" PRIu64 " questions, %" PRIu64 " not answered in time",
		number(shared, "questions"), number(shared, "timeouts"));
	take(s, "Store", up ? CLI_PLAIN : CLI_BAD, out);
	print_shared_names(s, json_object_get(shared, "names"), out);
	print_shared_rates(s, shared, out);
	print_shared_bans(s, json_object_get(shared, "bans"), out);
}

static void print_files(const struct screen *s, const json_t *status, struct bytes *out)
{
	const json_t *files = json_object_get(status, "files");
	size_t count = json_array_size(files);

	for (size_t i = 0; i < count && i < FILES_SHOWN; i++) {
		const json_t *file = json_array_get(files, i);
		const char *modified = json_string_value(json_object_get(file, "modified"));
		bool optional = strcmp(text(file, "kind"), "optional") == 0;

		bytes_append_visible(out, str_view(text(file, "path")));
		bytes_append_text(out, ": ");
		if (modified != NULL) {
			bytes_append_text(out, "of ");
			add_time(s, out, modified);
		} else {
			bytes_append_text(out, optional ? "does not exist, and need not" : "GONE");
		}
		take(s, i == 0 ? "Files" : "", modified != NULL || optional ? CLI_PLAIN : CLI_DOUBT,
			out);
	}
	if (count > FILES_SHOWN) {
		bytes_appendf(out, "%zu more: --json has all", count - FILES_SHOWN);
		take(s, "", CLI_PLAIN, out);
	}
}

static void print_trust(const struct screen *s, const json_t *certificates, struct bytes *out)
{
	const json_t *ends = json_object_get(certificates, "end_soon");
	size_t count = json_array_size(ends);

	if (number(certificates, "bad_files") > 0) {
		bytes_appendf(out, "%" PRIu64 " files of certificates and CRLs cannot be used",
			number(certificates, "bad_files"));
		take(s, "Trust", CLI_BAD, out);
	}
	for (size_t i = 0; i < count && i < ENDS_SHOWN; i++) {
		const json_t *end = json_array_get(ends, i);
		int64_t at_s = 0;
		bool parsed = clock_parse(str_view(text(end, "ends")), &at_s);

		bytes_append_text(out, strcmp(text(end, "kind"), "crl") == 0 ? "CRL of " : "");
		bytes_append_visible(out, str_view(text(end, "name")));
		bytes_append_text(out, ": ");
		add_time(s, out, text(end, "ends"));
		take(s, i == 0 ? "Ends soon" : "", parsed && at_s <= s->now_s ? CLI_BAD : CLI_DOUBT,
			out);
	}
	if (count > ENDS_SHOWN) {
		bytes_appendf(out, "%zu more: --json has all", count - ENDS_SHOWN);
		take(s, "", CLI_DOUBT, out);
	}
}

void cli_status_text(FILE *to, bool colours, const json_t *status)
{
	struct screen s = {.to = to, .colours = colours};
	const json_t *connections = json_object_get(status, "connections");
	struct bytes out;

	if (!clock_parse(str_view(text(status, "time")), &s.now_s)) {
		s.now_s = clock_wall_s();
	}
	bytes_init(&out, 0);
	print_process(&s, status, &out);
	print_configuration(&s, status, &out);
	print_listen(&s, status, &out);
	bytes_appendf(&out, "FastCGI %" PRIu64 ", HTTP %" PRIu64, number(connections, "fastcgi"),
		number(connections, "http"));
	take(&s, "Connections", CLI_PLAIN, &out);
	print_decisions(&s, status, &out);
	print_caches(&s, status, &out);
	print_shared(&s, json_object_get(status, "shared"), &out);
	print_files(&s, status, &out);
	print_trust(&s, json_object_get(status, "certificates"), &out);
	bytes_clear(&out);
}
