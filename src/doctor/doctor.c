/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/doctor.h"

#include "authz/snapshot.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "cli/options.h"
#include "daemon/inspect.h"
#include "dns/context.h"
#include "doctor/files.h"
#include "doctor/finding.h"
#include "doctor/nginx.h"
#include "doctor/nginx_index.h"
#include "doctor/nginx_source.h"
#include "doctor/resolver.h"
#include "doctor/sockets.h"
#include "import/source_files.h"

#include <errno.h>
#include <string.h>

#define ARENA_CHUNK 16384
#define STDIN_PATH "/dev/stdin"

struct options {
	const char *config_path;
	const char *nginx_path; /* NULL: no configuration of nginx is looked at */
	const char *user;       /* NULL: the one that nginx's configuration names */
};

/* The findings of one run; what a check has found is printed when it ends. */
struct run {
	const struct options *options;
	struct diag diag;
	struct arena arena;
	const struct import_node *nginx; /* NULL: none */
	struct bytes dump;               /* the text that nginx -T wrote */
	struct nginx_dump files;
};

static enum exit_code read_options(int argc, char **argv, struct options *out)
{
	enum { NGINX = 1, USER };
	static const struct option options[] = {
		{"nginx", required_argument, NULL, NGINX},
		{"user", required_argument, NULL, USER},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = cli_option_next(&doctor_command, argc, argv, options,
			&out->config_path)) != CLI_OPTION_END) {
		switch (option) {
		case NGINX:
			out->nginx_path = optarg;
			break;
		case USER:
			out->user = optarg;
			break;
		default:
			return EXIT_CODE_USAGE;
		}
	}
	if (optind < argc) {
		return cli_usage_error(&doctor_command, "unexpected argument", argv[optind]);
	}
	return EXIT_CODE_OK;
}

static void print(struct run *run)
{
	diag_print(&run->diag, stdout);
	bytes_reset(&run->diag.text, SIZE_MAX);
}

static struct authz_snapshot *look_at_configuration(struct run *run)
{
	const char *path = run->options->config_path;
	struct authz_snapshot *snapshot = authz_snapshot_load(path, NULL, &run->diag);
	const struct place place = {.file = path};

	if (snapshot != NULL && !daemon_inspect(snapshot->config, &run->diag)) {
		authz_snapshot_unref(snapshot);
		snapshot = NULL;
	}
	if (snapshot == NULL) {
		diag_error(&run->diag, &place,
			"doorward cannot start with it; the other checks need it, and are left "
			"out");
	} else {
		doctor_ok(&run->diag, path, "doorward can start with it");
	}
	print(run);
	return snapshot;
}

/* The output of nginx -T, or nginx.conf with the files that it includes. */
static void read_nginx(struct run *run)
{
	const char *path = run->options->nginx_path;
	struct import_node *root;
	bool unreadable;
	const struct place place = {.file = path};

	if (path == NULL) {
		return;
	}
	if (strcmp(path, "-") == 0) {
		path = STDIN_PATH;
	}
	const struct import_source files = import_source_files(path);
	const struct import_source *source = &files;

	if (!file_read_argument(path, IMPORT_MAX_OUTPUT, &run->dump, NULL)) {
		diag_error(&run->diag, &place, "expected a file that can be read: %s",
			strerror(errno));
		return;
	}
	if (nginx_dump_read(bytes_view(&run->dump), &run->arena, &run->files)) {
		source = &run->files.source;
		path = run->files.first;
	} else if (strcmp(path, STDIN_PATH) == 0) {
		diag_error(&run->diag, &place, "standard input: expected what nginx -T writes");
		return;
	}
	if (!import_nginx_parse(path, source, &run->arena, &run->diag, &root, &unreadable)) {
		return;
	}
	if (!nginx_index(root, &run->arena)) {
		diag_error(&run->diag, &place, "out of memory");
		return;
	}
	run->nginx = root;
}

/* The front end's user: the one named, nginx's, or the one of Debian's web servers. */
static const struct doctor_user *find_user(struct run *run, struct doctor_user *room)
{
	struct str of_nginx =
		run->nginx != NULL ? doctor_nginx_user(run->nginx) : (struct str){NULL, 0};
	struct str copy = arena_dup(&run->arena, of_nginx);
	const char *name = run->options->user != NULL ? run->options->user
			   : of_nginx.data != NULL    ? copy.data
						      : "www-data";
	const struct place place = {.file = "user"};

	if (name == NULL || doctor_user_find(name, room)) {
		return name != NULL ? room : NULL;
	}
	diag_warning(&run->diag, &place,
		"there is no user %s: whether the front end may connect is not known; --user names "
		"its user",
		name);
	return NULL;
}

