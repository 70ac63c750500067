/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/response.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct str http_date_at(struct http_date *date, int64_t wall_s)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t time = (time_t)wall_s;
	struct tm tm;

	if ((date->text[0] == '\0' || date->wall_s != wall_s) && gmtime_r(&time, &tm) != NULL) {
		date->wall_s = wall_s;
		snprintf(date->text, sizeof(date->text), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
			days + 3 * (size_t)tm.tm_wday, tm.tm_mday, months + 3 * (size_t)tm.tm_mon,
			(1900 + tm.tm_year) % 10000, tm.tm_hour, tm.tm_min, tm.tm_sec);
	}
	return str_view(date->text);
}

bool http_response(struct bytes *out, struct str cgi, struct str date,
	enum http_persistence persistence, bool head_only)
{
	static const char *const connection[] = {
		[HTTP_KEEP] = "",
		[HTTP_KEEP_SAYING] = "Connection: keep-alive\r\n",
		[HTTP_CLOSE] = "Connection: close\r\n",
	};
	const char *blank = cgi.len > 0 ? memmem(cgi.data, cgi.len, "\r\n\r\n", 4) : NULL;

	if (blank == NULL || !str_starts_with(cgi, "Status: ")) {
		return false;
	}
	struct str head = str_from((struct str){cgi.data, (size_t)(blank - cgi.data) + 2}, 8);
	struct str body = str_from(cgi, (size_t)(blank - cgi.data) + 4);
	size_t status_len = str_find(head, '\r') + 2;

	bytes_append_text(out, "HTTP/1.1 ");
	bytes_append(out, head.data, status_len);
	bytes_append_text(out, "Date: ");
	bytes_append_str(out, date);
	bytes_appendf(out, "\r\nContent-Length: %zu\r\n", body.len);
	bytes_append_text(out, connection[persistence]);
	bytes_append_str(out, str_from(head, status_len));
	bytes_append_text(out, "\r\n");
	if (!head_only) {
		bytes_append_str(out, body);
	}
	return true;
}
