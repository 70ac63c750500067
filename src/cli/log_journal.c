/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/log_journal.h"

#include "base/clock.h"
#include "explain/replay.h"

#include <errno.h>

#if DW_SYSTEMD
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-journal.h>

#define SECOND_US 1000000

/* The message of the current entry, after its name and "="; absent if it has none. */
static struct str message_of(sd_journal *journal)
{
	static const char name[] = "MESSAGE=";
	const void *data;
	size_t len;

	if (sd_journal_get_data(journal, "MESSAGE", &data, &len) < 0) {
		return (struct str){NULL, 0};
	}
	return str_from(str_from_bytes(data, len), sizeof(name) - 1);
}

/* Takes the entries of the present match, the newest first. */
static int take_entries(sd_journal *journal, struct cli_log_lines *lines)
{
	int more = sd_journal_seek_tail(journal);

	while (more >= 0 && (more = sd_journal_previous(journal)) > 0) {
		uint64_t time_us = 0;
		int error = sd_journal_get_realtime_usec(journal, &time_us);

		if (error < 0) {
			return error;
		}
		lines->first_s = (int64_t)(time_us / SECOND_US);
		if (lines->last_s == CLI_LOG_TIME_UNKNOWN) {
			lines->last_s = lines->first_s;
		}
		if (cli_log_lines_take(lines, message_of(journal))) {
			return 0;
		}
	}
	return more;
}

/* Puts the time of the entry before the line, as it stands in a file. */
static bool put_time(struct cli_log_lines *lines)
{
	struct bytes line;
	char when[CLOCK_TEXT_MAX];

	clock_format(lines->first_s, when);
	bytes_init(&line, 0);
	bytes_appendf(&line, "%s ", when);
	bytes_append_str(&line, bytes_view(&lines->found));
	bytes_clear(&lines->found);
	lines->found = line;
	return !line.failed;
}

static int search(sd_journal *journal, const char *match, struct cli_log_lines *lines)
{
	int error = 0;

	if (lines->found.len == 0) {
		sd_journal_flush_matches(journal);
		error = sd_journal_add_match(journal, match, 0);
		if (error >= 0) {
			error = take_entries(journal, lines);
		}
	}
	return error;
}

int cli_log_journal_search(struct cli_log_lines *lines)
{
	static const char field[] = "_EXE="; /* which the journal itself adds */
	char own[sizeof(field) + PATH_MAX];
	sd_journal *journal = NULL;
	int error = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY);
	char *program = realpath("/proc/self/exe", NULL);

	if (error >= 0) {
		error = sd_journal_set_data_threshold(journal, EXPLAIN_REPLAY_LINE_MAX);
	}
	if (error >= 0) {
		error = search(journal, "_SYSTEMD_UNIT=doorward.service", lines);
	}
	if (error >= 0 && program != NULL) {
		snprintf(own, sizeof(own), "%s%s", field, program);
		error = search(journal, own, lines);
	}
	free(program);
	sd_journal_close(journal);
	if (error >= 0 && lines->found.len > 0 && !put_time(lines)) {
		error = -ENOMEM;
	}
	return error < 0 ? error : 0;
}

#else

int cli_log_journal_search(struct cli_log_lines *lines)
{
	(void)lines;
	return -EOPNOTSUPP;
}

#endif
