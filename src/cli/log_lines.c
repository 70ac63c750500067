/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/log_lines.h"

#include "base/clock.h"
#include "explain/replay.h"

#include <stdlib.h>
#include <string.h>

#define START_MAX 64 /* bytes of a line that can have its time */

/* A copy of the start of a line, of which only the time is wanted. */
struct line_start {
	char text[START_MAX];
	size_t len;
};

void cli_log_lines_init(struct cli_log_lines *lines, struct str id)
{
	*lines = (struct cli_log_lines){
		.id = id, .first_s = CLI_LOG_TIME_UNKNOWN, .last_s = CLI_LOG_TIME_UNKNOWN};
	bytes_init(&lines->found, 0);
}

void cli_log_lines_clear(struct cli_log_lines *lines)
{
	bytes_clear(&lines->found);
}

bool cli_log_lines_take(struct cli_log_lines *lines, struct str line)
{
	lines->count++;
	/* A client can write any identifier into a header, so the fields are read, too. */
	if (line.len == 0 || memmem(line.data, line.len, lines->id.data, lines->id.len) == NULL ||
		!explain_replay_has_id(line, lines->id)) {
		return false;
	}
	return bytes_append_str(&lines->found, line);
}

/* As a log in a file has it: at the start of the line, or as the first member of JSON. */
static int64_t time_of(const struct line_start *start)
{
	static const char member[] = "{\"time\":\"";
	struct str text = {start->text, start->len};
	struct str word;
	int64_t time_s;

	if (str_starts_with(text, member)) {
		text = str_from(text, strlen(member));
		word = (struct str){text.data, str_find(text, '"')};
	} else {
		word = (struct str){text.data, str_find(text, ' ')};
	}
	return clock_parse(word, &time_s) ? time_s : CLI_LOG_TIME_UNKNOWN;
}

static void start_of(struct str line, struct line_start *start)
{
	start->len = line.len < sizeof(start->text) ? line.len : sizeof(start->text);
	memcpy(start->text, line.data, start->len);
}

bool cli_log_lines_read(struct cli_log_lines *lines, FILE *file)
{
	struct line_start start = {.len = 0};
	char *buffer = NULL;
	size_t room = 0;
	bool found = false;
	ssize_t len;

	while (!found && (len = getline(&buffer, &room, file)) >= 0) {
		struct str line = {buffer, (size_t)len};

		start_of(line, &start);
		if (lines->count == 0) {
			lines->first_s = time_of(&start);
		}
		found = cli_log_lines_take(lines, line);
	}
	lines->last_s = time_of(&start);
	free(buffer);
	return found || feof(file);
}

void cli_log_lines_describe(const struct cli_log_lines *lines, struct bytes *out)
{
	char first[CLOCK_TEXT_MAX];
	char last[CLOCK_TEXT_MAX];

	bytes_appendf(out, "%zu line%s", lines->count, lines->count == 1 ? "" : "s");
	if (lines->first_s != CLI_LOG_TIME_UNKNOWN && lines->last_s != CLI_LOG_TIME_UNKNOWN) {
		clock_format(lines->first_s, first);
		clock_format(lines->last_s, last);
		bytes_appendf(out, " from %s to %s", first, last);
	}
}
