/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/results.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define WAYS 8 /* the places where an entry may be */

struct entry {
	int64_t expires_s; /* 0: never used */
	uint64_t headers;
	uint8_t id[AGENT_RESULT_ID_LEN];
};

struct agent_results {
	struct hash_long_key key;
	struct entry matches[AGENT_RESULTS_MAX];
};

struct agent_results *agent_results_new(void)
{
	struct agent_results *results = calloc(1, sizeof(*results));

	if (results != NULL) {
		hash_long_key_init(&results->key);
	}
	return results;
}

void agent_results_free(struct agent_results *results)
{
	free(results);
}

uint64_t agent_results_headers(
	const struct agent_results *results, struct str label, const struct agent_request *request)
{
	struct hash hash;

	hash_begin(&hash, &results->key);
	hash_add(&hash, label.data, label.len);
	hash_add(&hash, request->signature_input.data, request->signature_input.len);
	hash_add(&hash, request->signature.data, request->signature.len);
	hash_add(&hash, request->signature_agent.data, request->signature_agent.len);
	return hash_end(&hash);
}

/* The first of the WAYS places. */
static size_t place_of(uint64_t headers)
{
	return headers % (AGENT_RESULTS_MAX / WAYS) * WAYS;
}

/* `id` NULL: any. */
static bool find(
	const struct agent_results *results, uint64_t headers, const uint8_t *id, int64_t wall_s)
{
	const struct entry *ways = &results->matches[place_of(headers)];

	for (size_t i = 0; i < WAYS; i++) {
		if (ways[i].expires_s > wall_s && ways[i].headers == headers &&
			(id == NULL || memcmp(ways[i].id, id, AGENT_RESULT_ID_LEN) == 0)) {
			return true;
		}
	}
	return false;
}

bool agent_results_has_headers(
	const struct agent_results *results, uint64_t headers, int64_t wall_s)
{
	return find(results, headers, NULL, wall_s);
}

bool agent_results_has(const struct agent_results *results, uint64_t headers,
	const uint8_t id[AGENT_RESULT_ID_LEN], int64_t wall_s)
{
	return find(results, headers, id, wall_s);
}

void agent_results_add(struct agent_results *results, uint64_t headers,
	const uint8_t id[AGENT_RESULT_ID_LEN], int64_t expires_s, int64_t wall_s)
{
	struct entry *ways = &results->matches[place_of(headers)];
	struct entry *replaced = &ways[0];

	for (size_t i = 0; i < WAYS && replaced->expires_s > wall_s; i++) {
		if (ways[i].expires_s < replaced->expires_s) {
			replaced = &ways[i];
		}
	}
	*replaced = (struct entry){.expires_s = expires_s, .headers = headers};
	memcpy(replaced->id, id, AGENT_RESULT_ID_LEN);
}
