/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/log_search.h"

#include "base/file.h"
#include "cli/log_journal.h"
#include "cli/log_lines.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One search. */
struct search {
	struct str id;
	struct bytes *line; /* empty: not found yet */
	struct bytes *why;
	const char *compressed; /* a file that cannot be read as it is, NULL: none */
};

static bool is_found(const struct search *s)
{
	return s->line->len > 0;
}

static bool is_compressed(const char *path)
{
	static const char *const ends[] = {".gz", ".xz", ".zst", ".bz2", ".lz4"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (str_ends_with_nocase(str_view(path), str_view(ends[i]))) {
			return true;
		}
	}
	return false;
}

static void search_stream(struct search *s, const char *name, FILE *file)
{
	struct cli_log_lines lines;

	cli_log_lines_init(&lines, s->id);
	bool whole = cli_log_lines_read(&lines, file);

	if (lines.found.len > 0) {
		bytes_append_str(s->line, bytes_view(&lines.found));
	} else {
		bytes_appendf(s->why, "; it is not in %s (", name);
		cli_log_lines_describe(&lines, s->why);
		bytes_appendf(s->why, "%s%s)", whole ? "" : "; ", whole ? "" : strerror(errno));
	}
	cli_log_lines_clear(&lines);
}

static void search_file(struct search *s, const char *path)
{
	int fd = file_open(path);
	FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (file != NULL) {
		search_stream(s, path, file);
		fclose(file);
		return;
	}
	int error = errno;

	if (fd >= 0) {
		close(fd);
	}
	struct stat status;

	bytes_appendf(s->why, "; %s cannot be read: %s", path, file_error_text(path, false, error));
	if (error == EACCES) {
		bytes_append_text(s->why, stat(path, &status) == 0
						  ? " (root can, and the file's owner and group)"
						  : " (root can)");
	}
}

/* A path with the time of its last change. */
struct candidate {
	const char *path;
	int64_t changed_s;
};

static int newest_first(const void *a, const void *b)
{
	const struct candidate *left = a;
	const struct candidate *right = b;

	return (left->changed_s < right->changed_s) - (left->changed_s > right->changed_s);
}

/* A pattern for the names that logrotate gives: PATH.1, PATH-20261129; false: out of memory. */
static bool rotated_pattern(const char *path, struct bytes *out)
{
	for (; *path != '\0'; path++) {
		if (strchr("*?[\\", *path) != NULL) {
			bytes_append_u8(out, '\\');
		}
		bytes_append_u8(out, (uint8_t)*path);
	}
	bytes_append_text(out, "[.-]*");
	return bytes_append_u8(out, 0);
}

static void search_rotated(struct search *s, const glob_t *found)
{
	struct candidate *all = calloc(found->gl_pathc + 1, sizeof(*all));
	size_t count = 0;

	for (size_t i = 0; all != NULL && i < found->gl_pathc; i++) {
		struct stat status;

		if (is_compressed(found->gl_pathv[i])) {
			s->compressed = found->gl_pathv[i];
		} else if (stat(found->gl_pathv[i], &status) == 0 && S_ISREG(status.st_mode)) {
			all[count++] = (struct candidate){found->gl_pathv[i], status.st_mtime};
		}
	}
	if (count > 1) {
		qsort(all, count, sizeof(*all), newest_first);
	}
	for (size_t i = 0; i < count && !is_found(s); i++) {
		search_file(s, all[i].path);
	}
	free(all);
}

static void search_log_file(struct search *s, const char *path)
{
	glob_t found = {0};
	struct bytes pattern;

	search_file(s, path);
	bytes_init(&pattern, 0);
	if (!is_found(s) && rotated_pattern(path, &pattern) &&
		glob((const char *)pattern.data, 0, NULL, &found) == 0) {
		search_rotated(s, &found);
	}
	if (!is_found(s) && s->compressed != NULL) {
		bytes_appendf(s->why,
			"; compressed files such as %s were not read: unpack them into "
			"`doorward check --id %.*s --log -`",
			s->compressed, (int)s->id.len, s->id.data);
	}
	bytes_clear(&pattern);
	globfree(&found);
}

static void search_journal(struct search *s, enum log_target target)
{
	struct cli_log_lines lines;

	cli_log_lines_init(&lines, s->id);
	int error = cli_log_journal_search(&lines);

	if (lines.found.len > 0) {
		bytes_append_str(s->line, bytes_view(&lines.found));
	} else if (error == -EOPNOTSUPP) {
		bytes_append_text(s->why, "; this doorward is built without libsystemd and cannot "
					  "read the journal: pipe journalctl -u doorward -o cat "
					  "into it, with --log -");
	} else {
		bytes_append_text(s->why, "; it is not in the journal (");
		cli_log_lines_describe(&lines, s->why);
		bytes_appendf(s->why, " of doorward%s%s)", error < 0 ? "; " : "",
			error < 0 ? strerror(-error) : "");
		if (geteuid() != 0) {
			bytes_append_text(s->why, "; only root and the groups adm and "
						  "systemd-journal may read all of it");
		}
	}
	if (!is_found(s)) {
		bytes_appendf(s->why,
			"; [log] target is %s: if its lines go to a file, name it "
			"with --log FILE",
			target == LOG_TO_SYSLOG ? "syslog" : "stderr");
	}
	cli_log_lines_clear(&lines);
}

/* Appends why a decision may have no line. */
static void append_levels(const struct config_log *log, struct bytes *why)
{
	if (log->sink.level < LOG_LEVEL_INFO) {
		bytes_append_text(why, "; [log] level leaves out all decisions: they need info");
	} else if (log->decisions == CONFIG_DECISIONS_NONE) {
		bytes_append_text(why, "; [log] decisions = none: decisions have no lines");
	} else if (log->decisions == CONFIG_DECISIONS_DENIED) {
		bytes_append_text(why, "; [log] decisions = denied: clients that were let in have "
				       "no lines");
	}
}

bool cli_log_search(const struct config_log *log, struct str id, const char *path,
	struct bytes *line, struct bytes *why)
{
	struct search s = {.id = id, .line = line, .why = why};

	bytes_appendf(why, "no line with the identifier %.*s was found", (int)id.len, id.data);
	if (path != NULL && strcmp(path, "-") == 0) {
		search_stream(&s, "standard input", stdin);
	} else if (path != NULL) {
		search_file(&s, path);
	} else if (log->sink.target == LOG_TO_FILE) {
		search_log_file(&s, log->sink.path);
	} else {
		search_journal(&s, log->sink.target);
	}
	if (is_found(&s)) {
		why->len = 0;
		return true;
	}
	append_levels(log, why);
	return false;
}
