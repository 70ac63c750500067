/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/value_private.h"
#include "store/settings.h"

#include <sys/un.h>

/* Values of [shared]: where the store is, and short texts. */

static const char scheme[] = "unix:";

static bool store_text(
	const struct config_reading *reading, struct str text, void *base, size_t offset)
{
	const char *copy = text.len > 0 ? arena_dup(reading->arena, text).data : NULL;

	config_store(base, offset, &copy, sizeof(copy));
	return text.len == 0 || copy != NULL;
}

static bool read_store(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	struct endpoint endpoint = {.port = 0};
	struct str path = {NULL, 0};

	if (str_starts_with(text, scheme)) {
		path = str_from(text, sizeof(scheme) - 1);
		if (path.len == 0 || path.data[0] != '/') {
			fault->why = "expected an absolute path behind unix:";
			return false;
		}
		if (path.len >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
			fault->why = "the path of a Unix socket has at most 107 bytes";
			return false;
		}
	} else if (text.len > 0 && !endpoint_parse(text, STORE_PORT, &endpoint)) {
		return false;
	}
	if (!store_text(reading, path, base, key->offset)) {
		fault->why = "out of memory";
		return false;
	}
	config_store(base, key->second, &endpoint, sizeof(endpoint));
	return true;
}

static void expect_store(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out,
		"unix:PATH, or an IP address with or without a port, such as 192.0.2.1:6379 or "
		"[2001:db8::1]:6379; host names are not resolved");
}

static void write_store(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	const char *path = config_load_pointer(base, key->offset);
	char text[ENDPOINT_TEXT_MAX];
	struct endpoint endpoint;

	memcpy(&endpoint, (const char *)base + key->second, sizeof(endpoint));
	if (path != NULL) {
		bytes_appendf(out, "%s%s", scheme, path);
	} else if (endpoint.port != 0) {
		endpoint_format(&endpoint, text);
		bytes_append_text(out, text);
	}
}

static bool read_text(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] <= ' ') {
			return false;
		}
	}
	if (!store_text(reading, text, base, key->offset)) {
		fault->why = "out of memory";
		return false;
	}
	return true;
}

static void expect_text(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "a name without blanks");
}

static void write_text(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	const char *text = config_load_pointer(base, key->offset);

	bytes_append_text(out, text != NULL ? text : "");
}

const struct config_value_type config_value_store = {
	.read = read_store, .expect = expect_store, .write = write_store};
const struct config_value_type config_value_text = {
	.read = read_text, .expect = expect_text, .write = write_text};
