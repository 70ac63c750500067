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
 * A thread that writes the lines that other threads put into queues of their own: in batches, some
 * hundredths of a second after each other. The others never wait for it, and mostly make no system
 * call; lines for which the sink leaves no room are counted and reported.
 */
struct log_writer;

/* Owns the sink, until it is switched or stopped. 0, or an errno value. */
NODISCARD int log_writer_start(const struct log_sink *sink, struct log_writer **out);
/*
 * Writes the remaining lines. True, and everything is freed, once that is done. If the writer still
 * waits for its sink after `timeout_ms`, its thread and memory are left as they are.
 */
bool log_writer_stop(struct log_writer *writer, unsigned timeout_ms);

/*
 * Continues with another sink, which it owns. Lines that were put before go to the old one, unless
 * that does not take them now. Waits a short time for that.
 */
void log_writer_switch(struct log_writer *writer, const struct log_sink *next);

/* A ring for one thread; owned by the writer. NULL when out of memory. */
struct log_ring *log_writer_ring_new(struct log_writer *writer);
/* `urgent`: the line must be written now, unless the writer is at work already. */
void log_writer_put(struct log_writer *writer, struct log_ring *ring,
	const struct log_record *record, struct str text, bool urgent);

/* The number of lines that found no room. Any thread. */
uint64_t log_writer_lost(struct log_writer *writer);

#endif
