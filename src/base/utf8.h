/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_UTF8_H
#define DW_BASE_UTF8_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the UTF-8 sequence (RFC 3629) at the start of s, and its code point; 0 if the text
 * does not start with one, or is empty.
 */
size_t utf8_decode(struct str s, uint32_t *code_point);

/*
 * Where to cut a text without parting a character: the next place from `at` on, or the last one up
 * to it, at most three bytes away, where no byte follows that continues a sequence.
 */
size_t utf8_next_start(struct str s, size_t at);
size_t utf8_last_start(struct str s, size_t at);

/* Whether the text is UTF-8 throughout, without control characters (C0, DEL, C1). */
bool utf8_is_text(struct str s);

/*
 * Whether the character is not visible, or changes how others are shown: controls (C0, DEL, C1),
 * line and paragraph separators, all default ignorable characters of Unicode (bidirectional
 * controls, zero-width characters, variation selectors, tags), and annotation marks.
 */
bool utf8_is_invisible(uint32_t code_point);

#endif
