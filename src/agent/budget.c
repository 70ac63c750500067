/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/budget.h"

#include <string.h>

#define WAYS 4 /* the places where a regular may be */
#define SECOND_US 1000000

void agent_budget_init(struct agent_budget *budget, const struct agent_budget_sizes *sizes)
{
	memset(budget, 0, sizeof(*budget));
	budget->sizes = *sizes;
	budget->key = hash_key_new();
}

uint64_t agent_budget_client(const struct agent_budget *budget, struct str client,
	const uint8_t thumbprint[AGENT_THUMBPRINT_LEN])
{
	uint64_t both[2] = {hash_bytes(&budget->key, client.data, client.len),
		hash_bytes(&budget->key, thumbprint, AGENT_THUMBPRINT_LEN)};
	uint64_t hash = hash_bytes(&budget->key, both, sizeof(both));

	return hash != 0 ? hash : 1;
}

/* A token bucket, as the time when it is full again. */
static bool take(uint64_t *full_us, uint32_t per_s, uint32_t burst, uint64_t now_us)
{
	uint64_t token_us = per_s > 0 ? SECOND_US / per_s : 0;
	uint64_t full = *full_us > now_us ? *full_us : now_us;

	if (per_s == 0 || full - now_us + token_us > token_us * burst) {
		return false;
	}
	*full_us = full + token_us;
	return true;
}

/* The places where the client may be. */
static struct agent_regular *places_of(struct agent_budget *budget, uint64_t client)
{
	return &budget->regulars[client % (AGENT_REGULARS / WAYS) * WAYS];
}

static struct agent_regular *find(struct agent_budget *budget, uint64_t client)
{
	struct agent_regular *places = places_of(budget, client);

	for (size_t i = 0; i < WAYS; i++) {
		if (places[i].client == client) {
			return &places[i];
		}
	}
	return NULL;
}

bool agent_budget_take(
	struct agent_budget *budget, uint64_t client, int64_t wall_s, uint64_t now_ms)
{
	const struct agent_budget_sizes *sizes = &budget->sizes;
	const struct agent_regular *regular = find(budget, client);
	uint64_t now_us = now_ms * 1000;

	return (regular != NULL && regular->until_s > wall_s &&
		       take(&budget->reserved_full_us, sizes->reserved_per_s, sizes->reserved_burst,
			       now_us)) ||
	       take(&budget->full_us, sizes->per_s, sizes->burst, now_us);
}

void agent_budget_learn(struct agent_budget *budget, uint64_t client, bool matches, int64_t wall_s)
{
	struct agent_regular *place = find(budget, client);

	if (!matches) {
		if (place != NULL) {
			place->until_s = 0;
		}
		return;
	}
	if (place == NULL) {
		struct agent_regular *places = places_of(budget, client);

		place = &places[0];
		for (size_t i = 1; i < WAYS; i++) {
			place = places[i].until_s < place->until_s ? &places[i] : place;
		}
	}
	*place = (struct agent_regular){client, wall_s + AGENT_REGULAR_S};
}
