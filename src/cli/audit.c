/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/audit.h"

#include "audit/ends.h"
#include "audit/report.h"
#include "authz/snapshot.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "cli/findings.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/progress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_STATE "-"

struct options {
	const char *config_path;
	const char *state_path; /* NULL: no state is read or written */
	const char *policy;     /* NULL: all */
	bool json;
	bool verbose;
};

static int read_options(int argc, char **argv, struct options *out)
{
	enum { STATE = 256, POLICY, JSON, VERBOSE };
	static const struct option options[] = {
		{"state", required_argument, NULL, STATE},
		{"policy", required_argument, NULL, POLICY},
		{"json", no_argument, NULL, JSON},
		{"verbose", no_argument, NULL, VERBOSE},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = cli_option_next(&cli_audit, argc, argv, options, &out->config_path)) !=
		CLI_OPTION_END) {
		switch (option) {
		case STATE:
			out->state_path = strcmp(optarg, NO_STATE) != 0 ? optarg : NULL;
			break;
		case POLICY:
			out->policy = optarg;
			break;
		case JSON:
			out->json = true;
			break;
		case VERBOSE:
			out->verbose = true;
			break;
		default:
			return EXIT_CODE_USAGE;
		}
	}
	return optind < argc ? cli_usage_error(&cli_audit, "unexpected argument", argv[optind])
			     : EXIT_CODE_OK;
}

static int fail(const char *path, const char *what, const char *wrong)
{
	fprintf(stderr, "doorward: audit: %s: %s: %s\n", path, what, wrong);
	return EXIT_CODE_ERROR;
}

/*
 * Prints the whole report, and returns its exit status. Without findings cron, which mails all
 * output, gets none.
 */
static int tell(const struct audit_report *report, const struct options *options)
{
	struct bytes out;
	int code = report->count > report->troubles ? EXIT_CODE_DENY
		   : report->troubles > 0           ? EXIT_CODE_ERROR
						    : EXIT_CODE_OK;

	bytes_init(&out, 0);
	if (options->json) {
		audit_report_json(report, &out);
	} else if (options->verbose || report->count > 0 || isatty(STDOUT_FILENO)) {
		audit_report_text(report, options->verbose, &out);
	}
	out.failed |= report->failed;
	if (!cli_print("audit", &out)) {
		code = EXIT_CODE_ERROR;
	}
	bytes_clear(&out);
	return code;
}

/* Reports which lists and CAs end soon, of this policy or of all. */
static void check_ends(const struct authz_snapshot *snapshot, const struct policy *policy,
	struct audit_report *report)
{
	struct audit_ends ends = {report, clock_wall_s()};

	if (policy == NULL) {
		authz_trust_stores_ends(snapshot->stores, ends.now_s, audit_check_end, &ends);
		return;
	}
	const struct cert_trust *trust = authz_trust_stores_of(snapshot->stores, policy);

	if (trust != NULL) {
		cert_trust_ends(trust, ends.now_s, audit_check_end, &ends);
	}
}

/* The folder of the default is made if it is missing; another folder may be a mistake. */
static const char *save(const char *path, const struct audit_state *state)
{
	const char *wrong = audit_state_save(path, state);
	const char *slash = strrchr(path, '/');
	char *folder = slash != NULL && slash > path ? strndup(path, (size_t)(slash - path)) : NULL;

	if (wrong != NULL && folder != NULL && access(folder, F_OK) != 0 && errno == ENOENT) {
		wrong = path == cli_audit_state_default && mkdir(folder, 0755) == 0
				? audit_state_save(path, state)
				: "its folder is missing (--state names another file, --state - "
				  "none)";
	}
	free(folder);
	return wrong;
}

/* No lookup is made, and nothing written, unless the previous state can be read. */
static int audit(const struct authz_snapshot *snapshot, const struct policy *policy,
	const struct options *options, struct arena *arena)
{
	struct audit_state old = {.name_count = 0};
	struct audit_state now;
	struct audit_survey survey;
	struct audit_report report;
	struct audit_plan plan;
	char time[CLOCK_TEXT_MAX];
	const char *path = options->state_path;
	const char *wrong = path != NULL ? audit_state_load(path, arena, &old) : NULL;

	if (wrong != NULL) {
		return fail(path, "cannot be used", wrong);
	}
	clock_format(clock_wall_s(), time);
	audit_plan_make(&plan, snapshot->config, policy, arena);

	struct cert_suffixes *suffixes = cert_suffixes_load();
	struct cli_progress progress;
	bool done = !plan.failed && audit_survey_run(&survey, &plan, snapshot->dns,
					    snapshot->config->dns.max_in_flight, suffixes,
					    cli_progress_init(&progress, stderr));

	cert_suffixes_free(suffixes);
	if (!done) {
		fputs("doorward: audit: out of memory or descriptors\n", stderr);
		return EXIT_CODE_ERROR;
	}
	audit_compare(&plan, &survey, &old, policy != NULL, &report, &now);
	now.time = str_view(time);
	check_ends(snapshot, policy, &report);

	int code = tell(&report, options);

	wrong = path != NULL && !report.failed ? save(path, &now) : NULL;
	return wrong != NULL ? fail(path, "cannot be written", wrong) : code;
}

static int run(const char *config_path, int argc, char **argv)
{
	struct options options = {
		.config_path = config_path, .state_path = cli_audit_state_default};
	const struct policy *policy = NULL;
	int code = read_options(argc, argv, &options);
	struct authz_snapshot *snapshot;
	struct cli_progress progress;
	struct arena arena;
	struct diag diag;

	if (code != EXIT_CODE_OK) {
		return code;
	}
	diag_init(&diag);
	diag.progress = cli_progress_init(&progress, stderr);
	snapshot = authz_snapshot_load(options.config_path, NULL, &diag);
	if (snapshot == NULL) {
		cli_findings_print(&diag);
		diag_clear(&diag);
		return EXIT_CODE_CONFIG;
	}
	diag_clear(&diag);
	arena_init(&arena, 65536);
	if (options.policy != NULL) {
		policy = config_policy(snapshot->config, str_view(options.policy));
	}
	code = options.policy != NULL && policy == NULL
		       ? cli_usage_error(&cli_audit, "there is no such policy", options.policy)
		       : audit(snapshot, policy, &options, &arena);
	arena_clear(&arena);
	authz_snapshot_unref(snapshot);
	return code;
}

const struct cli_command cli_audit = {
	.name = "audit",
	.summary = "look up the names that rules depend on, and compare",
	.usage = "doorward audit [-c FILE] [--state FILE] [--policy NAME] [--json]\n"
		 "               [--verbose]",
	.detail = "Reports names that do not exist, can be registered by others, or have changed "
		  "since\n"
		  "the last run, whose answers are in the state file.\n"
		  "Exit status: 0 no findings, 1 findings, 2 failed lookups, 64 bad usage, 78 bad\n"
		  "configuration.\n",
	.run = run,
};
