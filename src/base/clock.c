/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/clock.h"

#include <stdio.h>
#include <time.h>

uint64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_ms(void)
{
	return clock_us() / 1000;
}

int64_t clock_wall_s(void)
{
	return (int64_t)time(NULL);
}

int64_t clock_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_format(int64_t wall_s, char out[CLOCK_TEXT_MAX])
{
	time_t when = (time_t)wall_s;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL || strftime(out, CLOCK_TEXT_MAX, "%FT%TZ", &tm) == 0) {
		out[0] = '\0';
	}
}

/* Reads `digits` digits, followed by `after` unless that is NUL. */
static bool take_number(struct str *s, size_t digits, char after, int *out)
{
	uint64_t value;
	size_t len = digits + (after != '\0');

	if (s->len < len || !str_to_u64((struct str){s->data, digits}, 9999, &value) ||
		(after != '\0' && ascii_lower(s->data[digits]) != after)) {
		return false;
	}
	*out = (int)value;
	*s = str_from(*s, len);
	return true;
}

bool clock_parse(struct str text, int64_t *wall_s)
{
	struct tm tm = {0};
	int hours = 0;
	int minutes = 0;

	if (!take_number(&text, 4, '-', &tm.tm_year) || !take_number(&text, 2, '-', &tm.tm_mon) ||
		!take_number(&text, 2, 't', &tm.tm_mday) ||
		!take_number(&text, 2, ':', &tm.tm_hour) ||
		!take_number(&text, 2, ':', &tm.tm_min) ||
		!take_number(&text, 2, '\0', &tm.tm_sec)) {
		return false;
	}
	if (text.len > 1 && text.data[0] == '.') {
		size_t end = 1;

		while (end < text.len && ascii_is_digit(text.data[end])) {
			end++;
		}
		if (end == 1) {
			return false;
		}
		text = str_from(text, end);
	}
	struct tm given = tm;

	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	time_t when = timegm(&tm);

	if (tm.tm_mday != given.tm_mday || tm.tm_mon != given.tm_mon - 1 ||
		tm.tm_hour != given.tm_hour || tm.tm_min != given.tm_min ||
		tm.tm_sec != given.tm_sec) {
		return false;
	}
	if (text.len == 1 && ascii_lower(text.data[0]) == 'z') {
		*wall_s = when;
		return true;
	}
	if (text.len != 6 || (text.data[0] != '+' && text.data[0] != '-')) {
		return false;
	}
	int sign = text.data[0] == '+' ? -1 : 1;

	text = str_from(text, 1);
	if (!take_number(&text, 2, ':', &hours) || !take_number(&text, 2, '\0', &minutes) ||
		hours > 23 || minutes > 59) {
		return false;
	}
	*wall_s = when + sign * (hours * 3600 + minutes * 60);
	return true;
}
