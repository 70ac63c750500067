/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "check.h"

#include "base/clock.h"
#include "exit_code.h"
#include "explain.h"
#include "given.h"
#include "single.h"

#include <getopt.h>
#include <stdio.h>

/* The request that the command line describes; strings are those of argv. */
struct question {
	struct str values[INPUT_CERT];
	const char *verify_status;
	const char *cert_path;
	const char *chain_path;
	int64_t wall_s;
	bool json;
};

static int usage(const char *what, const char *value)
{
	fprintf(stderr,
		"doorward: check: %s%s%s\n"
		"usage: doorward check [-c FILE] --ip ADDRESS [--cert FILE [--chain FILE]]\n"
		"       [--verify-status WORD] [--user-agent TEXT] [--uri TEXT] [--method TEXT]\n"
		"       [--http-host TEXT] [--policy NAME] [--at TIME] [--json]\n",
		what, value != NULL ? ": " : "", value != NULL ? value : "");
	return EXIT_CODE_USAGE;
}

static enum exit_code read_options(
	int argc, char **argv, const char **config_path, struct question *q)
{
	enum { AT = INPUT_CERT, CERT, CHAIN, STATUS, JSON };
	static const struct option options[] = {
		{"ip", required_argument, NULL, INPUT_REMOTE_ADDR},
		{"cert", required_argument, NULL, CERT},
		{"chain", required_argument, NULL, CHAIN},
		{"verify-status", required_argument, NULL, STATUS},
		{"user-agent", required_argument, NULL, INPUT_USER_AGENT},
		{"uri", required_argument, NULL, INPUT_REQUEST_URI},
		{"method", required_argument, NULL, INPUT_REQUEST_METHOD},
		{"http-host", required_argument, NULL, INPUT_HOST},
		{"policy", required_argument, NULL, INPUT_DOORWARD_POLICY},
		{"at", required_argument, NULL, AT},
		{"json", no_argument, NULL, JSON},
		{NULL, 0, NULL, 0},
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			*config_path = optarg;
			break;
		case AT:
			if (!clock_parse(str_view(optarg), &q->wall_s)) {
				return usage("--at expects an RFC 3339 time such as "
					     "2026-11-21T17:12:00Z, "
					     "not",
					optarg);
			}
			break;
		case CERT:
			q->cert_path = optarg;
			break;
		case CHAIN:
			q->chain_path = optarg;
			break;
		case STATUS:
			q->verify_status = optarg;
			break;
		case JSON:
			q->json = true;
			break;
		case '?':
			return usage("there is no option", argv[optind - 1]);
		case ':':
			return usage("a value is missing after", argv[optind - 1]);
		default:
			q->values[option] = str_view(optarg);
			break;
		}
	}
	if (optind < argc) {
		return usage("unexpected argument", argv[optind]);
	}
	if (q->values[INPUT_REMOTE_ADDR].data == NULL) {
		return usage("--ip ADDRESS is missing", NULL);
	}
	if (q->chain_path != NULL && q->cert_path == NULL) {
		return usage("--chain expects --cert FILE beside it", NULL);
	}
	return EXIT_CODE_OK;
}

/* False after saying which file is wrong. */
static bool read_chain(const struct question *q, struct arena *arena, struct cert_chain *out)
{
	const char *why = given_certificate(q->cert_path, arena, out);

	if (why != NULL) {
		fprintf(stderr, "doorward: check: --cert %s: %s\n", q->cert_path, why);
		return false;
	}
	why = q->chain_path != NULL ? given_intermediates(q->chain_path, arena, out) : NULL;
	if (why != NULL) {
		fprintf(stderr, "doorward: check: --chain %s: %s\n", q->chain_path, why);
	}
	return why == NULL;
}

static enum exit_code ask(
	struct authz *a, const struct question *q, const struct snapshot *snapshot)
{
	static const enum exit_code codes[] = {
		[AUTHZ_ALLOW] = EXIT_CODE_OK,
		[AUTHZ_DENY] = EXIT_CODE_DENY,
		[AUTHZ_ERROR] = EXIT_CODE_ERROR,
	};
	enum exit_code code = EXIT_CODE_ERROR;
	struct explain explain;
	struct bytes out;

	explain_init(&explain);
	bytes_init(&out, 0);
	if (single_decide(a, snapshot, q->wall_s, &explain.trace)) {
		code = codes[a->verdict];
		if (q->json) {
			explain_json(&explain, a, &out);
		} else {
			explain_text(&explain, a, &out);
		}
		fwrite(out.data, 1, out.len, stdout);
	} else {
		fputs("doorward: check: out of memory or descriptors\n", stderr);
	}
	bytes_clear(&out);
	explain_clear(&explain);
	return code;
}

static bool take_inputs(struct authz *a, const struct question *q, const struct config *config,
	struct authz_given *given)
{
	given_inputs(a, config, q->values);
	if (q->cert_path == NULL) {
		return true;
	}
	if (!read_chain(q, &a->arena, &given->chain)) {
		return false;
	}
	given->status = str_view(q->verify_status);
	a->given = given;
	return true;
}

int check_main(const char *config_path, int argc, char **argv)
{
	struct question q = {.wall_s = clock_wall_s()};
	enum exit_code code = read_options(argc, argv, &config_path, &q);
	struct authz_given given = {.chain = {.count = 0}};
	struct snapshot *snapshot;
	struct authz a;
	struct diag diag;

	if (code != EXIT_CODE_OK) {
		return code;
	}
	diag_init(&diag);
	snapshot = snapshot_load(config_path, NULL, &diag);
	if (snapshot == NULL) {
		diag_print(&diag, stderr);
		diag_clear(&diag);
		return EXIT_CODE_CONFIG;
	}
	diag_clear(&diag);
	authz_init(&a);
	code = take_inputs(&a, &q, snapshot->config, &given) ? ask(&a, &q, snapshot)
							     : EXIT_CODE_USAGE;
	authz_clear(&a);
	snapshot_unref(snapshot);
	return code;
}
