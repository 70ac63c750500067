/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_DIAG_H
#define DW_BASE_DIAG_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/progress.h"
#include "base/util.h"

#include <stddef.h>
#include <stdio.h>

/* A place in a configuration. */
struct place {
	const char *file;
	unsigned line;   /* from 1; 0: the file as a whole */
	unsigned column; /* from 1; 0: the line as a whole */
};

/* FILE:LINE, kept by the arena; data is NULL when out of memory. */
struct str place_text(struct arena *arena, const struct place *place);

/* Where a part of a text begins that spans several lines. */
struct place_part {
	size_t offset; /* in the text */
	unsigned line;
	unsigned column;
};

/*
 * The findings about a configuration, collected so that one run reports all of them. Text: one line
 * a finding, "FILE:LINE:COLUMN: error: what was found, what was expected", as bytes_append_visible
 * writes it.
 */
struct diag {
	struct bytes text;
	size_t errors;
	size_t warnings;
	struct progress *progress; /* who is told how far reading is; NULL: no one is; borrowed */
};

void diag_init(struct diag *d);
/* It is empty then; `progress` stays. */
void diag_clear(struct diag *d);
/* `place` may be NULL. The message names what was found and what was expected. */
void diag_error(struct diag *d, const struct place *place, const char *format, ...)
	PRINTF_LIKE(3, 4);
void diag_warning(struct diag *d, const struct place *place, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Writes the text as it is. */
void diag_print(const struct diag *d, FILE *to);

#endif
