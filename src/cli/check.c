/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/check.h"

#include "authz/described.h"
#include "authz/request_id.h"
#include "authz/sync.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "cli/colour.h"
#include "cli/log_search.h"
#include "cli/options.h"
#include "cli/request_args.h"
#include "explain/explain.h"
#include "explain/replay.h"

#include <stdio.h>
#include <string.h>

#define STDIN_CHUNK 4096
#define ARENA_CHUNK 1024

/* The request that the command line describes; strings are those of argv. */
struct request_args {
	struct str values[AUTHZ_INPUT_CERT];
	struct authz_fields fields; /* --header */
	unsigned twice;             /* bits 1 << enum authz_input_name: of these */
	struct str agent;           /* absent: the headers count */
	const char *verify_status;
	const char *cert_path;
	const char *chain_path;
	const char *log_line; /* with an id, the file to search; NULL: see `values` and `id` */
	struct str id;        /* of the line to find; absent: see `log_line` */
	struct explain_replay then; /* what the line says */
	int64_t wall_s;
	bool json;
};

static bool is_replay(const struct request_args *q)
{
	return q->log_line != NULL || q->id.data != NULL;
}

/* Checks that the options describe one complete request. */
static enum exit_code check_options(const struct request_args *q)
{
	if (!is_replay(q) && q->values[AUTHZ_INPUT_REMOTE_ADDR].data == NULL) {
		return cli_usage_error(
			&cli_check, "--ip ADDRESS, --log LINE or --id ID is missing", NULL);
	}
	for (size_t i = 0; is_replay(q) && i < AUTHZ_INPUT_CERT; i++) {
		if (q->values[i].data != NULL) {
			return cli_usage_error(&cli_check,
				q->id.data != NULL
					? "--id takes from the line what another option says, too"
					: "--log takes from the line what another option says, too",
				q->values[i].data);
		}
	}
	if (q->id.data != NULL && !authz_request_id_is_one(q->id)) {
		return cli_usage_error(&cli_check,
			"--id expects the 24 hexadecimal digits of X-Doorward-Id, in lower case, "
			"not",
			q->id.data);
	}
	if (q->chain_path != NULL && q->cert_path == NULL) {
		return cli_usage_error(&cli_check, "--chain expects --cert FILE beside it", NULL);
	}
	if (q->verify_status != NULL && q->cert_path == NULL) {
		return cli_usage_error(
			&cli_check, "--verify-status expects --cert FILE beside it", NULL);
	}
	return EXIT_CODE_OK;
}

/* The headers of a signature, and others that it may cover. */
static bool add_header(struct str text, struct request_args *q)
{
	static const struct {
		const char *name;
		enum authz_input_name input;
	} signature[] = {{"signature-input", AUTHZ_INPUT_SIGNATURE_INPUT},
		{"signature", AUTHZ_INPUT_SIGNATURE},
		{"signature-agent", AUTHZ_INPUT_SIGNATURE_AGENT}};
	struct str name = {text.data, str_find(text, ':')};
	struct str value = str_trim(str_from(text, name.len + 1));

	if (name.len == 0 || name.len == text.len) {
		return false;
	}
	authz_fields_add(&q->fields, name, value);
	for (size_t i = 0; i < ARRAY_LEN(signature); i++) {
		if (str_eq_nocase(name, str_view(signature[i].name))) {
			/* A second line is read from the fields. */
			q->twice |= q->values[signature[i].input].data != NULL
					    ? 1U << signature[i].input
					    : 0;
			q->values[signature[i].input] = value;
		}
	}
	return !q->fields.overflow;
}

