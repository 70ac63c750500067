/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_LOG_LIMIT_H
#define DW_LOG_LIMIT_H

#include "base/util.h"
#include "log/log.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One kind of message that strangers can cause any number of times: one line a second, which says
 * how many were left out before it. Zeroed before its first use; one thread.
 */
struct log_limit {
	uint64_t next_ms; /* clock_ms() before which no line is written */
	uint64_t left_out;
};

#define LOG_LIMIT_MS 1000

/*
 * Whether a line may be written now, for messages that are expensive to make; the caller then
 * writes it with log_limited.
 */
bool log_limit_allows(struct log_limit *limit, enum log_level level, uint64_t now_ms);
/*
 * For a line that was allowed and written in another way: how many were left out before it.
 */
uint64_t log_limit_written(struct log_limit *limit, uint64_t now_ms);
void log_limited(struct log_limit *limit, enum log_level level, uint64_t now_ms, const char *format,
	...) PRINTF_LIKE(4, 5);

#endif
