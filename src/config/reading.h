/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_READING_H
#define DW_CONFIG_READING_H

#include "base/arena.h"
#include "base/str.h"

/* What is needed to read a value, and what was wrong with it. */

struct config_reading {
	struct arena *arena; /* owns the memory that a value points to */
	const char *folder;  /* where relative paths begin; absolute, no slash at its end */
};

/* Why a value is wrong. */
struct config_fault {
	struct str found; /* the value, or the item of a list */
	const char *why;  /* a static string; NULL: config_value_expected says what was expected */
};

#endif
