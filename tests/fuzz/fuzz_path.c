/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Request targets and hosts: every reading is a path, and what is read must read back. */

#include "fuzz/check.h"
#include "policy/http_host.h"
#include "policy/path.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool holds(struct str text, const char *part)
{
	return memmem(text.data, text.len, part, strlen(part)) != NULL;
}

/* A path as it is served, each byte escaped but the slashes, has that one reading. */
static void check_served(struct str text)
{
	char escaped[3 * POLICY_PATH_MAX + 1];
	char room[POLICY_PATH_MAX];
	struct policy_path path;
	size_t len = 0;

	if (text.len > POLICY_PATH_MAX / 3 || !policy_path_is_served(text)) {
		return;
	}
	for (size_t i = 0; i < text.len; i++) {
		len += (size_t)snprintf(escaped + len, 4, text.data[i] == '/' ? "/" : "%%%02x",
			(unsigned char)text.data[i]);
	}
	if (policy_path_scan((struct str){escaped, len}, &path) != POLICY_PATH_GOOD) {
		return; /* overlong UTF-8 */
	}
	check(path.ways == 0);
	check(str_eq(policy_path_read(&path, 0, room), text));
}

static void check_target(struct str target)
{
	char room[POLICY_PATH_MAX];
	struct policy_path path;
	unsigned ways = 0;

	if (policy_path_scan(target, &path) != POLICY_PATH_GOOD) {
		return;
	}
	do {
		struct str text = policy_path_read(&path, ways, room);

		check(text.len > 0 && text.data[0] == '/' && text.len <= path.text.len);
		check((ways & POLICY_PATH_EMPTY) != 0 || !holds(text, "//"));
		check((ways & POLICY_PATH_DOTS) != 0 ||
			(!holds(text, "/./") && !holds(text, "/../")));
		check(path.ways != 0 || holds(text, "%") || text.len > POLICY_PATH_MAX ||
			policy_path_is_served(text));
		check_served(text);
		ways = (ways - path.ways) & path.ways;
	} while (ways != 0);
}

static void check_host(struct str written)
{
	char room[64];
	char again[64];
	struct str host;
	struct str back;

	if (policy_http_host_read(written, room, sizeof(room), &host)) {
		check(host.len <= written.len);
		check(policy_http_host_read(host, again, sizeof(again), &back));
		check(str_eq(host, back));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = str_from_bytes(data, len);

	check_target(text);
	check_served(text);
	check_host(text);
	return 0;
}
