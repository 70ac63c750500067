/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_LOG_RING_H
#define DW_LOG_RING_H

#include "base/bytes.h"
#include "base/str.h"
#include "log/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines on their way from one thread, which puts them, to one other, which takes them, in the same
 * order. Neither ever waits for the other; where there is no room, a line is lost, and counted.
 */
struct log_queue;

struct log_record {
	enum log_level level;
	bool finished; /* the text is a line; else it is a message that becomes one */
	int64_t wall_ms;
};

/* Room for `size` bytes, a power of two; a record takes 24 besides its text. */
struct log_queue *log_queue_new(size_t size);
void log_queue_free(struct log_queue *queue);

/* The thread that puts. */
void log_queue_put(struct log_queue *queue, const struct log_record *record, struct str text);
/* Whether at least half of the room is taken. */
bool log_queue_is_half_full(struct log_queue *queue);

/* The thread that takes. The text takes the place of what `text` holds; text->failed when memory
 * is out. False when the queue is empty. */
bool log_queue_take(struct log_queue *queue, struct log_record *record, struct bytes *text);

/* Any thread. */
bool log_queue_is_empty(const struct log_queue *queue);
uint64_t log_queue_lost(const struct log_queue *queue);

#endif
