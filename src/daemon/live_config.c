/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/live_config.h"

#include "base/clock.h"
#include "daemon/ban_log.h"
#include "daemon/inspect.h"
#include "daemon/log_target.h"
#include "daemon/slow_lists.h"
#include "log/log.h"

#include <stdarg.h>
#include <stdio.h>

#define FINDINGS_KEEP 4096 /* bytes of buffer kept between reloads */
#define FINDINGS_MAX 65536 /* bytes of findings kept of one reload */

static void keep_findings(struct daemon_live_config *live, const struct diag *diag)
{
	bytes_append(&live->reload.findings, diag->text.data,
		diag->text.len < FINDINGS_MAX ? diag->text.len : FINDINGS_MAX);
}

bool daemon_live_config_load(struct daemon_live_config *live, const char *path, struct diag *diag)
{
	live->path = path;
	live->snapshot = authz_snapshot_load(path, NULL, diag);
	if (live->snapshot == NULL) {
		return false;
	}
	if (!authz_snapshot_share(live->snapshot, NULL, diag) ||
		!authz_snapshot_read_bans(live->snapshot, diag)) {
		authz_snapshot_unref(live->snapshot);
		live->snapshot = NULL;
		return false;
	}
	live->first = config_hold(live->snapshot->config);
	keep_findings(live, diag);
	return true;
}

/* Installs `next`, and owns it; false when out of memory. */
static bool install(void *ctx, struct authz_snapshot *next)
{
	struct daemon_live_config *live = ctx;

	if (!metrics_know_policies(live->metrics, next->config)) {
		log_write(LOG_LEVEL_ERROR, "out of memory; nothing has changed");
		authz_snapshot_unref(next);
		return false;
	}
	worker_pool_reload(live->pool, next);
	daemon_ban_log(live->snapshot->bans, next->bans);
	authz_snapshot_unref(live->snapshot);
	live->snapshot = next;
	return true;
}

static void look_at_bans(void *ctx)
{
	struct daemon_live_config *live = ctx;

	daemon_file_watch_look_at_bans(&live->watch);
}

static const struct ban_list *list_of_bans(void *ctx)
{
	const struct daemon_live_config *live = ctx;

	return ban_table_list(live->snapshot->bans);
}

/* To be called when what is shared may be something else. */
static void renew_ban_sync(struct daemon_live_config *live)
{
	struct shared *shared = live->snapshot->shared;
	const struct shared_ban_sync_owner owner = {look_at_bans, list_of_bans, live};

	if (live->ban_sync != NULL && shared_ban_sync_shared(live->ban_sync) == shared) {
		return;
	}
	shared_ban_sync_close(live->ban_sync);
	live->ban_sync = shared == NULL ? NULL
					: shared_ban_sync_new(live->loop, shared,
						  live->snapshot->config->bans.shared_file, &owner);
	if (shared != NULL && live->ban_sync == NULL) {
		log_write(LOG_LEVEL_ERROR, "shared: bans: out of memory; they are not shared");
	}
}

static void log_in_force(const struct daemon_live_config *live)
{
	struct bytes keys;

	bytes_init(&keys, 0);
	config_restart_keys(live->first, live->snapshot->config, &keys);
	log_write(LOG_LEVEL_INFO, "reload: %s is in force%s%.*s%s", live->path,
		keys.len > 0 ? "; what it says of " : "", (int)keys.len,
		keys.len > 0 ? (const char *)keys.data : "",
		keys.len > 0 ? " needs a restart" : "");
	bytes_clear(&keys);
}

/* Logs why the reload failed, and keeps it as a finding. */
static void fail(struct daemon_live_config *live, const char *format, ...) PRINTF_LIKE(2, 3);

static void fail(struct daemon_live_config *live, const char *format, ...)
{
	char why[512];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	log_write(LOG_LEVEL_ERROR, "reload: %s; nothing has changed", why);
	bytes_append_visible(&live->reload.findings, str_view(why));
	bytes_append_text(&live->reload.findings, "\n");
}

static bool replace(struct daemon_live_config *live)
{
	struct diag diag;
	struct authz_snapshot *next;
	struct daemon_slow_lists slow;

	diag_init(&diag);
	diag.progress = daemon_slow_lists_init(&slow, NULL);
	next = authz_snapshot_load(live->path, live->snapshot, &diag);
	if (next != NULL && (!daemon_inspect_before_serving(next->config, &diag) ||
				    !authz_snapshot_share(next, live->snapshot, &diag) ||
				    !authz_snapshot_read_bans(next, &diag))) {
		authz_snapshot_unref(next);
		next = NULL;
	}
	log_diag(&diag);
	keep_findings(live, &diag);
	diag_clear(&diag);
	if (next == NULL) {
		fail(live, "%s has errors", live->path);
		return false;
	}
	int error = log_open(&next->config->log.sink);

	if (error != 0) {
		struct bytes why;

		bytes_init(&why, 0);
		daemon_log_target_explain(next->config->log.sink.path, error, &why);
		fail(live, "%.*s", (int)why.len, (const char *)why.data);
		bytes_clear(&why);
		authz_snapshot_unref(next);
		return false;
	}
	daemon_reload_changes_read(&live->reload.changes, live->snapshot->config, next->config);
	if (!install(live, next)) {
		daemon_reload_changes_reset(&live->reload.changes);
		bytes_append_text(&live->reload.findings, "out of memory\n");
		return false;
	}
	daemon_file_watch_renew(&live->watch, live->metrics);
	renew_ban_sync(live);
	log_in_force(live);
	daemon_reload_changes_log(&live->reload.changes);
	return true;
}

bool daemon_live_config_reload(struct daemon_live_config *live)
{
	struct daemon_reload *reload = &live->reload;

	bytes_reset(&reload->findings, FINDINGS_KEEP);
	daemon_reload_changes_reset(&reload->changes);
	bool replaced = replace(live);

	reload->result = replaced ? DAEMON_RELOAD_DONE : DAEMON_RELOAD_FAILED;
	reload->wall_s = clock_wall_s();
	reload->number++;
	return replaced;
}

void daemon_live_config_init_watch(
	struct daemon_live_config *live, uv_loop_t *loop, struct worker_pool *pool)
{
	live->pool = pool;
	live->loop = loop;
	daemon_file_watch_init(&live->watch, loop, &live->snapshot, install, live);
}

void daemon_live_config_watch(struct daemon_live_config *live, struct metrics *metrics)
{
	live->metrics = metrics;
	daemon_file_watch_renew(&live->watch, metrics);
	renew_ban_sync(live);
}

void daemon_live_config_close_watch(struct daemon_live_config *live)
{
	shared_ban_sync_close(live->ban_sync);
	live->ban_sync = NULL;
	daemon_file_watch_close(&live->watch);
}

void daemon_live_config_clear(struct daemon_live_config *live)
{
	bytes_clear(&live->reload.findings);
	daemon_reload_changes_clear(&live->reload.changes);
	config_release(live->first);
	authz_snapshot_unref(live->snapshot);
}
