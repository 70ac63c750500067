/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_SUGGEST_H
#define DW_BASE_SUGGEST_H

#include "base/str.h"

#include <stddef.h>

/*
 * The one of `words` that `text` most likely misspells: the fewest letters put in, left out,
 * changed or swapped with their neighbour, without case, and at most a third of its length. NULL
 * if none is that near. Words longer than 64 bytes are passed over.
 */
const char *suggest(struct str text, const char *const *words, size_t count);

#endif
