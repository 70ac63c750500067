/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_CLOCK_H
#define DW_BASE_CLOCK_H

#include "base/str.h"
#include "base/util.h"

#include <stdint.h>

/* Milliseconds and microseconds of CLOCK_MONOTONIC: for timeouts, TTLs and durations. */
uint64_t clock_ms(void);
uint64_t clock_us(void);
/* Seconds since 1970-01-01 UTC: for certificates, and for people. */
int64_t clock_wall_s(void);
int64_t clock_wall_ms(void);

#define CLOCK_TEXT_MAX 32
/* RFC 3339 in UTC, to the second: 2026-11-21T17:12:00Z. */
void clock_format(int64_t wall_s, char out[CLOCK_TEXT_MAX]);
/* RFC 3339 with any offset; fractions are cut off. */
NODISCARD bool clock_parse(struct str text, int64_t *wall_s);

#endif
