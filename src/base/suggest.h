/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_SUGGEST_H
#define DW_BASE_SUGGEST_H

#include "base/str.h"

#include <stddef.h>

/*
 * The word of `words` of which `text` is most likely a misspelling: the fewest letters inserted,
 * left out, changed or swapped with their neighbour, without case, and at most a third of its
 * length. NULL if no word is that similar. Words longer than 64 bytes are skipped.
 */
const char *suggest(struct str text, const char *const *words, size_t count);

#endif
