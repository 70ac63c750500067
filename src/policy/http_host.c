/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/http_host.h"

/*
 * Whether all bytes may stand in a host; servers differ about blanks, %, commas and similar bytes.
 */
static bool is_host_text(struct str host, bool literal)
{
	char before = '.';

	for (size_t i = 0; i < host.len; i++) {
		char c = host.data[i];
		bool good = literal ? ascii_hex_value(c) >= 0 || c == ':' || c == '.'
				    : ascii_is_alnum(c) || c == '-' || c == '_' || c == '.';

		if (!good || (c == '.' && before == '.')) {
			return false;
		}
		before = c;
	}
	return before != '.';
}

static bool is_port(struct str port)
{
	for (size_t i = 0; i < port.len; i++) {
		if (!ascii_is_digit(port.data[i])) {
			return false;
		}
	}
	return true;
}

bool policy_http_host_read(struct str written, char *room, size_t max, struct str *host)
{
	bool literal = str_starts_with(written, "[");
	size_t end = literal ? str_find(written, ']') : str_find(written, ':');
	struct str name = {written.data + literal, end - literal};

	if (written.len == 0 || written.len > max || (literal && end == written.len)) {
		return false;
	}
	struct str port = str_from(written, end + literal);

	if (!literal && name.len > 1 && name.data[name.len - 1] == '.') {
		name.len--;
	}
	if (!is_host_text(name, literal) ||
		(port.len > 0 && (port.data[0] != ':' || !is_port(str_from(port, 1))))) {
		return false;
	}
	*host = (struct str){room, name.len + 2 * (size_t)literal};
	if (literal) {
		*room++ = '[';
		room[name.len] = ']';
	}
	for (size_t i = 0; i < name.len; i++) {
		room[i] = ascii_lower(name.data[i]);
	}
	return true;
}
