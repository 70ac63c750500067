/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/nginx_ordered.h"

#include <string.h>

int nginx_compare_texts(struct str a, struct str b)
{
	size_t shared = a.len < b.len ? a.len : b.len;
	int order = shared > 0 ? memcmp(a.data, b.data, shared) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

const struct import_node *nginx_ordered_next(
	const struct nginx_ordered *ordered, struct str text, const struct import_node *after)
{
	size_t rank = after != NULL ? after->rank : 0;
	size_t low = 0;
	size_t high = ordered->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct import_node *node = ordered->items[middle];
		int order = nginx_compare_texts(ordered->text(node), text);

		if (order < 0 || (order == 0 && node->rank <= rank)) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < ordered->count && str_eq(ordered->text(ordered->items[low]), text)
		       ? ordered->items[low]
		       : NULL;
}
