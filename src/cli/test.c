/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/test.h"

#include "authz/described.h"
#include "authz/sync.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "cli/colour.h"
#include "cli/options.h"
#include "cli/request_args.h"
#include "config/case_file.h"
#include "dns/resolver/offline.h"
#include "explain/explain.h"

#include <stdio.h>
#include <string.h>

#define ARENA_CHUNK 16384

struct run {
	struct arena arena;
	struct config_cases cases;
	struct authz_given_cert *given; /* of each case */
	struct dns_zone *zone;          /* NULL: there is no name at all */
	struct authz_snapshot *snapshot;
	int64_t wall_s;
	bool colour;
};

static void read_given(struct run *run, struct diag *diag)
{
	run->given = arena_alloc(&run->arena, run->cases.count, sizeof(*run->given));
	if (run->given == NULL) {
		diag_error(diag, NULL, "out of memory");
		return;
	}
	for (size_t i = 0; i < run->cases.count; i++) {
		const struct config_case *c = &run->cases.items[i];
		struct authz_given_cert *given = &run->given[i];
		const char *why = NULL;

		if (c->cert.path != NULL) {
			why = cli_request_args_certificate(
				c->cert.path, &run->arena, &given->chain);
			if (why != NULL) {
				diag_error(diag, &c->cert.place, "%s: %s", c->cert.path, why);
			}
		}
		if (why == NULL && c->chain.path != NULL) {
			why = cli_request_args_intermediates(
				c->chain.path, &run->arena, &given->chain);
			if (why != NULL) {
				diag_error(diag, &c->chain.place, "%s: %s", c->chain.path, why);
			}
		}
		given->status = c->verify_status;
	}
}

static void read_zone(struct run *run, struct diag *diag)
{
	const char *path = run->cases.zone.path;

	if (path == NULL && run->snapshot != NULL) {
		path = run->snapshot->config->dns.static_zone;
	}
	if (path != NULL) {
		run->zone = dns_zone_load(path, diag);
	}
}

/* Everything that is wrong with either file is told in one run. */
static enum exit_code load(struct run *run, const char *config_path, const char *cases_path)
{
	enum exit_code code = EXIT_CODE_OK;
	struct diag config;
	struct diag cases;

	diag_init(&config);
	diag_init(&cases);
	run->snapshot = authz_snapshot_load_without_dns(config_path, &config);
	if (run->snapshot == NULL) {
		diag_print(&config, stderr);
		code = EXIT_CODE_CONFIG;
	}
	bool good = config_cases_read(cases_path, &run->arena, &run->cases, &cases);

	read_given(run, &cases);
	read_zone(run, &cases);
	if (!good || cases.errors > 0) {
		diag_print(&cases, stderr);
		code = code != EXIT_CODE_OK ? code : EXIT_CODE_USAGE;
	}
	diag_clear(&config);
	diag_clear(&cases);
	return code;
}

/* FILE:LINE, where FILE may lack its first folders, or the rule's text, with its key or without. */
static bool is_rule(const struct policy_rule *rule, struct str expected)
{
	static const char *const keys[] = {"allow = ", "deny = "};
	struct str place = policy_rule_place(rule);

	if (str_eq(expected, place) || str_eq(expected, policy_rule_text(rule))) {
		return true;
	}
	if (place.len > expected.len && expected.len > 0 &&
		place.data[place.len - expected.len - 1] == '/' &&
		str_eq(str_from(place, place.len - expected.len), expected)) {
		return true;
	}
	const char *key = keys[policy_rule_action(rule) == POLICY_ACTION_ALLOW ? 0 : 1];

	return str_starts_with(expected, key) &&
	       str_eq(str_from(expected, strlen(key)), policy_rule_text(rule));
}

/* A line of what was not as expected. */
static void differ(struct bytes *out, const char *what, struct str expected, struct str got)
{
	expected = expected.len > 0 ? expected : str_view("none");
	got = got.len > 0 ? got : str_view("none");
	bytes_appendf(out, "# %s: expected %.*s, got %.*s\n", what, (int)expected.len,
		expected.data, (int)got.len, got.data);
}

