/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/log.h"

#include "base/bytes.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/*
 * The one mutable global of the program. The lock guards it all but the level, which is read by
 * every line that may then not be written. It is held while a line is written, since a pipe takes
 * a long one in pieces, between which other threads' could come (pipe(7)).
 */
static struct {
	pthread_mutex_t lock;
	_Atomic enum log_level level;
	struct log_settings settings;
	char *path;
	int fd;
} sink = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.level = LOG_LEVEL_INFO,
	.settings = {.target = LOG_TO_STDERR, .format = LOG_TEXT},
	.fd = STDERR_FILENO,
};

static int open_file(const char *path, int *fd)
{
	*fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	return *fd >= 0 ? 0 : errno;
}

static void close_target(void)
{
	if (sink.settings.target == LOG_TO_FILE) {
		close(sink.fd);
	} else if (sink.settings.target == LOG_TO_SYSLOG) {
		closelog();
	}
	free(sink.path);
	sink.path = NULL;
	sink.fd = STDERR_FILENO;
	sink.settings.target = LOG_TO_STDERR;
}

int log_open(const struct log_settings *settings)
{
	char *path = NULL;
	int fd = STDERR_FILENO;

	if (settings->target == LOG_TO_FILE) {
		int error = open_file(settings->path, &fd);

		if (error != 0) {
			return error;
		}
		path = strdup(settings->path);
		if (path == NULL) {
			close(fd);
			return ENOMEM;
		}
	}
	pthread_mutex_lock(&sink.lock);
	close_target();
	sink.settings = *settings;
	sink.level = settings->level;
	sink.settings.path = path;
	sink.path = path;
	sink.fd = fd;
	if (settings->target == LOG_TO_SYSLOG) {
		openlog("doorward", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	}
	pthread_mutex_unlock(&sink.lock);
	return 0;
}

int log_reopen(void)
{
	int error = 0;

	pthread_mutex_lock(&sink.lock);
	if (sink.settings.target == LOG_TO_FILE) {
		int fd;

		error = open_file(sink.path, &fd);
		if (error == 0) {
			close(sink.fd);
			sink.fd = fd;
		}
	}
	pthread_mutex_unlock(&sink.lock);
	return error;
}

void log_close(void)
{
	pthread_mutex_lock(&sink.lock);
	close_target();
	pthread_mutex_unlock(&sink.lock);
}

bool log_enabled(enum log_level level)
{
	return level <= sink.level;
}

/* There is no other place to tell of a log that cannot be written. */
static void write_whole(int fd, struct str line)
{
	while (line.len > 0) {
		ssize_t written = write(fd, line.data, line.len);

		if (written < 0 && errno == EINTR) {
			continue;
		}
		if (written <= 0) {
			return;
		}
		line = str_from(line, (size_t)written);
	}
}

/* The caller holds the lock. */
static void emit(enum log_level level, struct bytes *line)
{
	static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

	if (sink.settings.target == LOG_TO_SYSLOG) {
		syslog(priorities[level], "%.*s", (int)line->len, (const char *)line->data);
		return;
	}
	if (bytes_append_u8(line, '\n')) {
		write_whole(sink.fd, bytes_view(line));
	}
}

/* Whoever keeps stderr or syslog adds the time; a file has only what stands in it. */
static void begin_text(struct bytes *line)
{
	char when[CLOCK_TEXT_MAX];

	if (sink.settings.target == LOG_TO_FILE && sink.settings.format == LOG_TEXT) {
		clock_format(clock_wall_s(), when);
		bytes_appendf(line, "%s ", when);
	}
}

static void append_escaped(struct bytes *line, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.data[i];

		if (c < 0x20 || c >= 0x7f) {
			bytes_appendf(line, "\\x%02x", c);
		} else {
			bytes_append_u8(line, c);
		}
	}
}

void log_write(enum log_level level, const char *format, ...)
{
	static const char *const words[] = {"error", "warning", "info", "debug"};
	struct bytes message;
	struct bytes line;
	va_list args;

	if (!log_enabled(level)) {
		return;
	}
	bytes_init(&message, 0);
	bytes_init(&line, 0);
	va_start(args, format);
	bytes_vappendf(&message, format, args);
	va_end(args);

	pthread_mutex_lock(&sink.lock);
	if (sink.settings.format == LOG_JSON) {
		char when[CLOCK_TEXT_MAX];

		clock_format(clock_wall_s(), when);
		bytes_appendf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", when,
			words[level]);
		bytes_append_json(&line, bytes_view(&message));
		bytes_append_text(&line, "}");
	} else {
		begin_text(&line);
		bytes_appendf(&line, "doorward: %s: ", words[level]);
		append_escaped(&line, bytes_view(&message));
	}
	emit(level, &line);
	pthread_mutex_unlock(&sink.lock);
	bytes_clear(&line);
	bytes_clear(&message);
}

void log_line(struct str text)
{
	struct bytes line;

	bytes_init(&line, 0);
	pthread_mutex_lock(&sink.lock);
	begin_text(&line);
	bytes_append_str(&line, text);
	emit(LOG_LEVEL_INFO, &line);
	pthread_mutex_unlock(&sink.lock);
	bytes_clear(&line);
}

/* The line without the word for its severity, which the log has of its own. */
static void write_finding(struct str line, enum log_level level, const char *word)
{
	const char *at = memmem(line.data, line.len, word, strlen(word));

	if (at == NULL) {
		log_write(level, "%.*s", (int)line.len, line.data);
		return;
	}
	struct str rest = str_from(line, (size_t)(at - line.data) + strlen(word));

	log_write(level, "%.*s%.*s", (int)(at - line.data), line.data, (int)rest.len, rest.data);
}

void log_diag(const struct diag *diag)
{
	struct str rest = bytes_view(&diag->text);
	struct str line;

	while (str_split_next(&rest, '\n', &line)) {
		if (line.len > 0 && memmem(line.data, line.len, "error: ", 7) != NULL) {
			write_finding(line, LOG_LEVEL_ERROR, "error: ");
		} else if (line.len > 0) {
			write_finding(line, LOG_LEVEL_WARNING, "warning: ");
		}
	}
}
