/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "log/log.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "log/ring.h"
#include "log/sink.h"
#include "log/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOSE_MS 1000 /* the time that a target has to take the last lines */

/*
 * The only mutable global of the program. The lock guards everything but the level, which is read
 * for each line that is then perhaps not written. It is held while a line is written, because a
 * pipe takes a long line in pieces, between which other threads' lines could come (pipe(7)). Once a
 * writer runs, the sink belongs to the writer, and no line needs the lock.
 */
static struct {
	pthread_mutex_t lock;
	_Atomic enum log_level level;
	struct log_settings settings;
	char *path;
	struct log_sink sink;
	bool opened; /* by log_open */
	_Atomic(struct log_writer *) writer;
	atomic_uint starts;
	_Atomic uint64_t no_queue; /* lines lost because a thread had no ring */
} process_log = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.level = LOG_LEVEL_INFO,
	.settings = {.target = LOG_TO_STDERR, .format = LOG_TEXT},
	.sink = {.target = LOG_TO_STDERR, .format = LOG_TEXT, .fd = STDERR_FILENO},
};

/* A thread's ring of the writer of the `start`th log_start. */
static _Thread_local struct {
	struct log_ring *queue;
	unsigned start;
} own;

static void use(const struct log_sink *sink)
{
	if (process_log.writer != NULL) {
		log_writer_switch(process_log.writer, sink);
	} else {
		log_sink_replace(&process_log.sink, sink);
	}
}

int log_open(const struct log_settings *settings)
{
	struct log_sink sink;
	char *path = NULL;

	if (settings->target == LOG_TO_FILE) {
		path = strdup(settings->path);
		if (path == NULL) {
			return ENOMEM;
		}
	}
	int error = log_sink_open(settings, &sink);

	if (error != 0) {
		free(path);
		return error;
	}
	pthread_mutex_lock(&process_log.lock);
	use(&sink);
	free(process_log.path);
	process_log.path = path;
	process_log.settings = *settings;
	process_log.settings.path = path;
	process_log.level = settings->level;
	process_log.opened = true;
	pthread_mutex_unlock(&process_log.lock);
	return 0;
}

int log_reopen(void)
{
	int error = 0;

	pthread_mutex_lock(&process_log.lock);
	if (process_log.settings.target == LOG_TO_FILE) {
		struct log_sink sink;

		error = log_sink_open(&process_log.settings, &sink);
		if (error == 0) {
			use(&sink);
		}
	}
	pthread_mutex_unlock(&process_log.lock);
	return error;
}

int log_start(void)
{
	struct log_writer *writer;

	pthread_mutex_lock(&process_log.lock);
	int error = log_writer_start(&process_log.sink, &writer);

	if (error == 0) {
		process_log.no_queue = 0;
		process_log.starts++;
		process_log.writer = writer;
	}
	pthread_mutex_unlock(&process_log.lock);
	return error;
}

void log_close(void)
{
	pthread_mutex_lock(&process_log.lock);
	if (process_log.writer != NULL) {
		(void)log_writer_stop(process_log.writer, CLOSE_MS);
		process_log.writer = NULL;
	} else {
		log_sink_close(&process_log.sink);
	}
	free(process_log.path);
	process_log.path = NULL;
	process_log.settings = (struct log_settings){.target = LOG_TO_STDERR, .format = LOG_TEXT};
	process_log.sink = (struct log_sink){.target = LOG_TO_STDERR, .fd = STDERR_FILENO};
	process_log.opened = false;
	pthread_mutex_unlock(&process_log.lock);
}

uint64_t log_lost(void)
{
	uint64_t lost = process_log.no_queue;

	pthread_mutex_lock(&process_log.lock);
	if (process_log.writer != NULL) {
		lost += log_writer_lost(process_log.writer);
	}
	pthread_mutex_unlock(&process_log.lock);
	return lost;
}

bool log_is_journal(void)
{
	return log_sink_is_journal(STDERR_FILENO);
}

bool log_enabled(enum log_level level)
{
	return level <= process_log.level;
}

enum log_level log_level(void)
{
	return process_log.level;
}

const char *log_level_word(enum log_level level)
{
	static const char *const words[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
	};

	return words[level];
}

bool log_level_read_to_set(struct str word, enum log_level *level)
{
	for (enum log_level one = LOG_LEVEL_WARNING; one <= LOG_LEVEL_DEBUG; one++) {
		if (str_eq_text(word, log_level_word(one))) {
			*level = one;
			return true;
		}
	}
	return false;
}

void log_set_level(enum log_level level)
{
	process_log.level = level;
}

static void write_now(const struct log_record *record, struct str text)
{
	struct bytes line;

	bytes_init(&line, 0);
	pthread_mutex_lock(&process_log.lock);
	if (!process_log.opened) {
		process_log.sink.journal = log_sink_is_journal(process_log.sink.fd);
	}
	if (log_sink_render(&process_log.sink, record, text, &line)) {
		log_sink_write_all(&process_log.sink, bytes_view(&line));
	}
	pthread_mutex_unlock(&process_log.lock);
	bytes_clear(&line);
}

static void write_record(const struct log_record *record, struct str text)
{
	struct log_writer *writer = process_log.writer;

	if (writer == NULL) {
		write_now(record, text);
		return;
	}
	if (own.queue == NULL || own.start != process_log.starts) {
		own.queue = log_writer_ring_new(writer);
		own.start = process_log.starts;
	}
	if (own.queue == NULL) {
		process_log.no_queue++;
		return;
	}
	log_writer_put(writer, own.queue, record, text, !record->finished);
}

void log_write(enum log_level level, const char *format, ...)
{
	const struct log_record record = {.level = level, .wall_ms = clock_wall_ms()};
	struct bytes message;
	va_list args;

	if (!log_enabled(level)) {
		return;
	}
	bytes_init(&message, 0);
	va_start(args, format);
	bytes_vappendf(&message, format, args);
	va_end(args);
	write_record(&record, bytes_view(&message));
	bytes_clear(&message);
}

void log_line(struct str line)
{
	const struct log_record record = {
		.level = LOG_LEVEL_INFO, .finished = true, .wall_ms = clock_wall_ms()};

	write_record(&record, line);
}

/* The line without the word for its severity, because the log line has its own. */
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
