/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_HTTP_FAULT_H
#define DW_HTTP_FAULT_H

#include "base/bytes.h"
#include "http/app.h"

/*
 * Appends what was wrong with a rejected request, and what may help: one line, which names a
 * header, but has no value of it.
 */
void http_fault_describe(const struct http_refusal *refusal, struct bytes *out);

#endif
