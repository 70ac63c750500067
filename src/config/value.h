/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_VALUE_H
#define DW_CONFIG_VALUE_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"
#include "config/key.h"
#include "config/reading.h"

#include <stdbool.h>
#include <stddef.h>

/* Values of keys, from text and to text, as the schema says. */

/*
 * Reads `text` into the member of `base` (struct config or struct policy) that the schema names.
 * Values of a key that repeats add up; empty text sets the value that stands for "none".
 */
NODISCARD bool config_value_read(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault);
/* The values that can be written, for messages and the manual: "auto or a number from 1 to 256". */
void config_value_expected(const struct config_key *key, struct bytes *out);

/* Whether the key may stand several times in its section. */
enum config_repeat config_value_repeat(const struct config_key *key);

/* The number of items of a list; 1 for all other types. */
size_t config_value_count(const struct config_key *key, const void *base);
/* Writes the item, or the value, as config_value_read reads it. */
void config_value_write(
	const struct config_key *key, const void *base, size_t index, struct bytes *out);

/*
 * Copies one value of a type that a key of [policy NAME] can have: a flag, number, time, word,
 * path, paths, object identifiers, pins or claims.
 */
void config_value_copy(const struct config_key *key, const void *from, void *to);

#endif
