/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_FILE_WATCH_H
#define DW_DAEMON_FILE_WATCH_H

#include "authz/snapshot.h"
#include "metrics/metrics.h"

#include <stdint.h>
#include <uv.h>

/* Looks every second, or as often as the environment variable DOORWARD_FILE_WATCH_MS says, at
 * resolv.conf and at the files that snapshot.h names, if the snapshot depends on such. A file that
 * has changed is read again. */
struct daemon_file_watch {
	uv_timer_t timer;
	uint64_t interval_ms;
	/* Of the files as they were last read, with success or without. */
	uint64_t stamps[AUTHZ_SNAPSHOT_FILES_COUNT];
	struct authz_snapshot *const *current;
	struct metrics *metrics;
	/* `next` is to become *current, and is owned; false after it was logged why not. */
	bool (*take)(void *ctx, struct authz_snapshot *next);
	void *ctx;
};

void daemon_file_watch_init(struct daemon_file_watch *lookout, uv_loop_t *loop,
	struct authz_snapshot *const *current, bool (*take)(void *ctx, struct authz_snapshot *next),
	void *ctx);
/* All of *current was read just now. What is read from now on counts in `metrics`. */
void daemon_file_watch_renew(struct daemon_file_watch *lookout, struct metrics *metrics);
void daemon_file_watch_close(struct daemon_file_watch *lookout);

#endif
