/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "recent/cursor.h"

#include "base/random.h"

#include <inttypes.h>

void recent_cursor_source_init(struct recent_cursor_source *source)
{
	random_bytes(&source->process, sizeof(source->process));
}

void recent_cursor_write(const struct recent_cursor_source *source, const uint64_t *numbers,
	size_t count, struct bytes *out)
{
	bytes_appendf(out, "\"%016" PRIx64, source->process);
	for (size_t i = 0; i < count; i++) {
		bytes_appendf(out, "-%" PRIx64, numbers[i]);
	}
	bytes_append_text(out, "\"");
}

static bool read_hex(struct str text, uint64_t *out)
{
	uint64_t value = 0;

	if (text.len == 0 || text.len > 16) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		int digit = ascii_hex_value(text.data[i]);

		if (digit < 0) {
			return false;
		}
		value = value << 4 | (uint64_t)digit;
	}
	*out = value;
	return true;
}

bool recent_cursor_read(
	const struct recent_cursor_source *source, struct str text, uint64_t *numbers, size_t count)
{
	struct str part;
	uint64_t process;

	if (text.len == 0 || !str_split_next(&text, '-', &part) || !read_hex(part, &process) ||
		process != source->process) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!str_split_next(&text, '-', &part) || !read_hex(part, &numbers[i])) {
			return false;
		}
	}
	return text.data == NULL;
}
