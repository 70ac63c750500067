/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/cert_source.h"
#include "config/config.h"
#include "config/user_group.h"
#include "config/value_private.h"
#include "log/log.h"

#include <sys/types.h>

/* Values that keep a text: paths, users and groups, sources of certificates, targets of the log. */

_Static_assert(sizeof(uid_t) == sizeof(uint32_t), "owners are stored as 32 bits");
_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "groups are stored as 32 bits");

/* Writes the text at `offset`; nothing if it is NULL. */
static void write_text(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	const char *text = config_load_pointer(base, key->offset);

	bytes_append_text(out, text != NULL ? text : "");
}

static bool store_path(const struct config_reading *reading, struct str text, void *base,
	size_t offset, const char **why)
{
	struct bytes joined;
	const char *path = NULL;

	bytes_init(&joined, 0);
	if (text.len > 0) {
		if (text.data[0] != '/') {
			bytes_append_text(&joined, reading->folder);
			bytes_append_text(&joined, "/");
		}
		bytes_append_str(&joined, text);
		path = arena_dup(reading->arena, bytes_view(&joined)).data;
	}
	bool failed = joined.failed || (text.len > 0 && path == NULL);

	bytes_clear(&joined);
	if (failed) {
		*why = "out of memory";
		return false;
	}
	config_store(base, offset, &path, sizeof(path));
	return true;
}

static bool read_path(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	return store_path(reading, text, base, key->offset, &fault->why);
}

static bool read_paths(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	const char *path = NULL;

	return text.len == 0 ||
	       (store_path(reading, text, &path, 0, &fault->why) &&
		       config_value_add_item(key, reading, base, &path, sizeof(path), &fault->why));
}

static void expect_path(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "a path");
}

static void write_paths(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	bytes_append_text(
		out, ((const char *const *)config_load_pointer(base, key->offset))[index]);
}

static bool read_account(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	bool user = key->type == CONFIG_USER;
	const char *name = NULL;
	uint32_t id = UINT32_MAX;

	if (text.len > 0) {
		name = arena_dup(reading->arena, text).data;
		if (name == NULL) {
			fault->why = "out of memory";
			return false;
		}
		if (!config_user_group_find(user, name, &id)) {
			fault->why = user ? "expected the name of a user; there is no such user"
					  : "expected the name of a group; there is no such group";
			return false;
		}
	}
	config_store(base, key->offset, &name, sizeof(name));
	if (key->second != CONFIG_NONE) {
		config_store_u32(base, key->second, id);
	}
	return true;
}

static void expect_user(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "the name of a user");
}

static void expect_group(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "the name of a group");
}

static bool read_source(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	return config_cert_source_read(text, key->type == CONFIG_CERT_SOURCE, reading->arena,
		(struct cert_choice *)(void *)((char *)base + key->offset), &fault->why);
}

static void expect_cert_source(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "param NAME CODEC or header NAME CODEC, the codec ");
	for (unsigned i = 0; i < CERT_CODEC_COUNT; i++) {
		config_value_expect_choice(
			out, cert_codec_word((enum cert_codec)i), i, CERT_CODEC_COUNT);
	}
}

static void expect_verify_source(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "param NAME or header NAME");
}

static void write_source(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	config_cert_source_write((const void *)((const char *)base + key->offset),
		key->type == CONFIG_CERT_SOURCE, out);
}

static bool read_log(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	struct str path = {NULL, 0};
	enum log_target target;

	if (str_eq_text(text, "stderr")) {
		target = LOG_TO_STDERR;
	} else if (str_eq_text(text, "syslog")) {
		target = LOG_TO_SYSLOG;
	} else if (str_starts_with(text, "file:") && text.len > strlen("file:")) {
		target = LOG_TO_FILE;
		path = str_from(text, strlen("file:"));
	} else {
		return false;
	}
	config_store_u32(base, key->offset, target);
	return store_path(reading, path, base, key->second, &fault->why);
}

static void expect_log(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "stderr, syslog or file:PATH");
}

static void write_log(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	switch ((enum log_target)config_load_u32(base, key->offset)) {
	case LOG_TO_STDERR:
		bytes_append_text(out, "stderr");
		break;
	case LOG_TO_SYSLOG:
		bytes_append_text(out, "syslog");
		break;
	case LOG_TO_FILE:
		bytes_appendf(out, "file:%s", (const char *)config_load_pointer(base, key->second));
		break;
	}
}

const struct config_value_type config_value_path = {.read = read_path,
	.expect = expect_path,
	.write = write_text,
	.size = sizeof(const char *)};
const struct config_value_type config_value_paths = {.read = read_paths,
	.expect = expect_path,
	.write = write_paths,
	.count = config_value_item_count,
	.repeat = CONFIG_REPEAT_LINES,
	.size = sizeof(const char *const *)};
const struct config_value_type config_value_user = {
	.read = read_account, .expect = expect_user, .write = write_text};
const struct config_value_type config_value_group = {
	.read = read_account, .expect = expect_group, .write = write_text};
const struct config_value_type config_value_cert_source = {
	.read = read_source, .expect = expect_cert_source, .write = write_source};
const struct config_value_type config_value_verify_source = {
	.read = read_source, .expect = expect_verify_source, .write = write_source};
const struct config_value_type config_value_log = {
	.read = read_log, .expect = expect_log, .write = write_log};
