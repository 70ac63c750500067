/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/admin_response.h"

void daemon_admin_plain(struct bytes *out, const char *status, const char *more, struct str why)
{
	bytes_appendf(out,
		"Status: %s\r\nCache-Control: no-store\r\n%sX-Content-Type-Options: nosniff\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\n%s: ",
		status, more, status);
	bytes_append_str(out, why);
	bytes_append_text(out, "\n");
}

void daemon_admin_json(struct bytes *out, struct str document)
{
	bytes_append_text(out, "Status: 200 OK\r\nCache-Control: no-store\r\n"
			       "X-Content-Type-Options: nosniff\r\n"
			       "Content-Type: application/json\r\n\r\n");
	bytes_append_str(out, document);
}
