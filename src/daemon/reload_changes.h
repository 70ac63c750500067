/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_RELOAD_CHANGES_H
#define DW_DAEMON_RELOAD_CHANGES_H

#include "base/bytes.h"
#include "config/config.h"

#include <stddef.h>
#include <stdint.h>

#define DAEMON_CHANGES_MAX 50       /* that are kept of one reload; all are counted */
#define DAEMON_CHANGES_TEXT_MAX 160 /* bytes of a value; longer ones are cut, and end in "..." */
#define DAEMON_CHANGES_LOGGED 8

/* What a reload changed. Zeroed before its first use. */
struct daemon_reload_changes {
	uint64_t count;
	struct bytes json; /* the array's items; empty: nothing changed */
	struct bytes text; /* the first ones, for the log */
};

/* In place of what was there; out of memory leaves out some. */
void daemon_reload_changes_read(struct daemon_reload_changes *changes, const struct config *before,
	const struct config *after);
void daemon_reload_changes_reset(struct daemon_reload_changes *changes);
void daemon_reload_changes_clear(struct daemon_reload_changes *changes);

/* One line, if something changed. */
void daemon_reload_changes_log(const struct daemon_reload_changes *changes);
/* Appends the members "changes" and "change_count" of a JSON object. */
void daemon_reload_changes_write(const struct daemon_reload_changes *changes, struct bytes *out);

#endif
