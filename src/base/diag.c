/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/diag.h"

struct str place_text(struct arena *arena, const struct place *place)
{
	struct bytes text;

	bytes_init(&text, 0);
	bytes_appendf(&text, "%s:%u", place->file, place->line);

	struct str copy = text.failed ? (struct str){NULL, 0} : arena_dup(arena, bytes_view(&text));

	bytes_clear(&text);
	return copy;
}

void diag_init(struct diag *d)
{
	*d = (struct diag){0};
}

void diag_clear(struct diag *d)
{
	struct progress *progress = d->progress;

	bytes_clear(&d->text);
	diag_init(d);
	d->progress = progress;
}

PRINTF_LIKE(4, 0)
static void add(struct diag *d, const struct place *place, const char *severity, const char *format,
	va_list args)
{
	struct bytes line;

	bytes_init(&line, 0);
	if (place != NULL) {
		bytes_append_text(&line, place->file);
		if (place->line > 0) {
			bytes_appendf(&line, ":%u", place->line);
		}
		if (place->column > 0) {
			bytes_appendf(&line, ":%u", place->column);
		}
		bytes_append_text(&line, ": ");
	}
	bytes_appendf(&line, "%s: ", severity);
	bytes_vappendf(&line, format, args);
	bytes_append_visible(&d->text, bytes_view(&line));
	bytes_append_text(&d->text, "\n");
	bytes_clear(&line);
}

void diag_error(struct diag *d, const struct place *place, const char *format, ...)
{
	va_list args;

	d->errors++;
	va_start(args, format);
	add(d, place, "error", format, args);
	va_end(args);
}

void diag_warning(struct diag *d, const struct place *place, const char *format, ...)
{
	va_list args;

	d->warnings++;
	va_start(args, format);
	add(d, place, "warning", format, args);
	va_end(args);
}

void diag_print(const struct diag *d, FILE *to)
{
	if (d->text.len > 0) {
		fwrite(d->text.data, 1, d->text.len, to);
	}
}
