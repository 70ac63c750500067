/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/oid.h"

#include <stddef.h>
#include <stdint.h>

bool oid_is_valid(struct str text)
{
	struct str rest = text;
	struct str number;
	size_t count = 0;
	char first = '2';

	if (text.len > OID_MAX_LEN) {
		return false;
	}
	while (str_split_next(&rest, '.', &number)) {
		for (size_t i = 0; i < number.len; i++) {
			if (!ascii_is_digit(number.data[i])) {
				return false;
			}
		}
		if (number.len == 0 || (number.len > 1 && number.data[0] == '0')) {
			return false;
		}
		uint64_t value;

		if (count == 0) {
			first = number.data[0];
			if (!str_to_u64(number, 2, &value)) {
				return false;
			}
		} else if (count == 1 && first < '2' && !str_to_u64(number, 39, &value)) {
			return false;
		}
		count++;
	}
	return count >= 2;
}
