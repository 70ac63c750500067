/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/admin_host.h"

#include "base/addr.h"

/* Without the port, or absent if something else follows the host. */
static struct str host_of(struct str authority)
{
	size_t end = str_starts_with(authority, "[") ? str_find(authority, ']') + 1
						     : str_find(authority, ':');
	struct str host = {authority.data, end < authority.len ? end : authority.len};
	struct str rest = str_from(authority, host.len);
	uint64_t port;

	if (rest.len > 0 &&
		(rest.data[0] != ':' || !str_to_u64(str_from(rest, 1), UINT16_MAX, &port))) {
		return (struct str){NULL, 0};
	}
	return host;
}

static bool is_address(struct str host)
{
	struct addr addr;

	if (host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']') {
		return addr_parse((struct str){host.data + 1, host.len - 2}, &addr) &&
		       addr.family == ADDR_V6;
	}
	return addr_parse(host, &addr) && addr.family == ADDR_V4;
}

bool daemon_admin_host_is_local(const struct http_head *head)
{
	struct str authority = http_head_value(head, "Host");

	if (!str_starts_with(head->target, "/")) {
		return false;
	}
	if (authority.data == NULL) {
		return true;
	}
	struct str host = host_of(authority);

	return str_eq_nocase(host, str_view("localhost")) || is_address(host);
}
