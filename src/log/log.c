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

#define CLOSE_MS 1000 /* that a target has to take the last lines */

/*
 * The one mutable global of the program. The lock guards it all but the level, which is read by
 * every line that may then not be written. It is held while a line is written, since a pipe takes
 * a long one in pieces, between which other threads' could come (pipe(7)). With a writer, the
 * outlet is the writer's, and no line needs the lock.
 */
static struct {
	pthread_mutex_t lock;
	_Atomic enum log_level level;
	struct log_settings settings;
	char *path;
	struct log_sink outlet;
	_Atomic(struct log_writer *) writer;
	atomic_uint starts;
	_Atomic uint64_t no_queue; /* lines lost for want of one */
} sink = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.level = LOG_LEVEL_INFO,
	.settings = {.target = LOG_TO_STDERR, .format = LOG_TEXT},
	.outlet = {.target = LOG_TO_STDERR, .format = LOG_TEXT, .fd = STDERR_FILENO},
};

/* A thread's way to the writer of the `start`th log_start. */
static _Thread_local struct {
	struct log_ring *queue;
	unsigned start;
} own;

static void use(const struct log_sink *outlet)
{
	if (sink.writer != NULL) {
		log_writer_switch(sink.writer, outlet);
	} else {
		log_sink_replace(&sink.outlet, outlet);
	}
}

int log_open(const struct log_settings *settings)
{
	struct log_sink outlet;
	char *path = NULL;

	if (settings->target == LOG_TO_FILE) {
		path = strdup(settings->path);
		if (path == NULL) {
			return ENOMEM;
		}
	}
	int error = log_sink_open(settings, &outlet);

	if (error != 0) {
		free(path);
		return error;
	}
	pthread_mutex_lock(&sink.lock);
	use(&outlet);
	free(sink.path);
	sink.path = path;
	sink.settings = *settings;
	sink.settings.path = path;
	sink.level = settings->level;
	pthread_mutex_unlock(&sink.lock);
	return 0;
}

int log_reopen(void)
{
	int error = 0;

	pthread_mutex_lock(&sink.lock);
	if (sink.settings.target == LOG_TO_FILE) {
		struct log_sink outlet;

		error = log_sink_open(&sink.settings, &outlet);
		if (error == 0) {
			use(&outlet);
		}
	}
	pthread_mutex_unlock(&sink.lock);
	return error;
}

int log_start(void)
{
	struct log_writer *writer;

	pthread_mutex_lock(&sink.lock);
	int error = log_writer_start(&sink.outlet, &writer);

	if (error == 0) {
		sink.no_queue = 0;
		sink.starts++;
		sink.writer = writer;
	}
	pthread_mutex_unlock(&sink.lock);
	return error;
}

void log_close(void)
{
	pthread_mutex_lock(&sink.lock);
	if (sink.writer != NULL) {
		(void)log_writer_stop(sink.writer, CLOSE_MS);
		sink.writer = NULL;
	} else {
		log_sink_close(&sink.outlet);
	}
	free(sink.path);
	sink.path = NULL;
	sink.settings = (struct log_settings){.target = LOG_TO_STDERR, .format = LOG_TEXT};
	sink.outlet = (struct log_sink){.target = LOG_TO_STDERR, .fd = STDERR_FILENO};
	pthread_mutex_unlock(&sink.lock);
}

uint64_t log_lost(void)
{
	uint64_t lost = sink.no_queue;

	pthread_mutex_lock(&sink.lock);
	if (sink.writer != NULL) {
		lost += log_writer_lost(sink.writer);
	}
	pthread_mutex_unlock(&sink.lock);
	return lost;
}

bool log_enabled(enum log_level level)
{
	return level <= sink.level;
}

static void write_now(const struct log_record *record, struct str text)
{
	struct bytes line;

	bytes_init(&line, 0);
	pthread_mutex_lock(&sink.lock);
	if (log_sink_render(&sink.outlet, record, text, &line)) {
		log_sink_write_all(&sink.outlet, bytes_view(&line));
	}
	pthread_mutex_unlock(&sink.lock);
	bytes_clear(&line);
}

static void write_record(const struct log_record *record, struct str text)
{
	struct log_writer *writer = sink.writer;

	if (writer == NULL) {
		write_now(record, text);
		return;
	}
	if (own.queue == NULL || own.start != sink.starts) {
		own.queue = log_writer_ring_new(writer);
		own.start = sink.starts;
	}
	if (own.queue == NULL) {
		sink.no_queue++;
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
