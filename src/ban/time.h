/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BAN_TIME_H
#define DW_BAN_TIME_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How long a ban lasts: a number and s, m, h or d, from one second to ten years; or `never`, which
 * is BAN_NEVER: it has no end.
 */
#define BAN_TIME_EXPECTED "a time from 1s to 3660d, such as 90s, 10m, 1h or 7d, or never"
NODISCARD bool ban_time_read(struct str text, int64_t *ms);

#endif
