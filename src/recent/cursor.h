/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_RECENT_CURSOR_H
#define DW_RECENT_CURSOR_H

#include "base/bytes.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A position in the rings of all workers, as a text that a reader sends back: a random number of
 * the process, and the number of the next record of each worker.
 */
struct recent_cursor_source {
	uint64_t process;
};

void recent_cursor_source_init(struct recent_cursor_source *source);
/* As a JSON string. */
void recent_cursor_write(const struct recent_cursor_source *source, const uint64_t *numbers,
	size_t count, struct bytes *out);
/* False, with `numbers` in any state: absent, of another process, or no cursor. */
NODISCARD bool recent_cursor_read(const struct recent_cursor_source *source, struct str text,
	uint64_t *numbers, size_t count);

#endif
