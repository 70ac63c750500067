/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Signed requests, a line for each text: Signature-Input, Signature, Signature-Agent, method,
 * scheme, authority, target, and the field x-a. The inputs `signed-...` of the corpus are verified;
 * the private key is nowhere, so that no other request is, but for what a signature does not cover.
 */

#include "agent/verify.h"

#include "fuzz/check.h"

#include <string.h>

#define AGENT "https://agent.example"
#define NOW 1800000000
#define LINES 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The public half of the key that the corpus was signed by. */
static const char key_set[] = "{\"keys\":[{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":"
			      "\"_4vRfFDqcBp9ezWcQ8-wzcUjgO4njIfRiczUDbD30ck\"}]}";

static struct agent_keys *make_keys(void)
{
	struct agent_keys *keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);
	struct diag diag;

	check(keys != NULL);
	diag_init(&diag);
	check(agent_keys_add_text(keys, str_view(AGENT), str_view(key_set), "keys.json", &diag));
	check(agent_keys_key_count(keys) == 1);
	diag_clear(&diag);
	return keys;
}

static bool header(void *ctx, struct str name, struct str *value)
{
	const struct str *lines = ctx;

	*value = lines[7];
	return str_eq_text(name, "x-a") && value->data != NULL;
}

static void check_result(const struct agent_result *result, const struct agent_request *request)
{
	check(result->reason < AGENT_REASON_COUNT);
	check(result->state == agent_reason_state(result->reason));
	check(agent_reason_word(result->reason) != NULL);
	check((request->signature_input.len == 0) == (result->reason == AGENT_NO_SIGNATURE));
	check(result->url.len <= 256);
	if (result->state != AGENT_VERIFIED) {
		return;
	}
	check(str_eq_text(result->url, AGENT));
	check(str_eq_nocase(request->authority, str_view("shop.example")) ||
		str_eq_nocase(request->authority, str_view("shop.example:443")) ||
		str_eq_nocase(request->authority, str_view("shop.example:")));
	check(result->expires_s > NOW && result->until_s <= result->expires_s);
	check(result->keyid.len == AGENT_KEYID_LEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct agent_budget_sizes plenty = {1000000, 1000000, 1, 1};
	static struct agent_keys *keys;
	static struct agent_verifier *verifier;
	struct str rest = str_from_bytes(data, len);
	struct str lines[LINES] = {{NULL, 0}};
	struct agent_result results[2];

	if (keys == NULL) {
		keys = make_keys();
		verifier = agent_verifier_new(&plenty);
		check(verifier != NULL);
	}
	for (size_t i = 0; i < LINES && str_split_next(&rest, '\n', &lines[i]); i++) {
		continue;
	}
	const struct agent_request request = {.signature_input = lines[0],
		.signature = lines[1],
		.signature_agent = lines[2],
		.method = lines[3],
		.scheme = lines[4],
		.authority = lines[5],
		.target = lines[6],
		.header = header,
		.ctx = lines};

	/* The second answer, from memory, is that of the first. */
	for (size_t i = 0; i < 2; i++) {
		agent_verify(verifier, keys, &request, NOW, 0, &results[i]);
		check_result(&results[i], &request);
	}
	check(results[0].reason == results[1].reason);
	check(results[0].until_s == results[1].until_s);
	return 0;
}
