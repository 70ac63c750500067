/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_CHANGE_H
#define DW_DAEMON_CHANGE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/str.h"
#include "daemon/live_config.h"
#include "http/query.h"

#include <stdbool.h>
#include <uv.h>

/*
 * What the admin listener can change: bans, as `doorward ban` and `doorward unban` do it, and the
 * level of the log. Who may, daemon/admin_write.h decides before.
 */
struct daemon_changes {
	struct daemon_live_config *live; /* borrowed */
	uv_timer_t level_end;            /* of a level that was set for a time */
};

enum daemon_change {
	DAEMON_CHANGE_NONE,
	DAEMON_CHANGE_BAN,
	DAEMON_CHANGE_UNBAN,
	DAEMON_CHANGE_LOG_LEVEL
};

/* Of one request. */
struct daemon_change_request {
	const struct http_query *query;
	struct str who;   /* a word: a peer's address, or uid:NUMBER */
	struct addr from; /* family ADDR_NONE: a Unix socket */
	struct arena *arena;
};

/* The path is without its query. */
enum daemon_change daemon_change_at(struct str path);
/* The parameters that it has, and `token`; ends with NULL. */
const char *const *daemon_change_parameters(enum daemon_change change);

void daemon_changes_init(
	struct daemon_changes *changes, uv_loop_t *loop, struct daemon_live_config *live);
void daemon_changes_close(struct daemon_changes *changes);

/*
 * Makes the change and logs it, with who made it. Appends a sentence about what holds now, or about
 * what is wrong, to *told. The status of the response: "200 OK" if it was made.
 */
const char *daemon_change_make(struct daemon_changes *changes, enum daemon_change change,
	const struct daemon_change_request *request, struct bytes *told);

#endif
