/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DAEMON_LIVE_CONFIG_H
#define DW_DAEMON_LIVE_CONFIG_H

#include "authz/snapshot.h"
#include "base/diag.h"
#include "base/util.h"
#include "daemon/file_watch.h"
#include "daemon/reload_changes.h"
#include "metrics/metrics.h"
#include "shared/ban_sync.h"
#include "worker/pool.h"

#include <stdbool.h>
#include <uv.h>

/* The last reload that was asked for; before the first one, what the start found. */
struct daemon_reload {
	enum { DAEMON_RELOAD_NONE, DAEMON_RELOAD_DONE, DAEMON_RELOAD_FAILED } result;
	uint64_t number; /* of reloads so far */
	int64_t wall_s;
	struct bytes findings; /* as diag's text: errors and warnings */
	struct daemon_reload_changes changes;
};

/* The configuration in force, and how another one replaces it: by a reload, or file by file. */
struct daemon_live_config {
	const char *path;
	struct authz_snapshot *snapshot;
	const struct config *first; /* whose listen specs the sockets still refer to */
	struct worker_pool *pool;
	struct metrics *metrics; /* NULL: no worker runs yet */
	struct daemon_file_watch watch;
	uv_loop_t *loop;
	struct shared_ban_sync *ban_sync; /* NULL: there is no store */
	struct daemon_reload reload;
};

/* Reads the configuration at the path, which is borrowed. False after a diag_error. */
NODISCARD bool daemon_live_config_load(
	struct daemon_live_config *live, const char *path, struct diag *diag);
/* To be called before the loop runs; `pool` decides requests by this configuration. */
void daemon_live_config_init_watch(
	struct daemon_live_config *live, uv_loop_t *loop, struct worker_pool *pool);
/* To be called once the workers run: files that change from now on are read again. */
void daemon_live_config_watch(struct daemon_live_config *live, struct metrics *metrics);
/* Reads all of it again. False after the reason was logged, and nothing has changed. */
NODISCARD bool daemon_live_config_reload(struct daemon_live_config *live);
void daemon_live_config_close_watch(struct daemon_live_config *live);
/* Frees what daemon_live_config_load has read. */
void daemon_live_config_clear(struct daemon_live_config *live);

#endif
