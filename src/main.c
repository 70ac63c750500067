/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/snapshot.h"
#include "base/bytes.h"
#include "base/exit_code.h"
#include "cli/audit.h"
#include "cli/cgi.h"
#include "cli/check.h"
#include "cli/import.h"
#include "cli/list.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/test.h"
#include "daemon/daemon.h"
#include "daemon/inspect.h"
#include "http/head.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <ldns/util.h>
#include <openssl/crypto.h>
#include <pcre2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

struct command {
	const char *name;
	/* argv[0] is the name of the command */
	int (*run)(const char *config_path, int argc, char **argv);
};

static const struct command commands[] = {
	{"audit", cli_audit},
	{"check", cli_check},
	{"check-list", cli_list},
	{"test", cli_test},
	{"import-nginx", cli_import},
	{"import-apache", cli_import},
};

static int print_version(void)
{
	char http[32];

	printf("doorward %s\n", DW_VERSION);
	printf("with %s, ldns %s, PCRE2 %d.%d, libuv %s, libfcgi, inih, jansson %s, %s%s%s\n",
		OpenSSL_version(OPENSSL_VERSION), LDNS_VERSION, PCRE2_MAJOR, PCRE2_MINOR,
		uv_version_string(), jansson_version_str(), http_head_library(http, sizeof(http)),
		DW_SYSTEMD ? ", libsystemd" : "", DW_PSL ? ", libpsl" : "");
	return EXIT_CODE_OK;
}

/* -t and -T: load and check the configuration; -T also dumps it. */
static int examine(const char *config_path, bool dump)
{
	struct diag diag;
	struct authz_snapshot *snapshot;

	diag_init(&diag);
	snapshot = authz_snapshot_load(config_path, NULL, &diag);
	if (snapshot != NULL && !daemon_inspect(snapshot->config, &diag)) {
		authz_snapshot_unref(snapshot);
		snapshot = NULL;
	}
	diag_print(&diag, stderr);
	if (snapshot != NULL && dump) {
		struct bytes out;

		bytes_init(&out, 0);
		config_dump(snapshot->config, &out);
		if (dns_context_watches(snapshot->dns)) {
			bytes_append_text(&out, "; name servers in use: ");
			dns_context_describe(snapshot->dns, &out);
			bytes_append_text(&out, "\n");
		}
		fwrite(out.data, 1, out.len, stdout);
		bytes_clear(&out);
	} else {
		fprintf(stderr, "doorward: %s: %zu error(s), %zu warning(s)\n", config_path,
			diag.errors, diag.warnings);
	}
	diag_clear(&diag);
	int code = snapshot != NULL ? EXIT_CODE_OK : EXIT_CODE_DENY;

	authz_snapshot_unref(snapshot);
	return code;
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

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	char *const *whole = argv;
	const char *config_path = cli_config_default;
	const char *wrong = NULL;
	int mode = 0;
	int option;

	if (!open_standard_descriptors()) {
		return EXIT_CODE_ERROR;
	}
	bool cgi = cli_cgi_wanted();

	if (argc > 1 && strcmp(argv[1], "serve") == 0) {
		argc--;
		argv++;
	}
	opterr = 0;
	while (wrong == NULL && (option = getopt_long(argc, argv, "+:c:tT", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			config_path = optarg;
			break;
		case 't':
		case 'T':
		case 'V':
		case 'h':
			mode = option;
			break;
		case ':':
			wrong = "a value is missing after";
			break;
		default:
			wrong = "there is no option";
			break;
		}
	}
	/*
	 * A web server may make arguments out of the client's query, so a CGI program ignores its
	 * arguments and writes a response.
	 */
	if (cgi) {
		return cli_cgi_run(config_path, argc > 1);
	}
	if (wrong != NULL) {
		return cli_usage_error(NULL, wrong, argv[optind - 1]);
	}
	if (mode == 'h') {
		cli_usage_print(stdout);
		return EXIT_CODE_OK;
	}
	if (mode == 'V') {
		return print_version();
	}
	for (size_t i = 0; optind < argc && i < ARRAY_LEN(commands); i++) {
		int first = optind;

		if (strcmp(argv[first], commands[i].name) == 0) {
			optind = 0;
			return commands[i].run(config_path, argc - first, argv + first);
		}
	}
	if (optind < argc) {
		return cli_usage_error(NULL, "unexpected argument", argv[optind]);
	}
	return mode != 0 ? examine(config_path, mode == 'T') : daemon_run(config_path, whole);
}
