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

/* Where lines go, and how they look there. One thread at a time. */
struct log_sink {
	enum log_target target;
	enum log_format format;
	int fd;                                                        /* stderr's, or its own */
	enum { LOG_SINK_STREAM, LOG_SINK_SOCKET, LOG_SINK_FILE } kind; /* of fd */
	bool timed;     /* lines begin with the time: nothing behind fd adds one */
	int64_t when_s; /* that `when` tells */
	char when[CLOCK_TEXT_MAX];
};

/* 0, or an errno value. */
NODISCARD int log_sink_open(const struct log_settings *settings, struct log_sink *out);
void log_sink_close(struct log_sink *outlet);
/* Closes the one, which is the other then. */
void log_sink_replace(struct log_sink *outlet, const struct log_sink *next);

/* Appends the line that the record becomes, with its line feed; nothing when memory is out. False
 * for nothing. */
bool log_sink_render(struct log_sink *outlet, const struct log_record *record, struct str text,
	struct bytes *lines);

/* Writes whole lines, however long that takes; what fails is given up. */
void log_sink_write_all(const struct log_sink *outlet, struct str lines);
/*
 * Writes as much as can be written without waiting for a reader, at least one byte. 0 or an errno
 * value, EAGAIN if there is to wait until fd can be written to.
 */
NODISCARD int log_sink_write(const struct log_sink *outlet, struct str lines, size_t *written);

#endif
