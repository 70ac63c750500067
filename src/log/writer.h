/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_LOG_WRITER_H
#define DW_LOG_WRITER_H

#include "base/str.h"
#include "base/util.h"
#include "log/ring.h"
#include "log/sink.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A thread that writes what others put into queues of their own: in batches, some hundredths of a
 * second after each other. They never wait for it, and mostly do not even make a system call; when
 * the outlet does not keep up, the lines that find no room are counted, and it is told how many.
 */
struct log_writer;

/* Owns the outlet, until it is switched or stopped. 0, or an errno value. */
NODISCARD int log_writer_start(const struct log_sink *outlet, struct log_writer **out);
/*
 * Writes what is there. True, and all is freed, once that is done. A writer that still waits for
 * its outlet when the time is over is left to itself, and so is what it holds.
 */
bool log_writer_stop(struct log_writer *writer, unsigned timeout_ms);

/*
 * Goes on with another outlet, which it owns. What was put before goes to the old one, unless that
 * does not take it just now. Waits for that, but not for long.
 */
void log_writer_switch(struct log_writer *writer, const struct log_sink *next);

/* A queue for one thread to put into; the writer's. NULL when out of memory. */
struct log_ring *log_writer_ring_new(struct log_writer *writer);
/* `urgent`: the line is to be written now, as far as the writer is not at work already. */
void log_writer_put(struct log_writer *writer, struct log_ring *queue,
	const struct log_record *record, struct str text, bool urgent);

/* How many lines found no room. Any thread. */
uint64_t log_writer_lost(struct log_writer *writer);

#endif
