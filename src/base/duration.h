/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_DURATION_H
#define DW_BASE_DURATION_H

#include "base/bytes.h"

#include <stdint.h>

/* Appends a duration for people, in its two largest units: "3 s", "1 h 5 min", "12 d". */
void duration_append(struct bytes *out, uint64_t seconds);
/* Appends a short one as a number of milliseconds, with two decimals below 10: "0.34", "12.3". */
void duration_append_ms(struct bytes *out, uint64_t us);

#endif
