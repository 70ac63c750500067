/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DOCTOR_FINDING_H
#define DW_DOCTOR_FINDING_H

#include "base/diag.h"

/* Adds a line "SUBJECT: ok: …" beside the errors and warnings of a diag. */
void doctor_ok(struct diag *diag, const char *subject, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
