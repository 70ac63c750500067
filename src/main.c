/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/snapshot.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "cli/audit.h"
#include "cli/ban.h"
#include "cli/cgi.h"
#include "cli/check.h"
#include "cli/findings.h"
#include "cli/help.h"
#include "cli/import.h"
#include "cli/keys.h"
#include "cli/list.h"
#include "cli/log_level.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/reload.h"
#include "cli/status.h"
#include "cli/test.h"
#include "cli/top.h"
#include "cli/watch.h"
#include "daemon/daemon.h"
#include "daemon/inspect.h"
#include "doctor/doctor.h"
#include "http/head.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <assert.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <ldns/util.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pcre2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#define OPENSSL_SECONDS 5

static int print_version(void)
{
	char http[32];

	printf("doorward %s\n", DW_VERSION);
	printf("with %s, ldns %s, PCRE2 %d.%d, libuv %s, libfcgi, inih, jansson %s, %s%s%s%s\n",
		OpenSSL_version(OPENSSL_VERSION), LDNS_VERSION, PCRE2_MAJOR, PCRE2_MINOR,
		uv_version_string(), jansson_version_str(), http_head_library(http, sizeof(http)),
		DW_SYSTEMD ? ", libsystemd" : "", DW_PSL ? ", libpsl" : "",
		DW_SECCOMP ? ", libseccomp" : "");
	return EXIT_CODE_OK;
}

/* What the databases of [networks] say about themselves. */
static void print_networks(const struct authz_snapshot *snapshot)
{
	struct bytes text;

	bytes_init(&text, 0);
	authz_networks_describe(snapshot->networks, snapshot->config, &text);
	fprintf(stderr, "%.*s", (int)text.len, text.len > 0 ? (const char *)text.data : "");
	bytes_clear(&text);
}

/* -t and -T: load and check the configuration; -T also dumps it. */
static int examine(const char *config_path, bool dump)
{
	struct diag diag;
	struct cli_progress progress;
	struct authz_snapshot *snapshot;
	bool printed = true;

	diag_init(&diag);
	diag.progress = cli_progress_init(&progress, stderr);
	snapshot = authz_snapshot_load(config_path, NULL, &diag);
	if (snapshot != NULL && (!daemon_inspect(snapshot->config, &diag) ||
					!authz_snapshot_share(snapshot, NULL, &diag) ||
					!authz_snapshot_read_bans(snapshot, &diag))) {
		authz_snapshot_unref(snapshot);
		snapshot = NULL;
	}
	if (snapshot != NULL) {
		authz_networks_warn_of_age(
			snapshot->networks, snapshot->config, clock_wall_s(), &diag);
	}
	cli_findings_print(&diag);
	if (snapshot != NULL && !dump) {
		print_networks(snapshot);
	}
	if (snapshot != NULL && dump) {
		struct bytes out;

		bytes_init(&out, 0);
		config_dump(snapshot->config, &out);
		if (dns_context_watches(snapshot->dns)) {
			bytes_append_text(&out, "; name servers in use: ");
			dns_context_describe(snapshot->dns, &out);
			bytes_append_text(&out, "\n");
		}
		printed = cli_print("-T", &out);
		bytes_clear(&out);
	} else {
		fprintf(stderr, "doorward: %s: %zu error(s), %zu warning(s)\n", config_path,
			diag.errors, diag.warnings);
	}
	diag_clear(&diag);
	int code = !printed ? EXIT_CODE_ERROR : snapshot != NULL ? EXIT_CODE_OK : EXIT_CODE_DENY;

	authz_snapshot_unref(snapshot);
	return code;
}

/*
 * OpenSSL 3.2 and later wait for themselves, and would for ever, if they get no memory for their
 * first locks: SIGALRM ends the process then.
 */
static void begin_openssl(void)
{
	alarm(OPENSSL_SECONDS);
	ERR_clear_error();
	alarm(0);
}

/* Before the sandbox: OpenSSL reads its configuration, and loads the modules that it names. */
static int serve(const char *config_path, char *const *argv)
{
	struct cli_progress progress;

	(void)OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
	return daemon_run(config_path, argv, cli_progress_init(&progress, stderr));
}

/*
 * FastCGI 1.0, 2.2: an application may be started with standard descriptors closed. The next file
 * opened would get such a number, and log lines would be written into it.
 */
static bool open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) {
			return false;
		}
	}
	return true;
}

static int run_version(const char *config_path, int argc, char **argv)
{
	return print_version();
}

static int run_help(const char *config_path, int argc, char **argv);

