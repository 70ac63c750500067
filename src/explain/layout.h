/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_EXPLAIN_LAYOUT_H
#define DW_EXPLAIN_LAYOUT_H

#include "base/bytes.h"
#include "base/str.h"

#include <stddef.h>

/* Lines for people, with a label, and wrapped. The text may come from a client. */

void explain_line(struct bytes *out, const char *label, struct str text);
/* Writes a line of the text in *text, and clears it. */
void explain_line_take(struct bytes *out, const char *label, struct bytes *text);
/* A line that is indented, for a detail of the line above. */
void explain_item(struct bytes *out, const char *label, struct str text);

void explain_spaces(struct bytes *out, size_t count);
/* Writes words from `column` on, in further lines from `indent` on. */
void explain_wrap(struct bytes *out, size_t column, size_t indent, struct str text);

#endif
