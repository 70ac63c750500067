/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_UNITS_H
#define DW_CONFIG_UNITS_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/* Sizes and times with their units. */

enum config_units {
	CONFIG_SIZE_UNITS, /* bytes: none, K, M, G (powers of 1024) */
	CONFIG_TIME_UNITS  /* milliseconds: ms, s, m, h; never without one */
};

/* A whole number below 2^32 and its unit, without a blank between them. */
NODISCARD bool config_units_read(enum config_units units, struct str text, uint64_t *out);
/* In the largest unit in which it is a whole number. */
void config_units_write(enum config_units units, uint64_t value, struct bytes *out);

#endif
