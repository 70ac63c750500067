/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_LOG_LOG_H
#define DW_LOG_LOG_H

#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"
#include "log/settings.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The log of the process. Before log_open, lines go to stderr as text at level info. Any thread may
 * write; lines do not mix. After log_open, text lines in a file and on stderr begin with the time,
 * unless stderr is the journal's, where they begin with their priority, also before log_open. The
 * path is copied. On failure (0 or an errno value) the log stays as it was.
 */
NODISCARD int log_open(const struct log_settings *settings);
/*
 * Opens the file again, for log rotation. 0 or an errno value; the old file stays open on failure.
 */
NODISCARD int log_reopen(void);
/*
 * From now on a thread of the log does the writing, some hundredths of a second later, so that no
 * other thread waits for the target. Lines for which a slow, blocked or full target leaves no room
 * are lost and counted; the log says how many. A thread's lines keep their order. 0, or an errno
 * value.
 */
NODISCARD int log_start(void);
/*
 * Writes the remaining lines, unless the target does not take them, and returns to stderr. All
 * threads but the caller's that wrote since log_start must have ended.
 */
void log_close(void);

/* Lines lost since log_start. */
uint64_t log_lost(void);

/* Whether stderr is the journal's. */
bool log_is_journal(void);

bool log_enabled(enum log_level level);
enum log_level log_level(void);
/* "error", "warning", "info" or "debug". */
const char *log_level_word(enum log_level level);
/*
 * Reads a level that may be set while the process serves: LOG_LEVELS_TO_SET, not "error", which
 * would hide that it is set. False: another word.
 */
#define LOG_LEVELS_TO_SET "warning, info or debug"
NODISCARD bool log_level_read_to_set(struct str word, enum log_level *level);
/* Changes the level alone, until the next log_open. */
void log_set_level(enum log_level level);
/* One message; line breaks and other control bytes in it are escaped. */
void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);
/* A finished line, without its line feed, at level info: the caller has escaped it. */
void log_line(struct str line);

/* Logs each finding as a line of its own, at its own level. */
void log_diag(const struct diag *diag);

#endif