static const struct cli_command serve_command = {
	.name = "serve",
	.summary = "serve in the foreground, as without a command",
	.usage = "doorward [serve] [-c FILE]",
	.detail =
		"Serves on the sockets of `listen`, or on those of systemd or spawn-fcgi; started "
		"by a\n"
		"web server as a CGI program, answers one request.\n"
		"Signals: HUP reads the configuration again, USR1 reopens the log, USR2 starts "
		"the\n"
		"installed program in place of this one, TERM ends after what is in flight.\n",
};
static const struct cli_command version_command = {
	.name = "version",
	.summary = "print the version, and the libraries that are built in",
	.usage = "doorward version",
	.detail = "The same as --version.\n",
	.run = run_version,
};
static const struct cli_command help_command = {
	.name = "help",
	.summary = "print this, or how a command is called",
	.usage = "doorward help [COMMAND]",
	.detail = "The same as --help, also behind a command.\n",
	.run = run_help,
};

static const struct cli_command *const all[] = {
	&serve_command,
	&cli_status,
	&cli_top,
	&cli_watch,
	&cli_reload,
	&cli_ban,
	&cli_unban,
	&cli_bans,
	&cli_log_level,
	&cli_check,
	&cli_test,
	&doctor_command,
	&cli_audit,
	&cli_list,
	&cli_keys,
	&cli_import_nginx,
	&cli_import_apache,
	&version_command,
	&help_command,
};
static_assert(ARRAY_LEN(all) <= CLI_COMMANDS_MAX, "the table of commands fits");
static const struct cli_commands commands = {all, ARRAY_LEN(all)};

static int run_help(const char *config_path, int argc, char **argv)
{
	return cli_help(&commands, argc, argv);
}

static bool is_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

/* The exit code of a command; EXIT_CODE_ERROR if what it printed is not whole. */
static int written(const char *name, int code)
{
	return code == EXIT_CODE_ERROR || cli_is_written(name) ? code : EXIT_CODE_ERROR;
}

static int run_command(const char *config_path, int argc, char **argv)
{
	const struct cli_command *command = cli_command_find(&commands, argv[0]);

	if (command == NULL && strchr(argv[0], '/') != NULL) {
		return cli_usage_error(
			NULL, "a configuration is named by -c FILE, or by -t FILE", argv[0]);
	}
	if (command == NULL) {
		return cli_help_unknown(&commands, argv[0]);
	}
	if (argc == 2 && is_help(argv[1])) {
		cli_help_print_command(command, stdout);
		return written(command->name, EXIT_CODE_OK);
	}
	if (command->run == NULL) {
		return cli_usage_error(
			command, "the options stand behind it: doorward serve -c FILE", NULL);
	}
	optind = 0;
	return written(command->name, command->run(config_path, argc, argv));
}

/* The options of doorward itself. */
struct arguments {
	const char *config_path; /* NULL: not given */
	int mode;                /* the last of -t, -T, -V and -h; 0: none */
	const char *wrong;       /* NULL: they are good */
};

static struct arguments read_options(int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	struct arguments a = {.config_path = NULL};
	int option;

	opterr = 0;
	while (a.wrong == NULL &&
		(option = getopt_long(argc, argv, "+:c:tThV", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			a.config_path = optarg;
			break;
		case 't':
		case 'T':
		case 'V':
		case 'h':
			a.mode = option;
			break;
		case ':':
			a.wrong = "a value is missing after";
			break;
		default:
			a.wrong = "there is no option";
			break;
		}
	}
	return a;
}

/* `rest`: the words behind -t or -T, at most the configuration. */
static int check_config(const struct arguments *a, int count, char **rest)
{
	if (count > 1 || (count == 1 && a->config_path != NULL)) {
		return cli_usage_error(NULL, "-t and -T expect one configuration, there is another",
			rest[count - 1]);
	}
	const char *path = count == 1 ? rest[0] : a->config_path;

	return examine(path != NULL ? path : cli_config_default, a->mode == 'T');
}

int main(int argc, char **argv)
{
	char *const *whole = argv;

	if (!open_standard_descriptors()) {
		return EXIT_CODE_ERROR;
	}
	begin_openssl();
	bool cgi = cli_cgi_wanted();

	if (argc > 1 && strcmp(argv[1], "serve") == 0 && !(argc == 3 && is_help(argv[2]))) {
		argc--;
		argv++;
	}
	struct arguments a = read_options(argc, argv);
	const char *config_path = a.config_path != NULL ? a.config_path : cli_config_default;

	/*
	 * A web server may make arguments out of the client's query, so a CGI program ignores its
	 * arguments and writes a response.
	 */
	if (cgi) {
		return cli_cgi_run(config_path, argc > 1);
	}
	if (a.wrong != NULL) {
		return cli_usage_error(NULL, a.wrong, argv[optind - 1]);
	}
	switch (a.mode) {
	case 'h':
		cli_help_print(&commands, stdout);
		return written("help", EXIT_CODE_OK);
	case 'V':
		return written("version", print_version());
	case 't':
	case 'T':
		return check_config(&a, argc - optind, argv + optind);
	default:
		return optind < argc ? run_command(config_path, argc - optind, argv + optind)
				     : serve(config_path, whole);
	}
}
