/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BAN_CHANGE_H
#define DW_BAN_CHANGE_H

#include "ban/list.h"

/* One ban, or the end of one, noted in the file of bans. */

struct ban_change {
	struct ban ban; /* kind, what, lifted, by and why; the rest is filled in */
	int64_t for_ms; /* how long it lasts: see ban_time_read */
	const char *file;
	const char *shared_file; /* with the bans of other machines; NULL: there is no store */
	unsigned wait_ms;        /* for other writers of the file */
};

enum ban_change_result {
	BAN_CHANGE_DONE,
	BAN_CHANGE_NOT_BANNED, /* there is nothing to lift */
	BAN_CHANGE_FAILED      /* after a diag_error */
};

/*
 * Reads the files, notes the change and replaces `file`, all under its lock. Unless it fails, a
 * sentence for people about what holds now is appended to *told, without an end.
 */
NODISCARD enum ban_change_result ban_change_apply(
	struct ban_change *change, int64_t now_ms, struct bytes *told, struct diag *diag);

/*
 * What is hardly meant: a ban of more than any one network has, or of the address of the
 * one who bans (its family is ADDR_NONE: unknown). NULL: nothing.
 */
const char *ban_change_mistake(const struct ban *ban, const struct addr *own);

#endif
