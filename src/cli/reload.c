/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/reload.h"

#include "authz/snapshot.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "base/util.h"
#include "cli/admin_client.h"
#include "cli/options.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define WAIT_MS 120000 /* large lists take a while */
#define ASK_EVERY_MS 50
#define NAME "doorward"

/* What the running process tells. */
struct running {
	pid_t pid;
	uint64_t reloads;
	bool failed; /* the last reload */
	struct bytes config;
	struct bytes findings;
};

static void running_init(struct running *r)
{
	*r = (struct running){.pid = 0};
	bytes_init(&r->config, 0);
	bytes_init(&r->findings, 0);
}

static void running_clear(struct running *r)
{
	bytes_clear(&r->config);
	bytes_clear(&r->findings);
}

static void take_text(struct bytes *out, const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	bytes_clear(out);
	bytes_append_text(out, value != NULL ? value : "");
}

/* False after the reason was appended to `why`. */
static bool ask(const struct cli_admin_place *place, struct running *out, struct bytes *why)
{
	struct bytes document;
	bool good = false;

	bytes_init(&document, 0);
	if (cli_admin_ask(place, "/status.json", &document, why)) {
		json_t *status = json_loadb((const char *)document.data, document.len, 0, NULL);
		const json_t *reload = json_object_get(status, "last_reload");

		out->pid = (pid_t)json_integer_value(json_object_get(status, "pid"));
		out->reloads = (uint64_t)json_integer_value(json_object_get(reload, "number"));
		out->failed = json_object_get(reload, "result") != NULL &&
			      strcmp(json_string_value(json_object_get(reload, "result")),
				      "failure") == 0;
		take_text(&out->config, status, "config");
		take_text(&out->findings, reload, "findings");
		good = out->pid > 0 && json_is_object(reload);
		if (!good) {
			bytes_append_text(why, "the response is not that of doorward\n");
		}
		json_decref(status);
	}
	bytes_clear(&document);
	return good;
}

/* False after the errors were printed. */
static bool check(const char *path)
{
	struct diag diag;

	diag_init(&diag);
	struct authz_snapshot *snapshot = authz_snapshot_load(path, NULL, &diag);

	if (snapshot == NULL) {
		diag_print(&diag, stderr);
		fprintf(stderr,
			"doorward: reload: %s has errors: nothing was changed, and what is in "
			"force still is\n",
			path);
	}
	authz_snapshot_unref(snapshot);
	diag_clear(&diag);
	return snapshot != NULL;
}

/*
 * A process in a container has another PID here, and that PID may be another process: so its name
 * is compared.
 */
static bool is_doorward(pid_t pid)
{
	char path[64];
	char name[32] = "";

	snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
	FILE *file = fopen(path, "re");

	if (file != NULL) {
		if (fgets(name, sizeof(name), file) == NULL) {
			name[0] = '\0';
		}
		fclose(file);
	}
	return strncmp(name, NAME, strlen(NAME)) == 0;
}

/* False after the reason was printed. */
static bool tell(pid_t pid)
{
	if (!is_doorward(pid)) {
		fprintf(stderr,
			"doorward: reload: there is no process %ld with the name doorward here: is "
			"it in a\ncontainer? Run the command there.\n",
			(long)pid);
		return false;
	}
	if (kill(pid, SIGHUP) != 0) {
		fprintf(stderr, "doorward: reload: the process %ld: %s%s\n", (long)pid,
			strerror(errno),
			errno == EPERM ? ": expected root, or the user of that process" : "");
		return false;
	}
	return true;
}

static void print_findings(const struct running *r)
{
	struct str rest = bytes_view(&r->findings);
	struct str line;

	while (rest.len > 0 && str_split_next(&rest, '\n', &line)) {
		struct bytes visible;

		bytes_init(&visible, 0);
		bytes_append_visible(&visible, line);
		fprintf(stderr, "%.*s%s", (int)visible.len,
			visible.len > 0 ? (const char *)visible.data : "",
			line.len > 0 ? "\n" : "");
		bytes_clear(&visible);
	}
}

static enum exit_code report(const struct running *r)
{
	print_findings(r);
	if (r->failed) {
		fprintf(stderr,
			"doorward: reload: PID %ld has refused it; what was in force still is\n",
			(long)r->pid);
		return EXIT_CODE_DENY;
	}
	printf("%.*s is in force (PID %ld)\n", (int)r->config.len,
		r->config.len > 0 ? (const char *)r->config.data : "", (long)r->pid);
	return EXIT_CODE_OK;
}

/* While a reload is under way, the process may take long to respond. */
static enum exit_code wait_for(const struct cli_admin_place *place, const struct running *before)
{
	const struct timespec pause = {.tv_nsec = ASK_EVERY_MS * 1000000L};
	uint64_t deadline = clock_ms() + WAIT_MS;
	enum exit_code code = EXIT_CODE_ERROR;
	struct running now;
	struct bytes why;

	running_init(&now);
	bytes_init(&why, 0);
	for (;;) {
		bytes_reset(&why, SIZE_MAX);
		if (ask(place, &now, &why) && now.reloads > before->reloads) {
			code = report(&now);
			break;
		}
		if (now.pid != 0 && now.pid != before->pid) {
			fprintf(stderr,
				"doorward: reload: PID %ld has taken over from PID %ld meanwhile\n",
				(long)now.pid, (long)before->pid);
			break;
		}
		if (clock_ms() >= deadline) {
			fprintf(stderr, "doorward: reload: no result in %d s; %.*s", WAIT_MS / 1000,
				(int)why.len,
				why.len > 0 ? (const char *)why.data : "see the log\n");
			break;
		}
		nanosleep(&pause, NULL);
	}
	bytes_clear(&why);
	running_clear(&now);
	return code;
}

static enum exit_code reload(const char *config_path)
{
	struct cli_admin_place place;
	struct running running;
	struct bytes why;
	enum exit_code code = EXIT_CODE_ERROR;

	cli_admin_find(config_path, &place);
	running_init(&running);
	bytes_init(&why, 0);
	if (!ask(&place, &running, &why)) {
		fprintf(stderr, "doorward: reload: %.*s", (int)why.len, (const char *)why.data);
	} else {
		/* A relative path is one of that process's folder. */
		const char *path = running.config.len > 0 && running.config.data[0] == '/' &&
						   bytes_append_u8(&running.config, '\0')
					   ? (const char *)running.config.data
					   : config_path;

		if (!check(path)) {
			code = EXIT_CODE_DENY;
		} else if (tell(running.pid)) {
			code = wait_for(&place, &running);
		}
	}
	bytes_clear(&why);
	running_clear(&running);
	return code;
}

static int run(const char *config_path, int argc, char **argv)
{
	static const struct option options[] = {{NULL, 0, NULL, 0}};

	if (cli_option_next(&cli_reload, argc, argv, options, &config_path) == CLI_OPTION_BAD) {
		return EXIT_CODE_USAGE;
	}
	if (optind < argc) {
		return cli_usage_error(&cli_reload, "unexpected argument", argv[optind]);
	}
	return reload(config_path);
}

const struct cli_command cli_reload = {
	.name = "reload",
	.summary = "check the configuration, and put it into force",
	.usage = "doorward reload [-c FILE]",
	.detail = "Finds the running process by its admin listener, checks its configuration here, "
		  "sends\n"
		  "SIGHUP, and waits for the result.\n"
		  "Exit status: 0 it is in force, 1 it has errors and nothing has changed, 2 the "
		  "process\n"
		  "cannot be reached, 64 bad usage.\n",
	.run = run,
};
