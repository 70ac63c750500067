/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/list.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct list {
	FILE *file;
	struct place place;
	struct diag *diag;
	uint64_t size; /* bytes of the file */
	uint64_t done;
	size_t len;
	char line[POLICY_LIST_LINE_MAX];
};

enum got { GOT_LINE, GOT_END, GOT_BAD };

FILE *policy_list_open(
	const char *path, const struct place *from, const char *expected, struct diag *diag)
{
	int fd = file_open(path);
	FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (file != NULL) {
		return file;
	}
	if (errno == ESPIPE || errno == EISDIR) {
		diag_error(diag, from, "%s is not a regular file: expected %s", path, expected);
	} else {
		diag_error(diag, from, "cannot read %s: %s", path,
			file_error_text(path, false, errno));
	}
	if (fd >= 0) {
		close(fd);
	}
	return NULL;
}

/* A line that cannot be text ends the reading: all later lines would be errors, too. */
static enum got next_line(struct list *l)
{
	int c;

	l->len = 0;
	l->place.line++;
	while ((c = getc_unlocked(l->file)) != EOF && c != '\n') {
		if (c == '\0') {
			diag_error(
				l->diag, &l->place, "a NUL byte: expected text, one value a line");
			return GOT_BAD;
		}
		if (l->len == sizeof(l->line)) {
			diag_error(l->diag, &l->place,
				"the line is longer than %d bytes: expected one value",
				POLICY_LIST_LINE_MAX);
			return GOT_BAD;
		}
		l->line[l->len++] = (char)c;
	}
	if (c == EOF && ferror(l->file) != 0) {
		diag_error(l->diag, &l->place, "cannot be read: %s", strerror(errno));
		return GOT_BAD;
	}
	l->done += l->len + 1;
	return c == EOF && l->len == 0 ? GOT_END : GOT_LINE;
}

static uint64_t size_of(FILE *file)
{
	struct stat st;

	return fstat(fileno(file), &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

static struct str value_of_line(const struct list *l)
{
	struct str line = {l->line, l->len};

	if (l->place.line == 1 && str_starts_with(line, "\xef\xbb\xbf")) {
		line = str_from(line, 3);
	}
	line = str_trim(line);
	return str_starts_with(line, "#") ? str_from(line, line.len) : line;
}

bool policy_list_read(const char *path, const struct place *from, policy_list_line *on_line,
	void *ctx, struct diag *diag)
{
	struct list l = {.place = {.file = path}, .diag = diag};
	size_t values = 0;
	size_t errors = 0;
	enum got got = GOT_BAD;

	l.file = policy_list_open(path, from, "one value a line", diag);
	if (l.file == NULL) {
		return false;
	}
	l.size = size_of(l.file);
	while (errors < POLICY_LIST_ERRORS_MAX && (got = next_line(&l)) == GOT_LINE) {
		struct str value = value_of_line(&l);

		progress_at_byte(diag->progress, l.done, l.size);
		if (value.len > 0) {
			values++;
			errors += !on_line(ctx, value, &l.place, diag);
		}
	}
	fclose(l.file);
	if (errors == POLICY_LIST_ERRORS_MAX) {
		diag_error(diag, &l.place, "too many errors: the rest of the file was not read");
	}
	if (got == GOT_END && values == 0) {
		l.place.line = 0;
		diag_warning(diag, &l.place, "holds no value: a list that matches nothing");
	}
	return got == GOT_END && errors == 0;
}
