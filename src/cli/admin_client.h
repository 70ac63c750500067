/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CLI_ADMIN_CLIENT_H
#define DW_CLI_ADMIN_CLIENT_H

#include "base/bytes.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/* The admin listener of the running process, as commands ask it. */

/* Where the unit doorward-admin.socket listens. */
#define CLI_ADMIN_DEFAULT "unix:/run/doorward/admin.sock"

struct cli_admin_place {
	char text[128]; /* "unix:PATH" or "ADDRESS:PORT" */
	bool configured;
};

/*
 * The place of the admin listener: the first place of `listen` that is for admin and has a path or
 * an address; otherwise, also if the configuration cannot be read, CLI_ADMIN_DEFAULT.
 */
void cli_admin_find(const char *config_path, struct cli_admin_place *out);
/*
 * Asks the admin listener of the running process for `target`, such as /status.json; waits for at
 * most 10 seconds. False after the reason, and what helps, was appended to `why`, whole lines for
 * people.
 */
NODISCARD bool cli_admin_ask(const struct cli_admin_place *place, const char *target,
	struct bytes *document, struct bytes *why);
/*
 * Has it change something, with the token of admin_token_file: POST to `target` with the parameters
 * `form`, as an HTML form sends them. Appends the sentence that came to *told. False as above.
 */
NODISCARD bool cli_admin_change(const struct cli_admin_place *place, const char *target,
	struct str token, const char *form, struct bytes *told, struct bytes *why);

#endif
