/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_LOG_SINK_H
#define DW_LOG_SINK_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/str.h"
#include "log/ring.h"
#include "log/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The target of lines, and their format. One thread at a time. */
struct log_sink {
	enum log_target target;
	enum log_format format;
	/* stderr's, or of an opened file or socket */
	int fd;
	enum { LOG_SINK_STREAM, LOG_SINK_SOCKET, LOG_SINK_FILE } kind; /* of fd */
	bool timed;     /* lines begin with the time, because the target does not add it */
	bool journal;   /* lines begin with their priority: sd-daemon(3), SD_ERR and others */
	int64_t when_s; /* the second that `when` has as text */
	char when[CLOCK_TEXT_MAX];
};

/*
 * Whether the descriptor belongs to the journal, which adds the time itself (systemd.exec(5),
 * $JOURNAL_STREAM).
 */
bool log_sink_is_journal(int fd);
/* 0, or an errno value. */
NODISCARD int log_sink_open(const struct log_settings *settings, struct log_sink *out);
void log_sink_close(struct log_sink *sink);
/* Closes *sink and replaces it by *next. */
void log_sink_replace(struct log_sink *sink, const struct log_sink *next);

/*
 * Appends the record's line, with its line feed; nothing when memory is out. False if nothing was
 * appended.
 */
bool log_sink_render(struct log_sink *sink, const struct log_record *record, struct str text,
	struct bytes *lines);

/* Writes whole lines, however long that takes; after an error the rest is dropped. */
void log_sink_write_all(const struct log_sink *sink, struct str lines);
/*
 * Writes as much as is possible without waiting for a reader, at least one byte. 0 or an errno
 * value, EAGAIN if the caller must wait until fd is writable.
 */
NODISCARD int log_sink_write(const struct log_sink *sink, struct str lines, size_t *written);

#endif
