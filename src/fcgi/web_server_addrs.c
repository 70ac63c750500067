/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "fcgi/web_server_addrs.h"

bool fcgi_web_server_addrs_parse(struct str text, struct addr out[FCGI_WEB_SERVER_ADDRS_MAX],
	size_t *count, const char **why)
{
	struct str part;
	size_t n = 0;

	if (text.data == NULL) {
		text = str_view("");
	}
	while (str_split_next(&text, ',', &part)) {
		if (n == FCGI_WEB_SERVER_ADDRS_MAX) {
			*why = "expected at most 64 addresses";
			return false;
		}
		if (!addr_parse(str_trim(part), &out[n])) {
			*why = "expected IP addresses, separated by commas";
			return false;
		}
		n++;
	}
	*count = n;
	return true;
}
