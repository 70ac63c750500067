/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "log/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

/*
 * A line for syslog begins with its level, as a byte that no line contains. A line without that
 * byte was meant for a file or pipe, which did not take it before the target was switched.
 */
#define SYSLOG_LEVEL 1 /* the first level */

/*
 * The journal splits a line of 48 KiB (journald.conf(5), LineMax), and would take the first bytes
 * of what follows, which a client may have chosen, for the level of a line of its own.
 */
#define JOURNAL_LINE_MAX ((size_t)40 * 1024)

static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

bool log_sink_is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[48];
	struct stat st;

	if (stream == NULL || fstat(fd, &st) != 0) {
		return false;
	}
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(stream, own) == 0;
}

int log_sink_open(const struct log_settings *settings, struct log_sink *out)
{
	int fd = STDERR_FILENO;
	struct stat st;

	if (settings->target == LOG_TO_FILE) {
		/* A pipe without a reader is an error (ENXIO); the start does not wait for one. */
		fd = open(settings->path,
			O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
		if (fd < 0) {
			return errno;
		}
		if (fcntl(fd, F_SETFL, O_APPEND) != 0) {
			int error = errno;

			close(fd);
			return error;
		}
	} else if (settings->target == LOG_TO_SYSLOG) {
		openlog("doorward", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	}
	*out = (struct log_sink){
		.target = settings->target,
		.format = settings->format,
		.fd = fd,
		.kind = LOG_SINK_STREAM,
	};
	if (fstat(fd, &st) == 0) {
		out->kind = S_ISREG(st.st_mode)    ? LOG_SINK_FILE
			    : S_ISSOCK(st.st_mode) ? LOG_SINK_SOCKET
						   : LOG_SINK_STREAM;
		out->journal = out->target == LOG_TO_STDERR && log_sink_is_journal(fd);
		out->timed =
			out->format == LOG_TEXT && out->target != LOG_TO_SYSLOG && !out->journal;
	}
	return 0;
}

void log_sink_close(struct log_sink *sink)
{
	if (sink->target == LOG_TO_FILE) {
		close(sink->fd);
	} else if (sink->target == LOG_TO_SYSLOG) {
		closelog();
	}
}

/* There is one connection to syslog, which the next sink has already taken over. */
void log_sink_replace(struct log_sink *sink, const struct log_sink *next)
{
	if (sink->target != LOG_TO_SYSLOG || next->target != LOG_TO_SYSLOG) {
		log_sink_close(sink);
	}
	*sink = *next;
}

static const char *when(struct log_sink *sink, int64_t wall_s)
{
	if (sink->when_s != wall_s || sink->when[0] == '\0') {
		sink->when_s = wall_s;
		clock_format(wall_s, sink->when);
	}
	return sink->when;
}

/* RFC 3339 with milliseconds, and a space. */
static void append_time(struct log_sink *sink, int64_t wall_ms, struct bytes *lines)
{
	struct str second = str_view(when(sink, wall_ms / 1000));
	unsigned ms = (unsigned)(wall_ms % 1000);
	const uint8_t rest[] = {'.', (uint8_t)('0' + ms / 100), (uint8_t)('0' + ms / 10 % 10),
		(uint8_t)('0' + ms % 10), 'Z', ' '};

	bytes_append_str(lines, (struct str){second.data, second.len > 0 ? second.len - 1 : 0});
	bytes_append(lines, rest, sizeof(rest));
}

bool log_sink_render(struct log_sink *sink, const struct log_record *record, struct str text,
	struct bytes *lines)
{
	static const char *const words[] = {"error", "warning", "info", "debug"};
	size_t start = lines->len;

	if (sink->target == LOG_TO_SYSLOG) {
		bytes_append_u8(lines, (uint8_t)(SYSLOG_LEVEL + record->level));
	}
	if (sink->journal) {
		bytes_appendf(lines, "<%d>", priorities[record->level]);
	}
	if (sink->timed) {
		append_time(sink, record->wall_ms, lines);
	}
	if (record->finished) {
		bytes_append_str(lines, text);
	} else if (sink->format == LOG_JSON) {
		bytes_appendf(lines, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":",
			when(sink, record->wall_ms / 1000), words[record->level]);
		bytes_append_json(lines, text);
		bytes_append_u8(lines, '}');
	} else {
		bytes_appendf(lines, "doorward: %s: ", words[record->level]);
		bytes_append_visible(lines, text);
	}
	if (sink->journal && lines->len - start > JOURNAL_LINE_MAX) {
		lines->len = start + JOURNAL_LINE_MAX;
		bytes_append_text(lines, " (cut)");
	}
	bytes_append_u8(lines, '\n');
	if (lines->failed) {
		lines->failed = false;
		lines->len = start;
		return false;
	}
	return true;
}

static void write_syslog(struct str lines)
{
	struct str line;

	while (lines.len > 0 && str_split_next(&lines, '\n', &line)) {
		int priority = LOG_INFO;

		if (line.len > 0 && line.data[0] >= SYSLOG_LEVEL &&
			(size_t)line.data[0] < SYSLOG_LEVEL + ARRAY_LEN(priorities)) {
			priority = priorities[line.data[0] - SYSLOG_LEVEL];
			line = str_from(line, 1);
		}
		syslog(priority, "%.*s", (int)line.len, line.data);
	}
}

/* An error in writing to the log cannot be reported anywhere else. */
void log_sink_write_all(const struct log_sink *sink, struct str lines)
{
	if (sink->target == LOG_TO_SYSLOG) {
		write_syslog(lines);
		return;
	}
	while (lines.len > 0) {
		ssize_t written = write(sink->fd, lines.data, lines.len);

		if (written > 0) {
			lines = str_from(lines, (size_t)written);
		} else if (written == 0 || errno != EINTR) {
			return;
		}
	}
}

/* The length of as many whole lines as fit into `max` bytes, or else `max`. */
static size_t piece(struct str lines, size_t max)
{
	if (lines.len <= max) {
		return lines.len;
	}
	const char *end = memrchr(lines.data, '\n', max);

	return end != NULL ? (size_t)(end - lines.data) + 1 : max;
}

/*
 * stderr is shared with other processes, so it must not be made non-blocking. A pipe that is
 * writable takes PIPE_BUF bytes, and keeps them together (pipe(7)); so do terminals, nearly.
 */
static ssize_t write_some(const struct log_sink *sink, struct str lines)
{
	struct pollfd wanted = {.fd = sink->fd, .events = POLLOUT};

	switch (sink->kind) {
	case LOG_SINK_FILE:
		return write(sink->fd, lines.data, lines.len);
	case LOG_SINK_SOCKET:
		return send(sink->fd, lines.data, lines.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	default:
		if (poll(&wanted, 1, 0) == 0) {
			errno = EAGAIN;
			return -1;
		}
		return write(sink->fd, lines.data, piece(lines, PIPE_BUF));
	}
}

int log_sink_write(const struct log_sink *sink, struct str lines, size_t *written)
{
	ssize_t len;

	if (sink->target == LOG_TO_SYSLOG) {
		write_syslog(lines);
		*written = lines.len;
		return 0;
	}
	do {
		len = write_some(sink, lines);
	} while (len < 0 && errno == EINTR);
	if (len < 0) {
		return errno;
	}
	if (len == 0) {
		return EIO;
	}
	*written = (size_t)len;
	return 0;
}
