/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_CONFINEMENT_PATHS_H
#define DW_DAEMON_CONFINEMENT_PATHS_H

#include "config/config.h"
#include "daemon/sockets.h"
#include "sandbox/landlock.h"

/* The files that a serving process needs after its start. */
struct daemon_confinement_paths {
	struct sandbox_path *items;
	size_t count;
	size_t room;
	bool failed; /* out of memory */
};

/*
 * Files are replaced by renaming: so the folders of files count, both of a path as it is written
 * and of the file that it leads to. Sockets are removed at the end; those that a predecessor gave
 * and that are not in use, once it has stopped.
 */
void daemon_confinement_paths_init(struct daemon_confinement_paths *paths,
	const struct config *config, const struct daemon_sockets *sockets,
	const struct daemon_sockets_given *given);
void daemon_confinement_paths_clear(struct daemon_confinement_paths *paths);

#endif
