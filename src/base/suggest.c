/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/suggest.h"

#include <string.h>

#define WORD_MAX 64

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The optimal string alignment distance. */
static unsigned distance(struct str a, struct str b)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0];
	unsigned *last = rows[1];
	unsigned *row = rows[2];

	for (unsigned j = 0; j <= b.len; j++) {
		last[j] = j;
	}
	for (unsigned i = 1; i <= a.len; i++) {
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			char x = ascii_lower(a.data[i - 1]);
			char y = ascii_lower(b.data[j - 1]);

			row[j] = min(last[j - 1] + (x != y), min(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == ascii_lower(b.data[j - 2]) &&
				y == ascii_lower(a.data[i - 2])) {
				row[j] = min(row[j], before[j - 2] + 1);
			}
		}
		unsigned *spare = before;

		before = last;
		last = row;
		row = spare;
	}
	return last[b.len];
}

const char *suggest(struct str text, const char *const *words, size_t count)
{
	const char *best = NULL;
	unsigned best_distance = 0;

	if (text.len == 0 || text.len > WORD_MAX) {
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		struct str word = str_view(words[i]);

		if (word.len > WORD_MAX) {
			continue;
		}
		unsigned d = distance(text, word);

		if (d <= (word.len + 1) / 3 && (best == NULL || d < best_distance)) {
			best = words[i];
			best_distance = d;
		}
	}
	return best;
}
