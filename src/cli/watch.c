/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/watch.h"

#include "base/exit_code.h"
#include "cli/admin_client.h"
#include "cli/colour.h"
#include "cli/options.h"
#include "cli/recent_line.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define ASK_EVERY_MS 300
#define SHOWN_FIRST "10"
#define SHOWN_MAX "2000" /* at a time */

struct watch {
	struct cli_admin_place place;
	const char *policy; /* NULL: any */
	bool denied;
	bool colours;
	struct bytes since; /* the place to go on from; empty: not asked yet */
	bool away;          /* the process did not answer, which was told */
};

/* As a value in a query. */
static void add_escaped(struct bytes *out, struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (ascii_is_alnum(value.data[i])) {
			bytes_append_u8(out, (uint8_t)value.data[i]);
		} else {
			bytes_appendf(out, "%%%02x", (unsigned)(uint8_t)value.data[i]);
		}
	}
}

static void write_target(const struct watch *w, struct bytes *out)
{
	bytes_append_text(out, "/recent.json?limit=");
	bytes_append_text(out, w->since.len > 0 ? SHOWN_MAX : SHOWN_FIRST);
	bytes_append_text(out, w->denied ? "&denied=1" : "");
	if (w->policy != NULL) {
		bytes_append_text(out, "&policy=");
		add_escaped(out, str_view(w->policy));
	}
	if (w->since.len > 0) {
		bytes_append_text(out, "&since=");
		add_escaped(out, bytes_view(&w->since));
	}
}

static void show(struct watch *w, const json_t *document)
{
	const json_t *recent = json_object_get(document, "recent");
	json_int_t left_out = json_integer_value(json_object_get(document, "left_out"));
	const char *end = json_string_value(json_object_get(document, "end"));

	if (left_out > 0) {
		printf("... %lld decisions came too fast to be looked at\n", (long long)left_out);
	}
	for (size_t i = json_array_size(recent); i > 0; i--) {
		cli_recent_line(stdout, w->colours, json_array_get(recent, i - 1));
	}
	bytes_reset(&w->since, SIZE_MAX);
	bytes_append_text(&w->since, end != NULL ? end : "");
}

/* Once; false after a message, if it makes no sense to go on. */
static bool ask(struct watch *w, struct bytes *target, struct bytes *document, struct bytes *why)
{
	write_target(w, target);
	bytes_append_u8(target, '\0');
	if (target->failed ||
		!cli_admin_ask(&w->place, (const char *)target->data, document, why)) {
		if (!w->away) {
			fprintf(stderr, "doorward: watch: %.*s", (int)why->len,
				(const char *)why->data);
			w->away = true;
		}
		return w->since.len > 0;
	}
	json_t *read = json_loadb((const char *)document->data, document->len,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

	if (!json_is_object(read)) {
		fputs("doorward: watch: the response is no JSON object\n", stderr);
		json_decref(read);
		return false;
	}
	w->away = false;
	show(w, read);
	json_decref(read);
	if (w->since.len == 0) {
		fputs("doorward: watch: the process keeps no recent decisions: [server] recent is 0"
		      "\n",
			stderr);
		return false;
	}
	return cli_is_written("watch");
}

/* False once the reader of standard output has gone. */
static bool wait_for_more(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	return poll(&out, 1, ASK_EVERY_MS) <= 0 || (out.revents & (POLLERR | POLLHUP)) == 0;
}

static enum exit_code follow(struct watch *w)
{
	struct bytes target;
	struct bytes document;
	struct bytes why;

	bytes_init(&target, 0);
	bytes_init(&document, 0);
	bytes_init(&why, 0);
	while (ask(w, &target, &document, &why) && wait_for_more()) {
		bytes_reset(&target, SIZE_MAX);
		bytes_reset(&document, SIZE_MAX);
		bytes_reset(&why, SIZE_MAX);
	}
	bytes_clear(&target);
	bytes_clear(&document);
	bytes_clear(&why);
	return EXIT_CODE_ERROR;
}

static int run(const char *config_path, int argc, char **argv)
{
	enum { POLICY = 256, DENIED };
	static const struct option options[] = {
		{"policy", required_argument, NULL, POLICY},
		{"denied", no_argument, NULL, DENIED},
		{NULL, 0, NULL, 0},
	};
	struct watch w = {.policy = NULL};
	int option;

	while ((option = cli_option_next(&cli_watch, argc, argv, options, &config_path)) !=
		CLI_OPTION_END) {
		switch (option) {
		case POLICY:
			w.policy = optarg;
			break;
		case DENIED:
			w.denied = true;
			break;
		default:
			return EXIT_CODE_USAGE;
		}
	}
	if (optind < argc) {
		return cli_usage_error(&cli_watch, "unexpected argument", argv[optind]);
	}
	cli_admin_find(config_path, &w.place);
	w.colours = cli_colour_wanted(stdout);
	bytes_init(&w.since, 0);
	enum exit_code code = follow(&w);

	bytes_clear(&w.since);
	return code;
}

const struct cli_command cli_watch = {
	.name = "watch",
	.summary = "follow the decisions of the running process",
	.usage = "doorward watch [-c FILE] [--policy NAME] [--denied]",
	.detail = "Prints the last decisions, and each further one, a line each: time (UTC), "
		  "verdict,\n"
		  "status, reason, policy, address, host name, what was asked, identifier. Asks "
		  "the admin\n"
		  "listener, as status does, until it is interrupted; waits for a process that is "
		  "started\n"
		  "again. --denied: all but the allowed ones.\n"
		  "Exit status: 2 the process cannot be asked, 64 bad usage.\n",
	.run = run,
};
