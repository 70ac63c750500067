/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* A line that may be one of the decision log; what it says must be fit to be compared and shown. */

#include "explain/replay.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "fuzz_decision_line: broken: %s\n", what);
		abort();
	}
}

static void show(const struct explain_replay *r)
{
	const struct authz_request request = {.wall_s = 0};
	const struct authz_decision now = {.request = &request};
	struct bytes text;
	struct bytes json;

	bytes_init(&text, 0);
	bytes_init(&json, 0);
	explain_replay_text(r, &now, &text);
	explain_replay_json(r, &now, &json);
	require(!text.failed && !json.failed, "memory");
	for (size_t i = 0; i < text.len; i++) {
		uint8_t byte = text.data[i];
		/* U+0080 to U+009F, which terminals obey as well */
		bool c1 = byte == 0xc2 && i + 1 < text.len && text.data[i + 1] < 0xa0;

		require(byte == '\n' || (byte >= ' ' && byte != 0x7f && !c1),
			"people are shown no control characters");
	}
	bytes_clear(&json);
	bytes_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct explain_replay r = {.reason = POLICY_REASON_COUNT};
	struct arena arena;
	struct bytes why;
	struct addr ip;

	arena_init(&arena, 1024);
	bytes_init(&why, 0);
	bool good = explain_replay_read(str_from_bytes(data, size), &arena, &r, &why);

	require(good == (why.len == 0), "what is wrong is told");
	require(good == (r.reason < POLICY_REASON_COUNT), "only what is good is written");
	if (good) {
		require(addr_parse(r.values[AUTHZ_INPUT_REMOTE_ADDR], &ip), "there is an address");
		show(&r);
	}
	bytes_clear(&why);
	arena_clear(&arena);
	return 0;
}
