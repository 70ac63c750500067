/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/file_watch.h"

#include "base/clock.h"
#include "base/diag.h"
#include "daemon/slow_lists.h"
#include "log/log.h"

#include <stdlib.h>
#include <string.h>

#define INTERVAL_ENV "DOORWARD_FILE_WATCH_MS"
#define INTERVAL_MS 1000
#define INTERVAL_MIN_MS 10
#define INTERVAL_MAX_MS 60000
#define TRY_AGAIN_LOOKS 60

static void look_at_resolv_conf(struct daemon_file_watch *l)
{
	struct diag diag;

	diag_init(&diag);
	struct authz_snapshot *next = authz_snapshot_renewed(*l->current, &diag);

	log_diag(&diag);
	diag_clear(&diag);
	if (next != NULL && l->install(l->ctx, next)) {
		metrics_note(l->metrics, METRICS_RESOLV_CONF_REREAD, clock_wall_s());
		log_write(LOG_LEVEL_INFO, "resolv.conf has changed; what it says is in force");
		authz_snapshot_log_nameservers(*l->current);
	}
}

static const struct kind {
	const char *word;
	enum metrics_event reread;
	enum metrics_event failed;
} kinds[AUTHZ_SNAPSHOT_FILES_COUNT] = {
	[AUTHZ_SNAPSHOT_TRUST] = {"what certificates are verified by", METRICS_TRUST_REREAD,
		METRICS_TRUST_FAILED},
	[AUTHZ_SNAPSHOT_LISTS] = {"a file that rules read", METRICS_LISTS_REREAD,
		METRICS_LISTS_FAILED},
	[AUTHZ_SNAPSHOT_BANS] = {"the file of bans", METRICS_BANS_REREAD, METRICS_BANS_FAILED},
	[AUTHZ_SNAPSHOT_AGENTS] = {"the folder of keys of agents", METRICS_AGENTS_REREAD,
		METRICS_AGENTS_FAILED},
	[AUTHZ_SNAPSHOT_NETWORKS] = {"a database of networks", METRICS_NETWORKS_REREAD,
		METRICS_NETWORKS_FAILED},
	[AUTHZ_SNAPSHOT_ZONE] = {"the static zone", METRICS_ZONE_REREAD, METRICS_ZONE_FAILED},
};

/* Reads the files, and installs them; how many could not be used: SIZE_MAX if nothing changed. */
static size_t reread(
	struct daemon_file_watch *l, enum authz_snapshot_files files, struct diag *diag)
{
	struct authz_snapshot *next = authz_snapshot_reread(*l->current, files, diag);

	if (next == NULL) {
		return SIZE_MAX;
	}
	size_t bad = authz_snapshot_bad_files(next, files);

	l->stamps[files] = next->stamps[files];
	if (bad > 0 && bad == l->bad[files]) {
		authz_snapshot_unref(next);
		return bad;
	}
	return l->install(l->ctx, next) ? bad : SIZE_MAX;
}

static void log_outcome(const struct daemon_file_watch *l, const struct kind *kind, size_t bad)
{
	metrics_note(l->metrics, bad > 0 ? kind->failed : kind->reread, clock_wall_s());
	if (bad == SIZE_MAX) {
		log_write(LOG_LEVEL_ERROR,
			"%s has changed, and has errors; what was read before stays in force",
			kind->word);
	} else if (bad > 0) {
		log_write(LOG_LEVEL_ERROR,
			"%s has changed, and was read again but for %zu file(s) that cannot be "
			"used",
			kind->word, bad);
	} else {
		log_write(LOG_LEVEL_INFO, "%s has changed, and was read again", kind->word);
	}
}

/*
 * A file that could not be used is tried again also without a change: there may have been no
 * memory, no descriptor or a failing disk for a moment. The log tells only of another outcome.
 */
static void look_at(struct daemon_file_watch *l, enum authz_snapshot_files files)
{
	uint64_t stamp = authz_snapshot_stamp(*l->current, files);
	bool changed = stamp != l->stamps[files];
	bool due = l->bad[files] > 0 && ++l->looks[files] >= TRY_AGAIN_LOOKS;
	struct daemon_slow_lists slow;
	struct diag diag;

	if (!changed && !due) {
		return;
	}
	l->looks[files] = 0;
	l->stamps[files] = stamp;
	diag_init(&diag);
	diag.progress = daemon_slow_lists_init(&slow, NULL);
	if (changed) {
		l->bad[files] = 0;
	}
	size_t bad = reread(l, files, &diag);

	if (changed || bad != l->bad[files]) {
		log_diag(&diag);
		log_outcome(l, &kinds[files], bad);
	}
	l->bad[files] = bad;
	diag_clear(&diag);
}

static void on_look(uv_timer_t *timer)
{
	struct daemon_file_watch *l = timer->data;

	if (dns_context_watches((*l->current)->dns)) {
		look_at_resolv_conf(l);
	}
	for (size_t i = 0; i < AUTHZ_SNAPSHOT_FILES_COUNT; i++) {
		look_at(l, (enum authz_snapshot_files)i);
	}
}

static uint64_t interval_from_environment(void)
{
	const char *text = getenv(INTERVAL_ENV);
	uint64_t ms;

	if (text == NULL) {
		return INTERVAL_MS;
	}
	if (str_to_u64(str_view(text), INTERVAL_MAX_MS, &ms) && ms >= INTERVAL_MIN_MS) {
		return ms;
	}
	log_write(LOG_LEVEL_WARNING,
		"the environment variable " INTERVAL_ENV
		" is '%s', not a number of milliseconds from %d to %d: files are watched every %d "
		"ms",
		text, INTERVAL_MIN_MS, INTERVAL_MAX_MS, INTERVAL_MS);
	return INTERVAL_MS;
}

void daemon_file_watch_init(struct daemon_file_watch *l, uv_loop_t *loop,
	struct authz_snapshot *const *current,
	bool (*install)(void *ctx, struct authz_snapshot *next), void *ctx)
{
	uv_timer_init(loop, &l->timer);
	l->timer.data = l;
	l->current = current;
	l->install = install;
	l->ctx = ctx;
	l->interval_ms = interval_from_environment();
}

void daemon_file_watch_renew(struct daemon_file_watch *l, struct metrics *metrics)
{
	const struct authz_snapshot *current = *l->current;

	l->metrics = metrics;
	memcpy(l->stamps, current->stamps, sizeof(l->stamps));
	for (size_t i = 0; i < AUTHZ_SNAPSHOT_FILES_COUNT; i++) {
		l->bad[i] = authz_snapshot_bad_files(current, (enum authz_snapshot_files)i);
		l->looks[i] = 0;
	}
	if (dns_context_watches(current->dns) || authz_snapshot_watches(current)) {
		uv_timer_start(&l->timer, on_look, l->interval_ms, l->interval_ms);
	} else {
		uv_timer_stop(&l->timer);
	}
}

void daemon_file_watch_look_at_bans(struct daemon_file_watch *l)
{
	look_at(l, AUTHZ_SNAPSHOT_BANS);
}

void daemon_file_watch_close(struct daemon_file_watch *l)
{
	uv_close((uv_handle_t *)&l->timer, NULL);
}
