/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/progress.h"

#include "base/bytes.h"
#include "base/utf8.h"
#include "cli/colour.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS 80
#define COLUMNS_LEAST 20

static size_t columns_of(FILE *to)
{
	struct winsize size = {0};

	return ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS;
}

/* The end of a text that is too long for the line says more than its beginning: it is a path. */
static struct str last_of(struct str text, size_t max)
{
	size_t from = text.len > max ? text.len - max : 0;

	return str_from(text, utf8_next_start(text, from));
}

static void show(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct cli_progress *p = ctx;
	size_t columns = columns_of(p->to);
	struct bytes name;
	struct bytes line;

	if (columns < COLUMNS_LEAST) {
		return;
	}
	bytes_init(&name, 0);
	bytes_init(&line, 0);
	bytes_append_visible(&name, str_view(what));
	/* Beside "doorward: ", ": 100 %" and the last column, at which terminals wrap. */
	struct str shown = last_of(bytes_view(&name), columns - 18);

	bytes_appendf(&line, "doorward: %.*s: %u %%", (int)shown.len, shown.data,
		(unsigned)(done >= total ? 100 : done * 100 / total));
	fputc('\r', p->to);
	cli_colour_print(p->to, p->colour, CLI_FAINT, bytes_view(&line));
	for (size_t i = line.len; i < p->drawn; i++) {
		fputc(' ', p->to);
	}
	fflush(p->to);
	p->drawn = line.len;
	bytes_clear(&line);
	bytes_clear(&name);
}

static void ended(void *ctx, const char *what, uint64_t took_ms)
{
	struct cli_progress *p = ctx;

	if (p->drawn > 0) {
		fprintf(p->to, "\r%*s\r", (int)p->drawn, "");
		fflush(p->to);
		p->drawn = 0;
	}
}

struct progress *cli_progress_init(struct cli_progress *p, FILE *to)
{
	const char *term = getenv("TERM");

	*p = (struct cli_progress){.progress = {.show = show, .ended = ended, .ctx = p},
		.to = to,
		.colour = cli_colour_wanted(to)};
	return isatty(fileno(to)) && term != NULL && strcmp(term, "dumb") != 0 ? &p->progress
									       : NULL;
}
