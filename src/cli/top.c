/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/top.h"

#include "base/exit_code.h"
#include "base/util.h"
#include "cli/admin_client.h"
#include "cli/colour.h"
#include "cli/curve.h"
#include "cli/options.h"
#include "cli/recent_line.h"
#include "cli/screen.h"
#include "cli/status_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ASK_EVERY_MS 2000
#define CURVE_MARGIN 37 /* columns before a curve */
#define CURVE_WIDTH 80  /* in a pipe */

struct top {
	struct cli_admin_place place;
	bool colours;
};

/* A document as an object; NULL after the reason was appended to `why`. */
static json_t *ask(const struct top *t, const char *target, struct bytes *why)
{
	struct bytes document;
	json_t *read = NULL;

	bytes_init(&document, 0);
	if (cli_admin_ask(&t->place, target, &document, why)) {
		read = json_loadb((const char *)document.data, document.len,
			JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
		if (!json_is_object(read)) {
			bytes_appendf(why, "%s: the response is no JSON object\n", target);
			json_decref(read);
			read = NULL;
		}
	}
	bytes_clear(&document);
	return read;
}

static void write_denied(const struct top *t, FILE *to, const json_t *document)
{
	const json_t *recent = json_object_get(document, "recent");

	for (size_t i = 0; i < json_array_size(recent); i++) {
		cli_recent_line(to, t->colours, json_array_get(recent, i));
	}
	fputs(json_array_size(recent) > 0 ? "\n" : "", to);
}

/* All that is shown, as lines; false with sentences in *why. */
static bool write_all(const struct top *t, FILE *to, size_t width, struct bytes *why)
{
	json_t *status = ask(t, "/status.json", why);
	json_t *history = status != NULL ? ask(t, "/history.json", why) : NULL;
	json_t *recent = history != NULL ? ask(t, "/recent.json?denied=1&limit=8", why) : NULL;

	if (recent != NULL) {
		cli_curves(to, t->colours, width, history);
		fputc('\n', to);
		write_denied(t, to, recent);
		cli_status_text(to, t->colours, status);
	}
	bool good = recent != NULL;

	json_decref(status);
	json_decref(history);
	json_decref(recent);
	return good;
}

static enum exit_code print_once(const struct top *t)
{
	struct bytes why;
	enum exit_code code = EXIT_CODE_OK;

	bytes_init(&why, 0);
	if (!write_all(t, stdout, CURVE_WIDTH, &why)) {
		fprintf(stderr, "doorward: top: %.*s", (int)why.len, (const char *)why.data);
		code = EXIT_CODE_ERROR;
	}
	bytes_clear(&why);
	return code == EXIT_CODE_OK && !cli_is_written("top") ? EXIT_CODE_ERROR : code;
}

/* What is there, or why it is not. */
static void draw(const struct top *t)
{
	size_t rows;
	size_t columns;
	size_t len = 0;
	char *text = NULL;
	struct bytes why;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL) {
		return;
	}
	bytes_init(&why, 0);
	cli_screen_size(&rows, &columns);
	if (!write_all(t, to, columns > CURVE_MARGIN ? columns - CURVE_MARGIN : 0, &why)) {
		fprintf(to, "%.*s", (int)why.len, (const char *)why.data);
	}
	if (fclose(to) == 0) {
		cli_screen_draw((struct str){text, len});
	}
	free(text);
	bytes_clear(&why);
}

static int run(const char *config_path, int argc, char **argv)
{
	static const struct option options[] = {{NULL, 0, NULL, 0}};
	struct cli_screen screen;
	struct top t;

	if (cli_option_next(&cli_top, argc, argv, options, &config_path) != CLI_OPTION_END) {
		return EXIT_CODE_USAGE;
	}
	if (optind < argc) {
		return cli_usage_error(&cli_top, "unexpected argument", argv[optind]);
	}
	cli_admin_find(config_path, &t.place);
	t.colours = cli_colour_wanted(stdout);
	if (!isatty(STDOUT_FILENO) || !cli_screen_open(&screen)) {
		return print_once(&t);
	}
	do {
		draw(&t);
	} while (cli_screen_wait(&screen, ASK_EVERY_MS) != CLI_SCREEN_END);
	cli_screen_close(&screen);
	return EXIT_CODE_OK;
}

const struct cli_command cli_top = {
	.name = "top",
	.summary = "watch the state of the running process",
	.usage = "doorward top [-c FILE]",
	.detail = "Shows, every two seconds until q is pressed: the last hour as curves, the "
		  "last\n"
		  "decisions that did not allow, and what status shows. Into a pipe or a file it "
		  "prints\n"
		  "this once.\n"
		  "Exit status: 0, 2 the process cannot be asked, 64 bad usage.\n",
	.run = run,
};
