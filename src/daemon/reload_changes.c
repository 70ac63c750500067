/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/reload_changes.h"

#include "base/json.h"
#include "base/utf8.h"
#include "config/changes.h"
#include "log/log.h"

#include <inttypes.h>
#include <string.h>

#define BUFFER_KEEP 4096

/* Appends the value, cut where it is long. */
static void add_cut(struct bytes *out, struct str value)
{
	static const char more[] = "...";

	if (value.len > DAEMON_CHANGES_TEXT_MAX) {
		value.len = utf8_last_start(value, DAEMON_CHANGES_TEXT_MAX - strlen(more));
		bytes_append_str(out, value);
		bytes_append_text(out, more);
	} else {
		bytes_append_str(out, value);
	}
}

static void write_value(struct bytes *out, const char *key, struct str value)
{
	struct bytes text;

	json_key(out, key);
	if (value.data == NULL) {
		json_none(out);
		return;
	}
	bytes_init(&text, 0);
	add_cut(&text, value);
	json_str(out, text.len > 0 ? bytes_view(&text) : str_view(""));
	out->failed = out->failed || text.failed;
	bytes_clear(&text);
}

static void write_change(struct bytes *out, const struct config_change *change)
{
	json_open(out, '{');
	json_member_str(out, "section", change->section);
	json_member_str(out, "key", change->key);
	write_value(out, "before", change->before);
	write_value(out, "after", change->after);
	json_close(out, '}');
}

static void add_visible(struct bytes *out, struct str value)
{
	struct bytes text;

	bytes_init(&text, 0);
	add_cut(&text, value);
	bytes_append_visible(out, bytes_view(&text));
	out->failed = out->failed || text.failed;
	bytes_clear(&text);
}

/* "[dns] timeout: 2s -> 1s", "[policy web] deny: added ip 192.0.2.1", "[policy web]: removed" */
static void add_text(struct bytes *out, const struct config_change *change)
{
	bytes_append_text(out, out->len > 0 ? "; [" : "[");
	add_visible(out, change->section);
	bytes_append_text(out, "]");
	if (change->key.data == NULL) {
		bytes_append_text(out, change->after.data != NULL ? " added" : " removed");
		return;
	}
	bytes_append_text(out, " ");
	bytes_append_str(out, change->key);
	bytes_append_text(out, ": ");
	if (change->before.data == NULL) {
		bytes_append_text(out, "added ");
		add_visible(out, change->after);
	} else if (change->after.data == NULL) {
		bytes_append_text(out, "removed ");
		add_visible(out, change->before);
	} else {
		add_visible(out, change->before);
		bytes_append_text(out, " -> ");
		add_visible(out, change->after);
	}
}

static void on_change(void *ctx, const struct config_change *change)
{
	struct daemon_reload_changes *changes = ctx;

	if (changes->count < DAEMON_CHANGES_MAX) {
		write_change(&changes->json, change);
	}
	if (changes->count < DAEMON_CHANGES_LOGGED) {
		add_text(&changes->text, change);
	}
	changes->count++;
}

void daemon_reload_changes_reset(struct daemon_reload_changes *changes)
{
	changes->count = 0;
	bytes_reset(&changes->json, BUFFER_KEEP);
	bytes_reset(&changes->text, BUFFER_KEEP);
}

void daemon_reload_changes_clear(struct daemon_reload_changes *changes)
{
	bytes_clear(&changes->json);
	bytes_clear(&changes->text);
}

void daemon_reload_changes_read(struct daemon_reload_changes *changes, const struct config *before,
	const struct config *after)
{
	daemon_reload_changes_reset(changes);
	if (!config_changes(before, after, on_change, changes)) {
		log_write(LOG_LEVEL_WARNING, "reload: out of memory; some changes are not shown");
	}
}

void daemon_reload_changes_log(const struct daemon_reload_changes *changes)
{
	if (changes->count > DAEMON_CHANGES_LOGGED) {
		log_write(LOG_LEVEL_INFO, "reload: changed: %.*s; and %" PRIu64 " more",
			(int)changes->text.len, (const char *)changes->text.data,
			changes->count - DAEMON_CHANGES_LOGGED);
	} else if (changes->count > 0) {
		log_write(LOG_LEVEL_INFO, "reload: changed: %.*s", (int)changes->text.len,
			(const char *)changes->text.data);
	}
}

void daemon_reload_changes_write(const struct daemon_reload_changes *changes, struct bytes *out)
{
	json_member_open(out, "changes", '[');
	if (!changes->json.failed) {
		bytes_append_str(out, bytes_view(&changes->json));
	}
	json_close(out, ']');
	json_member_u64(out, "change_count", changes->count);
}
