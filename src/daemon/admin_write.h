/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_ADMIN_WRITE_H
#define DW_DAEMON_ADMIN_WRITE_H

#include "base/bytes.h"
#include "daemon/change.h"
#include "daemon/status.h"
#include "http/conn.h"
#include "http/head.h"
#include "log/limit.h"

#include <stdbool.h>

/*
 * Requests of the admin listener that change something: POST with a body of
 * application/x-www-form-urlencoded, and the token of admin_token_file, either in the header
 * Authorization: Bearer (RFC 6750) or as `token` of the body, which a form of the page sends. There
 * are no cookies, so that a browser adds nothing to a request of another site that would let it in;
 * and what says that it comes from another site (Origin, Sec-Fetch-Site) is refused before the
 * token is looked at.
 */
struct daemon_admin_writer {
	struct daemon_changes changes;
	struct log_limit refused;
};

/* Bytes of a body. */
#define DAEMON_ADMIN_BODY_MAX 4096

/* Whether requests may change something: at the start, and by the configuration in force. */
bool daemon_admin_write_is_on(const struct daemon_live_config *live);
/* Appends the response to a POST to the path of a change; `status` is for the page. */
void daemon_admin_write_respond(struct daemon_admin_writer *writer, const struct http_conn *conn,
	const struct http_head *head, const struct daemon_status *status, struct bytes *out);

#endif