static enum exit_code read_options(int argc, char **argv, const char **config_path,
	struct arena *arena, struct request_args *q)
{
	enum { AT = AUTHZ_INPUT_CERT, CERT, CHAIN, STATUS, HEADER, AGENT, LOG, ID, JSON };
	static const struct option options[] = {
		{"ip", required_argument, NULL, AUTHZ_INPUT_REMOTE_ADDR},
		{"cert", required_argument, NULL, CERT},
		{"chain", required_argument, NULL, CHAIN},
		{"verify-status", required_argument, NULL, STATUS},
		{"user-agent", required_argument, NULL, AUTHZ_INPUT_USER_AGENT},
		{"uri", required_argument, NULL, AUTHZ_INPUT_REQUEST_URI},
		{"method", required_argument, NULL, AUTHZ_INPUT_REQUEST_METHOD},
		{"http-host", required_argument, NULL, AUTHZ_INPUT_HOST},
		{"scheme", required_argument, NULL, AUTHZ_INPUT_REQUEST_SCHEME},
		{"header", required_argument, NULL, HEADER},
		{"agent", required_argument, NULL, AGENT},
		{"policy", required_argument, NULL, AUTHZ_INPUT_DOORWARD_POLICY},
		{"at", required_argument, NULL, AT},
		{"log", required_argument, NULL, LOG},
		{"id", required_argument, NULL, ID},
		{"json", no_argument, NULL, JSON},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = cli_option_next(&cli_check, argc, argv, options, config_path)) !=
		CLI_OPTION_END) {
		switch (option) {
		case AT:
			if (!clock_parse(str_view(optarg), &q->wall_s)) {
				return cli_usage_error(&cli_check,
					"--at expects an RFC 3339 time such as "
					"2026-11-21T17:12:00Z, not",
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
		case HEADER:
			if (!add_header(str_view(optarg), q)) {
				return cli_usage_error(&cli_check,
					"--header expects NAME: VALUE, at most 64 times, not",
					optarg);
			}
			break;
		case AGENT:
			if (!authz_described_agent(str_view(optarg), arena, &q->agent)) {
				return cli_usage_error(&cli_check,
					"--agent expects " AUTHZ_DESCRIBED_AGENT ", not", optarg);
			}
			break;
		case LOG:
			q->log_line = optarg;
			break;
		case ID:
			q->id = str_view(optarg);
			break;
		case JSON:
			q->json = true;
			break;
		case CLI_OPTION_BAD:
			return EXIT_CODE_USAGE;
		default:
			q->values[option] = str_view(optarg);
			break;
		}
	}
	if (optind < argc) {
		return cli_usage_error(&cli_check, "unexpected argument", argv[optind]);
	}
	return check_options(q);
}

/* False after reporting which file is wrong. */
static bool read_chain(const struct request_args *q, struct arena *arena, struct cert_chain *out)
{
	const char *why = cli_request_args_certificate(q->cert_path, arena, out);

	if (why != NULL) {
		fprintf(stderr, "doorward: check: --cert %s: %s\n", q->cert_path, why);
		return false;
	}
	why = q->chain_path != NULL ? cli_request_args_intermediates(q->chain_path, arena, out)
				    : NULL;
	if (why != NULL) {
		fprintf(stderr, "doorward: check: --chain %s: %s\n", q->chain_path, why);
	}
	return why == NULL;
}

static enum exit_code ask(
	struct authz *a, const struct request_args *q, struct authz_snapshot *snapshot)
{
	static const enum exit_code codes[] = {
		[AUTHZ_ALLOW] = EXIT_CODE_OK,
		[AUTHZ_DENY] = EXIT_CODE_DENY,
		[AUTHZ_ERROR] = EXIT_CODE_ERROR,
	};
	const struct explain_replay *then = is_replay(q) ? &q->then : NULL;
	enum exit_code code = EXIT_CODE_ERROR;
	struct explain explain;
	struct bytes out;

	explain_init(&explain);
	explain.has_store = config_has_store(snapshot->config);
	bytes_init(&out, 0);
	authz_request(a)->wall_s = q->wall_s;
	authz_request(a)->trace = &explain.trace;
	if (authz_decide_sync(a, snapshot)) {
		const struct authz_decision *decision = authz_decision(a);

		code = codes[decision->verdict];
		if (q->json) {
			explain_json(&explain, decision, then, &out);
		} else {
			explain_text(&explain, decision, &out);
			if (then != NULL) {
				explain_replay_text(then, decision, &out);
			}
		}
		if (q->json || out.failed) {
			code = cli_print("check", &out) ? code : EXIT_CODE_ERROR;
		} else {
			cli_colour_print_explained(
				stdout, cli_colour_wanted(stdout), "", bytes_view(&out));
			code = cli_is_written("check") ? code : EXIT_CODE_ERROR;
		}
	} else {
		fputs("doorward: check: out of memory or descriptors\n", stderr);
	}
	bytes_clear(&out);
	explain_clear(&explain);
	return code;
}

/* Reads a line, with its end, from standard input. */
static bool read_stdin(struct bytes *line)
{
	size_t got = 1;

	while (got > 0 && line->len <= EXPLAIN_REPLAY_LINE_MAX) {
		uint8_t *room = bytes_reserve(line, STDIN_CHUNK);

		if (room == NULL) {
			return false;
		}
		got = fread(room, 1, STDIN_CHUNK, stdin);
		line->len += got;
	}
	return !ferror(stdin);
}

/* The line that --log or --id names, into *line; false with sentences in *why. */
static bool fetch_line(const struct request_args *q, const struct config_log *log,
	struct bytes *line, struct bytes *why)
{
	if (q->id.data != NULL) {
		return cli_log_search(log, q->id, q->log_line, line, why);
	}
	if (strcmp(q->log_line, "-") != 0) {
		return bytes_append_text(line, q->log_line);
	}
	if (!read_stdin(line)) {
		bytes_append_text(why, "standard input cannot be read");
		return false;
	}
	return true;
}

/* False after reporting what is wrong with the line. */
static bool read_log_line(struct request_args *q, const struct config_log *log, struct arena *arena)
{
	struct bytes line;
	struct bytes why;

	bytes_init(&line, 0);
	bytes_init(&why, 0);
	bool found = fetch_line(q, log, &line, &why);
	bool good = found && explain_replay_read(bytes_view(&line), arena, &q->then, &why);

	if (good) {
		memcpy(q->values, q->then.values, sizeof(q->values));
	} else {
		if (found && q->id.data != NULL) {
			fwrite(line.data, 1, line.len, stdout);
			fputs(line.len > 0 && line.data[line.len - 1] == '\n' ? "" : "\n", stdout);
		}
		fprintf(stderr, "doorward: check: %s: %.*s\n",
			q->id.data != NULL ? "--id" : "--log", (int)why.len,
			(const char *)why.data);
	}
	bytes_clear(&line);
	bytes_clear(&why);
	return good;
}

/* Decides the request by the configuration. */
static enum exit_code decide(
	struct request_args *q, struct authz_snapshot *snapshot, struct arena *arena)
{
	struct authz_given_cert given = {.status = str_view(q->verify_status)};
	enum exit_code code = EXIT_CODE_USAGE;
	struct authz *a = authz_new();

	if (a == NULL) {
		fputs("doorward: check: out of memory or descriptors\n", stderr);
		return EXIT_CODE_ERROR;
	}
	if (q->cert_path == NULL || read_chain(q, arena, &given.chain)) {
		struct authz_request *request = authz_request(a);

		authz_described_inputs(&request->input, &snapshot->config->frontend, q->values);
		request->input.fields = &q->fields;
		request->input.duplicates |= q->twice;
		request->given_agent =
			is_replay(q) && q->agent.data == NULL ? q->then.agent : q->agent;
		request->given_cert = q->cert_path != NULL ? &given : NULL;
		code = ask(a, q, snapshot);
	}
	authz_free(a);
	return code;
}

static struct authz_snapshot *load(const char *config_path)
{
	struct authz_snapshot *snapshot;
	struct diag diag;

	diag_init(&diag);
	snapshot = authz_snapshot_load(config_path, NULL, &diag);
	if (snapshot != NULL && !authz_snapshot_read_bans(snapshot, &diag)) {
		authz_snapshot_unref(snapshot);
		snapshot = NULL;
	}
	if (snapshot == NULL) {
		diag_print(&diag, stderr);
	}
	diag_clear(&diag);
	return snapshot;
}

static enum exit_code check(const char *config_path, struct request_args *q, struct arena *arena)
{
	struct authz_snapshot *snapshot = load(config_path);
	enum exit_code code = EXIT_CODE_CONFIG;

	if (snapshot != NULL) {
		code = !is_replay(q) || read_log_line(q, &snapshot->config->log, arena)
			       ? decide(q, snapshot, arena)
			       : EXIT_CODE_USAGE;
	}
	authz_snapshot_unref(snapshot);
	return code;
}

static int run(const char *config_path, int argc, char **argv)
{
	struct request_args q = {.wall_s = clock_wall_s()};
	struct arena arena;

	arena_init(&arena, ARENA_CHUNK);
	enum exit_code code = read_options(argc, argv, &config_path, &arena, &q);

	if (code == EXIT_CODE_OK) {
		code = check(config_path, &q, &arena);
	}
	arena_clear(&arena);
	return code;
}

const struct cli_command cli_check = {
	.name = "check",
	.summary = "explain the decision about one client, step by step",
	.usage = "doorward check [-c FILE] --ip ADDRESS [--user-agent TEXT] [--uri TEXT]\n"
		 "               [--cert FILE [--chain FILE] [--verify-status WORD]]\n"
		 "               [--method TEXT] [--http-host TEXT] [--scheme WORD]\n"
		 "               [--header NAME:VALUE] [--agent URL] [--policy NAME] [--at TIME]\n"
		 "               [--json]\n"
		 "doorward check [-c FILE] --log LINE [--at TIME] [--json]\n"
		 "               [--cert FILE [--chain FILE] [--verify-status WORD]]\n"
		 "doorward check [-c FILE] --id ID [--log FILE] [--at TIME] [--json]\n"
		 "               [--cert FILE [--chain FILE] [--verify-status WORD]]",
	.detail =
		"Decides a request by the configuration and the real resolver. --log decides a "
		"line of\n"
		"the log again, with the same inputs, and says what differs; LINE is - for standard"
		"\n"
		"input. --id does so with the line whose response had that X-Doorward-Id, from "
		"the log\n"
		"of the configuration (a file or the journal), or from FILE.\n"
		"Exit status: 0 allow, 1 deny, 2 error, 64 bad usage, 78 bad configuration.\n",
	.run = run,
};
