/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_VALUE_H
#define DW_CONFIG_VALUE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"
#include "config/schema.h"

#include <stdbool.h>
#include <stddef.h>

/* Values of keys, from text and to text, as the schema says. */

struct config_reading {
	struct arena *arena; /* owns what a value points to */
	const char *folder;  /* where relative paths begin; absolute, no slash at its end */
};

/* Why a value was refused. */
struct config_fault {
	struct str found; /* the value, or the item of a list */
	const char *why;  /* a static string; NULL: config_value_expected says what was expected */
};

/*
 * Reads `text` into the member of `base` (struct config or struct policy) that the schema names.
 * Several values of a key that repeats add up; text that is empty sets what stands for "none".
 */
NODISCARD bool config_value_read(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault);
/* What can be written, for messages and the manual: "auto or a number from 1 to 256". */
void config_value_expected(const struct config_key *key, struct bytes *out);

/* How many items a list holds; 1 for all other types. */
size_t config_value_count(const struct config_key *key, const void *base);
/* The item, or the value, as config_value_read takes it. */
void config_value_write(
	const struct config_key *key, const void *base, size_t index, struct bytes *out);

/* Copies one value that the keys of [policy NAME] can have: a flag, number, time, word, path,
 * paths, pins or claims. */
void config_value_copy(const struct config_key *key, const void *from, void *to);

#endif
