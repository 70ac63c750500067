/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "log/limit.h"

#include "base/bytes.h"

#include <inttypes.h>
#include <stdarg.h>

bool log_limit_allows(struct log_limit *limit, enum log_level level, uint64_t now_ms)
{
	if (!log_enabled(level)) {
		return false;
	}
	if (now_ms < limit->next_ms) {
		limit->left_out++;
		return false;
	}
	return true;
}

uint64_t log_limit_written(struct log_limit *limit, uint64_t now_ms)
{
	uint64_t left_out = limit->left_out;

	limit->next_ms = now_ms + LOG_LIMIT_MS;
	limit->left_out = 0;
	return left_out;
}

void log_limited(
	struct log_limit *limit, enum log_level level, uint64_t now_ms, const char *format, ...)
{
	struct bytes message;
	va_list args;

	if (!log_limit_allows(limit, level, now_ms)) {
		return;
	}
	uint64_t left_out = log_limit_written(limit, now_ms);

	bytes_init(&message, 0);
	va_start(args, format);
	bytes_vappendf(&message, format, args);
	va_end(args);
	if (left_out > 0) {
		bytes_appendf(&message, " (and %" PRIu64 " more of this kind before)", left_out);
	}
	log_write(level, "%.*s", (int)message.len, message.len > 0 ? (char *)message.data : "");
	bytes_clear(&message);
}
