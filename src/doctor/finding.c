/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/finding.h"

#include <stdarg.h>

void doctor_ok(struct diag *diag, const char *subject, const char *format, ...)
{
	struct bytes line;
	va_list values;

	bytes_init(&line, 0);
	bytes_appendf(&line, "%s: ok: ", subject);
	va_start(values, format);
	bytes_vappendf(&line, format, values);
	va_end(values);
	bytes_append_visible(&diag->text, bytes_view(&line));
	bytes_append_text(&diag->text, "\n");
	bytes_clear(&line);
}
