/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/duration.h"

#include "base/util.h"

#include <inttypes.h>

void duration_append(struct bytes *out, uint64_t seconds)
{
	static const struct {
		uint64_t s;
		const char *unit;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(units) && seconds < units[i].s) {
		i++;
	}
	bytes_appendf(out, "%" PRIu64 " %s", seconds / units[i].s, units[i].unit);
	if (i + 1 < ARRAY_LEN(units) && seconds % units[i].s >= units[i + 1].s) {
		bytes_appendf(out, " %" PRIu64 " %s", seconds % units[i].s / units[i + 1].s,
			units[i + 1].unit);
	}
}

void duration_append_ms(struct bytes *out, uint64_t us)
{
	bytes_appendf(out, us < 9995 ? "%.2f" : "%.1f", (double)us / 1000.0);
}
