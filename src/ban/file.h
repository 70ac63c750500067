/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BAN_FILE_H
#define DW_BAN_FILE_H

#include "ban/list.h"

/*
 * Adds the bans of a file to the list; a file that does not exist has none. Who can write the file
 * decides who is kept out: a file that every user can write is an error. False after a diag_error.
 */
NODISCARD bool ban_file_read(const char *path, struct ban_list *out, struct diag *diag);

/*
 * Replaces the file, so that readers see either the old or the new one, also after a power failure.
 * Every user can read it. False after a diag_error.
 */
NODISCARD bool ban_file_write(const char *path, const struct ban_list *list, struct diag *diag);

/*
 * Waits for other writers of files in the folder of `path`, and keeps them out until the descriptor
 * is closed. -1 after a diag_error.
 */
NODISCARD int ban_file_lock(const char *path, unsigned wait_ms, struct diag *diag);

#endif
