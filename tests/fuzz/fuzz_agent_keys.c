/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Key sets: a bad one is told of and adds nothing; a good one has keys that can be asked. */

#include "agent/keys.h"

#include "fuzz/check.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void read_as_of(const char *url, struct str text)
{
	struct agent_keys *keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);
	struct diag diag;

	check(keys != NULL);
	diag_init(&diag);
	bool good = agent_keys_add_text(keys, str_view(url), text, "keys.json", &diag);

	check(good == (diag.errors == 0));
	check(agent_keys_agent_count(keys) == good);
	check(agent_keys_has_agent(keys, str_view(url)) == good);
	check(agent_keys_key_count(keys) <= (good ? AGENT_KEYS_MAX : 0));
	agent_keys_unref(keys);
	diag_clear(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	read_as_of("https://agent.example", str_from_bytes(data, len));
	read_as_of("https://agent.example/card", str_from_bytes(data, len));
	return 0;
}