/*
 * Reasons that say more of the case than of the policy: one that names what is not configured, or
 * what no front end sends, is denied whatever the rules say.
 */
static bool is_of_the_case(enum policy_reason reason)
{
	return reason == POLICY_REASON_UNKNOWN_POLICY || reason == POLICY_REASON_NO_ADDRESS ||
	       reason == POLICY_REASON_BAD_ADDRESS || reason == POLICY_REASON_BAD_INPUT ||
	       reason == POLICY_REASON_DUPLICATE_INPUT || reason == POLICY_REASON_CERT_MALFORMED ||
	       reason == POLICY_REASON_INTERNAL;
}

static void compare(const struct config_case *c, const struct authz_decision *d, struct bytes *out)
{
	const char *verdict = authz_verdict_word(d->verdict);
	const char *reason = policy_reason_word(d->reason);
	struct str rule = d->rule != NULL ? policy_rule_place(d->rule) : (struct str){NULL, 0};

	if (strcmp(c->verdict, verdict) != 0) {
		differ(out, "verdict", str_view(c->verdict), str_view(verdict));
	}
	if (c->reason == NULL && is_of_the_case(d->reason)) {
		bytes_appendf(out, "# reason: got %s, which a case expects by reason = %s\n",
			reason, reason);
	}
	if (c->reason != NULL && strcmp(c->reason, reason) != 0) {
		differ(out, "reason", str_view(c->reason), str_view(reason));
	}
	if (c->rule.data != NULL &&
		(d->rule != NULL ? !is_rule(d->rule, c->rule) : c->rule.len > 0)) {
		differ(out, "rule", c->rule, rule);
	}
	if (c->hostname.data != NULL && !str_eq_nocase(c->hostname, d->hostname)) {
		differ(out, "hostname", c->hostname, d->hostname);
	}
	if (c->status != 0 && c->status != d->status) {
		bytes_appendf(out, "# status: expected %u, got %u\n", c->status, d->status);
	}
}

static void take_request(const struct run *run, size_t index, struct authz_request *request,
	struct str values[AUTHZ_INPUT_CERT])
{
	const struct config_case *c = &run->cases.items[index];

	values[AUTHZ_INPUT_REMOTE_ADDR] = c->ip;
	values[AUTHZ_INPUT_DOORWARD_POLICY] = c->policy;
	values[AUTHZ_INPUT_USER_AGENT] = c->user_agent;
	values[AUTHZ_INPUT_REQUEST_URI] = c->uri;
	values[AUTHZ_INPUT_REQUEST_METHOD] = c->method;
	values[AUTHZ_INPUT_HOST] = c->http_host;
	authz_described_inputs(&request->input, &run->snapshot->config->frontend, values);
	if (c->cert.path != NULL) {
		request->given_cert = &run->given[index];
	}
	request->given_agent = c->agent;
	request->wall_s = c->has_time ? c->wall_s : run->wall_s;
}

/* Decides the case; false if that could not be. `why` stays empty if all is as expected. */
static bool decide(const struct run *run, size_t index, struct bytes *why, struct bytes *explained)
{
	const struct config_case *c = &run->cases.items[index];
	struct dns_offline offline = {
		.failing = c->failing, .failing_count = c->failing_count, .all_fail = c->all_fail};
	struct authz_snapshot snapshot = {.config = run->snapshot->config,
		.stores = run->snapshot->stores,
		.networks = run->snapshot->networks};
	struct str values[AUTHZ_INPUT_CERT] = {{NULL, 0}};
	struct authz *a = authz_new();
	bool decided = false;
	struct explain explain;
	struct diag diag;

	diag_init(&diag);
	explain_init(&explain);
	snapshot.dns = dns_context_offline(&snapshot.config->dns, run->zone, &offline, &diag);
	if (a != NULL && snapshot.dns != NULL) {
		take_request(run, index, authz_request(a), values);
		authz_request(a)->trace = &explain.trace;
		decided = authz_decide_sync(a, &snapshot);
	}
	if (decided) {
		compare(c, authz_decision(a), why);
		explain_text(&explain, authz_decision(a), explained);
	}
	authz_free(a);
	explain_clear(&explain);
	dns_context_unref(snapshot.dns);
	diag_clear(&diag);
	return decided;
}