static void look_at_resolvers(const struct authz_snapshot *snapshot, struct run *run)
{
	size_t count;
	const struct endpoint *servers = dns_context_upstreams(snapshot->dns, &count);

	for (size_t i = 0; i < count; i++) {
		char name[ENDPOINT_TEXT_MAX];
		char subject[ENDPOINT_TEXT_MAX + 16];
		const struct place place = {.file = subject};
		struct bytes why;
		uint64_t took_ms;

		endpoint_format(&servers[i], name);
		snprintf(subject, sizeof(subject), "name server %s", name);
		bytes_init(&why, 0);
		if (doctor_ask_resolver(&servers[i], &took_ms, &why)) {
			doctor_ok(&run->diag, subject, "it answered in %llu ms",
				(unsigned long long)took_ms);
		} else {
			diag_error(
				&run->diag, &place, "%.*s", (int)why.len, (const char *)why.data);
		}
		bytes_clear(&why);
		print(run);
	}
}

static void look_at_store(const struct authz_snapshot *snapshot, struct run *run)
{
	struct shared *shared;
	struct bytes why;
	uint64_t took_ms;

	if (!shared_load(snapshot->config, NULL, &shared, &run->diag) || shared == NULL) {
		print(run);
		return;
	}
	const char *where = store_status_where(shared_status(shared));
	struct str subject = arena_dup(&run->arena, str_view(where));
	const struct place place = {.file = subject.data};

	bytes_init(&why, 0);
	if (shared_try(shared, &took_ms, &why)) {
		doctor_ok(&run->diag, subject.data,
			"the store answered in %llu ms, timeout = %u ms",
			(unsigned long long)took_ms, snapshot->config->shared.store.timeout_ms);
	} else {
		diag_error(&run->diag, &place, "the store ([shared] server): %.*s", (int)why.len,
			(const char *)why.data);
	}
	bytes_clear(&why);
	shared_unref(shared);
	print(run);
}

static void look_at_nginx(const struct authz_snapshot *snapshot, struct run *run)
{
	size_t before = run->diag.errors + run->diag.warnings;
	const struct place place = {.file = run->options->nginx_path};

	if (run->nginx == NULL) {
		return;
	}
	size_t asked = doctor_look_at_nginx(run->nginx, snapshot->config, &run->diag);

	if (asked == 0) {
		diag_warning(&run->diag, &place,
			"doorward is asked nowhere: expected auth_request and a location with "
			"fastcgi_pass, or doorward's module");
	} else if (before == run->diag.errors + run->diag.warnings) {
		doctor_ok(&run->diag, run->options->nginx_path, "no mistake was found");
	}
	print(run);
}

static void look_at_all(struct run *run)
{
	struct authz_snapshot *snapshot = look_at_configuration(run);
	struct doctor_user room;

	if (snapshot == NULL) {
		return;
	}
	read_nginx(run);
	doctor_look_at_sockets(snapshot->config, run->nginx, find_user(run, &room), &run->diag);
	print(run);
	look_at_resolvers(snapshot, run);
	look_at_store(snapshot, run);
	doctor_look_at_files(snapshot, &run->diag);
	print(run);
	look_at_nginx(snapshot, run);
	authz_snapshot_unref(snapshot);
}

static int run_doctor(const char *config_path, int argc, char **argv)
{
	struct options options = {.config_path = config_path};
	enum exit_code code = read_options(argc, argv, &options);
	struct run run = {.options = &options};

	if (code != EXIT_CODE_OK) {
		return code;
	}
	arena_init(&run.arena, ARENA_CHUNK);
	bytes_init(&run.dump, IMPORT_MAX_OUTPUT);
	diag_init(&run.diag);
	look_at_all(&run);
	print(&run);
	code = run.diag.errors + run.diag.warnings > 0 ? EXIT_CODE_DENY : EXIT_CODE_OK;
	diag_clear(&run.diag);
	bytes_clear(&run.dump);
	arena_clear(&run.arena);
	return code;
}

const struct cli_command doctor_command = {
	.name = "doctor",
	.summary = "look for what keeps doorward from working",
	.usage = "doorward doctor [-c FILE] [--nginx FILE] [--user NAME]",
	.detail =
		"Checks the configuration, whether the front end's user may connect to the sockets "
		"and\n"
		"doorward answers there, the name servers, the store of [shared], the age of "
		"lists, and\n"
		"the ends of CRLs and CA certificates. --nginx looks for mistakes in nginx.conf, "
		"or in\n"
		"the output of nginx -T (- for standard input). --user is the front end's user: "
		"nginx's\n"
		"own, else www-data.\n"
		"Exit status: 0 nothing was found, 1 errors or warnings, 64 bad usage.\n",
	.run = run_doctor,
};
