/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/units.h"

#define UNIT_COUNT 4

struct unit {
	const char *name;
	uint64_t weight;
};

static const struct unit table[][UNIT_COUNT] = {
	[CONFIG_SIZE_UNITS] = {{"", 1}, {"K", 1ULL << 10}, {"M", 1ULL << 20}, {"G", 1ULL << 30}},
	[CONFIG_TIME_UNITS] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}},
};

bool config_units_read(enum config_units units, struct str text, uint64_t *out)
{
	size_t digits = 0;
	uint64_t number;

	while (digits < text.len && ascii_is_digit(text.data[digits])) {
		digits++;
	}
	if (!str_to_u64((struct str){text.data, digits}, UINT32_MAX, &number)) {
		return false;
	}
	for (size_t i = 0; i < UNIT_COUNT; i++) {
		if (str_eq_text(str_from(text, digits), table[units][i].name)) {
			*out = number * table[units][i].weight;
			return true;
		}
	}
	return false;
}

void config_units_write(enum config_units units, uint64_t value, struct bytes *out)
{
	size_t i = UNIT_COUNT - 1;

	if (value == 0) {
		bytes_append_text(out, units == CONFIG_TIME_UNITS ? "0s" : "0");
		return;
	}
	while (value % table[units][i].weight != 0) {
		i--;
	}
	bytes_appendf(out, "%llu%s", (unsigned long long)(value / table[units][i].weight),
		table[units][i].name);
}
