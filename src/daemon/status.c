/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/status.h"

#include "base/clock.h"
#include "base/json.h"
#include "log/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct daemon_status_sample sample_now(const struct daemon_status *status)
{
	struct daemon_status_sample sample = {.at_ms = clock_ms()};

	metrics_verdicts(status->metrics, sample.verdicts);
	return sample;
}

void daemon_status_sample(struct daemon_status *status)
{
	if (status->sample_count == DAEMON_STATUS_SAMPLES) {
		status->sample_count--;
		memmove(status->samples, status->samples + 1,
			status->sample_count * sizeof(status->samples[0]));
	}
	status->samples[status->sample_count++] = sample_now(status);
	metrics_history_sample(status->history, clock_ms());
}

/* The decisions since the sample that is `back` samples old, or the oldest. */
static void write_recent(const struct daemon_status *status, size_t back, struct bytes *out)
{
	struct daemon_status_sample now = sample_now(status);
	size_t count = status->sample_count;
	const struct daemon_status_sample *then =
		count > 0 ? &status->samples[count > back ? count - back : 0] : &now;

	json_open(out, '{');
	json_member_u64(out, "ms", now.at_ms - then->at_ms);
	for (unsigned v = 0; v < AUTHZ_VERDICTS; v++) {
		json_member_u64(out, authz_verdict_word((enum authz_verdict)v),
			now.verdicts[v] - then->verdicts[v]);
	}
	json_close(out, '}');
}

static void write_listen(const struct daemon_sockets *sockets, struct bytes *out)
{
	json_member_open(out, "listen", '[');
	for (size_t i = 0; i < sockets->count; i++) {
		char text[DAEMON_SOCKETS_TEXT_MAX];

		daemon_sockets_name(sockets, i, text);
		json_text(out, text);
	}
	json_close(out, ']');
}

static void write_file(void *ctx, enum config_file_kind kind, const char *path)
{
	static const char *const words[] = {
		[CONFIG_FILE_ITSELF] = "configuration",
		[CONFIG_FILE_NAMED] = "named",
		[CONFIG_FILE_OPTIONAL] = "optional",
	};
	struct bytes *out = ctx;
	char text[CLOCK_TEXT_MAX];
	struct stat st;

	json_open(out, '{');
	json_member_text(out, "path", path);
	json_member_text(out, "kind", words[kind]);
	if (stat(path, &st) == 0) {
		clock_format(st.st_mtim.tv_sec, text);
		json_member_text(out, "modified", text);
	} else {
		json_key(out, "modified");
		json_none(out);
	}
	json_close(out, '}');
}

static void write_reload(const struct daemon_reload *reload, struct bytes *out)
{
	static const char *const words[] = {
		[DAEMON_RELOAD_NONE] = "none",
		[DAEMON_RELOAD_DONE] = "success",
		[DAEMON_RELOAD_FAILED] = "failure",
	};
	char text[CLOCK_TEXT_MAX];

	json_member_open(out, "last_reload", '{');
	json_member_u64(out, "number", reload->number);
	json_member_text(out, "result", words[reload->result]);
	json_key(out, "time");
	if (reload->result == DAEMON_RELOAD_NONE) {
		json_none(out);
	} else {
		clock_format(reload->wall_s, text);
		json_text(out, text);
	}
	json_member_str(out, "findings",
		reload->findings.len > 0 ? bytes_view(&reload->findings) : str_view(""));
	daemon_reload_changes_write(&reload->changes, out);
	json_close(out, '}');
}

void daemon_status_write(const struct daemon_status *status, struct bytes *out)
{
	const struct authz_snapshot *snapshot = status->live->snapshot;
	char generation[17];
	char now[CLOCK_TEXT_MAX];

	snprintf(generation, sizeof(generation), "%016" PRIx64, snapshot->generation);
	clock_format(clock_wall_s(), now);
	json_open(out, '{');
	json_member_text(out, "version", DW_VERSION);
	json_member_u64(out, "pid", (uint64_t)getpid());
	json_member_text(out, "time", now);
	json_member_bool(out, "ready", status->ready);
	json_member_text(out, "config", status->live->path);
	json_member_text(out, "generation", generation);
	json_member_text(out, "log_level", log_level_word(log_level()));
	write_listen(status->sockets, out);
	json_member_open(out, "recent", '[');
	write_recent(status, 2, out);
	write_recent(status, DAEMON_STATUS_SAMPLES, out);
	json_close(out, ']');
	metrics_write_status(status->metrics, snapshot, out);
	json_key(out, "rates");
	authz_rates_near_write(status->near, snapshot, out);
	write_reload(&status->live->reload, out);
	json_member_open(out, "files", '[');
	config_each_file(snapshot->config, write_file, out);
	json_close(out, ']');
	json_close(out, '}');
	bytes_append_text(out, "\n");
}
