/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/host_label.h"

#define MAX_LEN 63

bool host_label_is_valid(struct str text)
{
	if (text.len == 0 || text.len > MAX_LEN || text.data[0] == '-' ||
		text.data[text.len - 1] == '-') {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (!ascii_is_alnum(c) && c != '-' && c != '_') {
			return false;
		}
	}
	return true;
}
