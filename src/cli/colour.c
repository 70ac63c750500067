/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/colour.h"

#include "base/util.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

bool cli_colour_wanted(FILE *to)
{
	const char *force = getenv("CLICOLOR_FORCE");
	const char *term = getenv("TERM");

	if (is_set("NO_COLOR")) {
		return false;
	}
	if (force != NULL && force[0] != '\0' && strcmp(force, "0") != 0) {
		return true;
	}
	return isatty(fileno(to)) && term != NULL && strcmp(term, "dumb") != 0;
}

void cli_colour_print(FILE *to, bool wanted, enum cli_colour colour, struct str text)
{
	static const char *const begins[] = {
		[CLI_GOOD] = "\033[32m",
		[CLI_BAD] = "\033[31m",
		[CLI_DOUBT] = "\033[33m",
		[CLI_FAINT] = "\033[2m",
	};
	bool coloured = wanted && colour != CLI_PLAIN && text.len > 0;

	fprintf(to, "%s%.*s%s", coloured ? begins[colour] : "", (int)text.len,
		text.len > 0 ? text.data : "", coloured ? "\033[0m" : "");
}

/* How lines of explain_text begin and end. */
static const struct {
	const char *before; /* the line begins with it */
	const char *word;   /* what is coloured, directly after it */
	enum cli_colour colour;
} beginnings[] = {
	{"Decision     ", "allow", CLI_GOOD},
	{"Decision     ", "deny", CLI_BAD},
	{"Decision     ", "error", CLI_DOUBT},
	{"    ", "true", CLI_GOOD},
	{"    ", "false", CLI_BAD},
	{"    ", "unknown", CLI_DOUBT},
};
static const struct {
	const char *word; /* the line ends with it */
	enum cli_colour colour;
} endings[] = {
	{"holds", CLI_GOOD},
	{"does not hold", CLI_FAINT},
	{"is unknown", CLI_DOUBT},
	{"was not looked up", CLI_DOUBT},
};

static bool ends_with(struct str text, const char *end, size_t *at)
{
	size_t len = strlen(end);

	*at = text.len - len;
	return text.len >= len && memcmp(text.data + *at, end, len) == 0;
}

static void print_line(FILE *to, struct str line)
{
	for (size_t i = 0; i < ARRAY_LEN(beginnings); i++) {
		size_t at = strlen(beginnings[i].before);
		struct str rest = str_from(line, at < line.len ? at : line.len);

		if (str_starts_with(line, beginnings[i].before) &&
			str_starts_with(rest, beginnings[i].word)) {
			size_t len = strlen(beginnings[i].word);

			fputs(beginnings[i].before, to);
			cli_colour_print(
				to, true, beginnings[i].colour, (struct str){rest.data, len});
			cli_colour_print(to, true, CLI_PLAIN, str_from(rest, len));
			return;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t at;

		/* "  FILE:LINE: outcome" */
		if (str_starts_with(line, "  ") && !str_starts_with(line, "   ") &&
			ends_with(line, endings[i].word, &at) && at > 4 &&
			memcmp(line.data + at - 2, ": ", 2) == 0 &&
			ascii_is_digit(line.data[at - 3])) {
			cli_colour_print(to, true, CLI_PLAIN, (struct str){line.data, at});
			cli_colour_print(to, true, endings[i].colour, str_from(line, at));
			return;
		}
	}
	cli_colour_print(to, true, CLI_PLAIN, line);
}

void cli_colour_print_explained(FILE *to, bool wanted, const char *margin, struct str text)
{
	struct str line;

	while (text.len > 0 && str_split_next(&text, '\n', &line)) {
		size_t len = line.len > 0 ? strlen(margin) : strcspn(margin, " ");

		fprintf(to, "%.*s", (int)len, margin);
		if (wanted) {
			print_line(to, line);
		} else {
			cli_colour_print(to, false, CLI_PLAIN, line);
		}
		fputc('\n', to);
	}
}