/* A # in a name would begin a directive of TAP. */
static void append_name(struct bytes *out, struct str name)
{
	struct str part;
	bool first = true;

	while (str_split_next(&name, '#', &part)) {
		bytes_append_text(out, first ? "" : "\\#");
		bytes_append_visible(out, part);
		first = false;
	}
}

/* True if the case ends as expected. */
static bool try_case(const struct run *run, size_t index)
{
	const struct config_case *c = &run->cases.items[index];
	struct bytes why;
	struct bytes explained;
	struct bytes line;

	bytes_init(&why, 0);
	bytes_init(&explained, 0);
	bool decided = decide(run, index, &why, &explained);
	bool passed = decided && why.len == 0 && !why.failed;

	bytes_init(&line, 0);
	append_name(&line, c->name);
	cli_colour_print(stdout, run->colour, passed ? CLI_GOOD : CLI_BAD,
		str_view(passed ? "ok" : "not ok"));
	printf(" %zu - %.*s\n", index + 1, (int)line.len,
		line.data != NULL ? (const char *)line.data : "");
	bytes_clear(&line);
	if (!decided) {
		puts("# out of memory or descriptors");
	} else if (!passed) {
		printf("# %s:%u\n%.*s", c->place.file, c->place.line, (int)why.len,
			(const char *)why.data);
		cli_colour_print_explained(stdout, run->colour, "#   ", bytes_view(&explained));
	}
	bytes_clear(&explained);
	bytes_clear(&why);
	return passed;
}

static enum exit_code try_all(const struct run *run)
{
	size_t failed = 0;

	printf("TAP version 13\n1..%zu\n", run->cases.count);
	for (size_t i = 0; i < run->cases.count; i++) {
		failed += !try_case(run, i);
	}
	printf("# %zu passed, %zu failed\n", run->cases.count - failed, failed);
	return failed == 0 ? EXIT_CODE_OK : EXIT_CODE_DENY;
}

static int test(const char *config_path, int argc, char **argv)
{
	static const struct option options[] = {{NULL, 0, NULL, 0}};
	struct run run = {.wall_s = clock_wall_s(), .colour = cli_colour_wanted(stdout)};

	if (cli_option_next(&cli_test, argc, argv, options, &config_path) == CLI_OPTION_BAD) {
		return EXIT_CODE_USAGE;
	}
	if (optind == argc) {
		return cli_usage_error(&cli_test, "the file of the cases is missing", NULL);
	}
	if (optind + 1 < argc) {
		return cli_usage_error(&cli_test, "unexpected argument", argv[optind + 1]);
	}
	arena_init(&run.arena, ARENA_CHUNK);
	enum exit_code code = load(&run, config_path, argv[optind]);

	if (code == EXIT_CODE_OK) {
		code = try_all(&run);
	}
	dns_zone_unref(run.zone);
	authz_snapshot_unref(run.snapshot);
	arena_clear(&run.arena);
	return code;
}

const struct cli_command cli_test = {
	.name = "test",
	.summary = "decide the cases of a file, without DNS, and compare",
	.usage = "doorward test [-c FILE] CASES",
	.detail =
		"Decides each case of CASES by the configuration, with names from a zone file, and"
		"\n"
		"prints in TAP 13 which end as expected.\n"
		"Exit status: 0 all do, 1 some do not, 64 bad usage or cases, 78 bad configuration."
		"\n",
	.run = test,
};
