/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_LOG_RING_H
#define DW_LOG_RING_H

#include "base/bytes.h"
#include "base/str.h"
#include "log/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A queue of lines from one thread, which puts them, to one other, which takes them, in the same
 * order. Neither ever waits for the other; if there is no room, a line is lost, and counted.
 */
struct log_ring;

struct log_record {
	enum log_level level;
	/* the text is a whole line; else it is a message, to which the rest is added */
	bool finished;
	int64_t wall_ms;
};

/* `size` is in bytes, a power of two; a record takes 24 in addition to its text. */
struct log_ring *log_ring_new(size_t size);
void log_ring_free(struct log_ring *queue);

/* To be called by the thread that puts. */
void log_ring_put(struct log_ring *queue, const struct log_record *record, struct str text);
/* Whether at least half of the room is taken. */
bool log_ring_is_half_full(struct log_ring *queue);

/*
 * To be called by the thread that takes. Replaces the content of `text`; text->failed when memory
 * is out. False when the queue is empty.
 */
bool log_ring_take(struct log_ring *queue, struct log_record *record, struct bytes *text);

/* To be called by any thread. */
bool log_ring_is_empty(const struct log_ring *queue);
uint64_t log_ring_lost(const struct log_ring *queue);

#endif
