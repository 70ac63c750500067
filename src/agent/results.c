/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/results.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define WAYS 8 /* the places where an entry may be */

struct entry {
	int64_t expires_s; /* 0: never used */
	uint8_t id[AGENT_RESULT_ID_LEN];
};

struct agent_results {
	struct hash_key key;
	struct entry matches[AGENT_RESULTS_MATCHES];
	struct entry forgeries[AGENT_RESULTS_FORGERIES];
};

struct agent_results *agent_results_new(void)
{
	struct agent_results *results = calloc(1, sizeof(*results));

	if (results != NULL) {
		results->key = hash_key_new();
	}
	return results;
}

void agent_results_free(struct agent_results *results)
{
	free(results);
}

/* The first of the WAYS places. */
static size_t place_of(
	const struct agent_results *results, const uint8_t id[AGENT_RESULT_ID_LEN], size_t entries)
{
	return hash_bytes(&results->key, id, AGENT_RESULT_ID_LEN) % (entries / WAYS) * WAYS;
}

static bool has(const struct entry *ways, const uint8_t id[AGENT_RESULT_ID_LEN], int64_t wall_s)
{
	for (size_t i = 0; i < WAYS; i++) {
		if (ways[i].expires_s > wall_s &&
			memcmp(ways[i].id, id, AGENT_RESULT_ID_LEN) == 0) {
			return true;
		}
	}
	return false;
}

enum agent_remembered agent_results_find(
	const struct agent_results *results, const uint8_t id[AGENT_RESULT_ID_LEN], int64_t wall_s)
{
	if (has(&results->matches[place_of(results, id, AGENT_RESULTS_MATCHES)], id, wall_s)) {
		return AGENT_REMEMBERED_MATCHES;
	}
	return has(&results->forgeries[place_of(results, id, AGENT_RESULTS_FORGERIES)], id, wall_s)
		       ? AGENT_REMEMBERED_DIFFERS
		       : AGENT_REMEMBERED_NOT;
}

void agent_results_add(struct agent_results *results, const uint8_t id[AGENT_RESULT_ID_LEN],
	bool matches, int64_t expires_s, int64_t wall_s)
{
	struct entry *ways =
		matches ? &results->matches[place_of(results, id, AGENT_RESULTS_MATCHES)]
			: &results->forgeries[place_of(results, id, AGENT_RESULTS_FORGERIES)];
	struct entry *replaced = &ways[0];

	for (size_t i = 0; i < WAYS && replaced->expires_s > wall_s; i++) {
		if (ways[i].expires_s < replaced->expires_s) {
			replaced = &ways[i];
		}
	}
	replaced->expires_s = expires_s;
	memcpy(replaced->id, id, AGENT_RESULT_ID_LEN);
}
