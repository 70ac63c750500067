/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_FILE_WATCH_H
#define DW_DAEMON_FILE_WATCH_H

#include "authz/snapshot.h"
#include "metrics/metrics.h"

#include <stdint.h>
#include <uv.h>

/*
 * Checks every second, or as often as the environment variable DOORWARD_FILE_WATCH_MS says,
 * resolv.conf and the files that snapshot.h names, if the snapshot depends on them. A file that has
 * changed is read again; one that could then not be used, also after every 60th check.
 */
struct daemon_file_watch {
	uv_timer_t timer;
	uint64_t interval_ms;
	/* Stamps of the files when they were last read, with success or without. */
	uint64_t stamps[AUTHZ_SNAPSHOT_FILES_COUNT];
	/* How many files could not be used when they were last read; SIZE_MAX: nothing was taken.
	 */
	size_t bad[AUTHZ_SNAPSHOT_FILES_COUNT];
	unsigned looks[AUTHZ_SNAPSHOT_FILES_COUNT]; /* since then */
	struct authz_snapshot *const *current;
	struct metrics *metrics;
	/* Makes `next` the new *current, and owns it; false after the reason was logged. */
	bool (*install)(void *ctx, struct authz_snapshot *next);
	void *ctx;
};

void daemon_file_watch_init(struct daemon_file_watch *watch, uv_loop_t *loop,
	struct authz_snapshot *const *current,
	bool (*install)(void *ctx, struct authz_snapshot *next), void *ctx);
/* To be called after all of *current was read. Files read later count in `metrics`. */
void daemon_file_watch_renew(struct daemon_file_watch *watch, struct metrics *metrics);
/* Looks at the bans alone, before it is time. */
void daemon_file_watch_look_at_bans(struct daemon_file_watch *watch);
void daemon_file_watch_close(struct daemon_file_watch *watch);

#endif
