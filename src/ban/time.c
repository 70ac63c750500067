/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ban/time.h"

#include "ban/ban.h"

#define DAY_MS INT64_C(86400000)
#define LONGEST_MS (3660 * DAY_MS)

bool ban_time_read(struct str text, int64_t *ms)
{
	static const struct {
		char letter;
		int64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', DAY_MS}};
	uint64_t number;

	if (str_eq_text(text, "never")) {
		*ms = BAN_NEVER;
		return true;
	}
	if (text.len < 2) {
		return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (text.data[text.len - 1] == units[i].letter &&
			str_to_u64((struct str){text.data, text.len - 1},
				(uint64_t)(LONGEST_MS / units[i].ms), &number) &&
			number > 0) {
			*ms = (int64_t)number * units[i].ms;
			return true;
		}
	}
	return false;
}
