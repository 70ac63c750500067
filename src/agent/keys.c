/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/keys.h"

#include "agent/keys_private.h"
#include "base/array.h"
#include "base/ref.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct agent_key_set {
	struct ref references;
	struct agent_key *keys;
	size_t count;
	size_t capacity;
};

struct agent {
	char *url;
	struct agent_key_set *set;
};

struct agent_keys {
	struct ref references;
	enum agent_example_keys example_keys;
	struct agent *agents; /* in the order of their URLs */
	size_t count;
	size_t capacity;
	size_t bad_files;
};

struct agent_key_set *agent_key_set_new(void)
{
	struct agent_key_set *set = calloc(1, sizeof(*set));

	if (set != NULL) {
		ref_init(&set->references);
	}
	return set;
}

static struct agent_key_set *set_ref(struct agent_key_set *set)
{
	ref_get(&set->references);
	return set;
}

void agent_key_set_unref(struct agent_key_set *set)
{
	if (set == NULL || !ref_put(&set->references)) {
		return;
	}
	for (size_t i = 0; i < set->count; i++) {
		EVP_PKEY_free(set->keys[i].key);
	}
	free(set->keys);
	free(set);
}

static const struct agent_key *set_find(
	const struct agent_key_set *set, const uint8_t thumbprint[AGENT_THUMBPRINT_LEN])
{
	for (size_t i = 0; i < set->count; i++) {
		if (memcmp(set->keys[i].thumbprint, thumbprint, AGENT_THUMBPRINT_LEN) == 0) {
			return &set->keys[i];
		}
	}
	return NULL;
}

enum agent_key_set_added agent_key_set_take(struct agent_key_set *set, const struct agent_key *key)
{
	bool known = set_find(set, key->thumbprint) != NULL;
	struct agent_key *room =
		array_reserve(set->keys, set->count, &set->capacity, sizeof(*set->keys));

	set->keys = room != NULL ? room : set->keys;
	if (room == NULL || known) {
		EVP_PKEY_free(key->key);
		return known ? AGENT_KEY_SET_TWICE : AGENT_KEY_SET_NO_MEMORY;
	}
	room[set->count++] = *key;
	return AGENT_KEY_SET_ADDED;
}

struct agent_keys *agent_keys_new(enum agent_example_keys example_keys)
{
	struct agent_keys *keys = calloc(1, sizeof(*keys));

	if (keys != NULL) {
		ref_init(&keys->references);
		keys->example_keys = example_keys;
	}
	return keys;
}

struct agent_keys *agent_keys_ref(struct agent_keys *keys)
{
	ref_get(&keys->references);
	return keys;
}

void agent_keys_unref(struct agent_keys *keys)
{
	if (keys == NULL || !ref_put(&keys->references)) {
		return;
	}
	for (size_t i = 0; i < keys->count; i++) {
		free(keys->agents[i].url);
		agent_key_set_unref(keys->agents[i].set);
	}
	free(keys->agents);
	free(keys);
}

static int compare(struct str a, const char *b)
{
	size_t len = strlen(b);
	int order = memcmp(a.data, b, a.len < len ? a.len : len);

	return order != 0 ? order : (a.len > len) - (a.len < len);
}

/* The place of the agent, or where it would be. */
static size_t place_of(const struct agent_keys *keys, struct str url, bool *found)
{
	size_t low = 0;
	size_t high = keys->count;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(url, keys->agents[middle].url);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return low;
}

bool agent_keys_take_set(struct agent_keys *keys, struct str url, struct agent_key_set *set)
{
	bool found;
	size_t place = place_of(keys, url, &found);
	char *copy = strndup(url.data, url.len);
	struct agent *room =
		array_reserve(keys->agents, keys->count, &keys->capacity, sizeof(*keys->agents));

	keys->agents = room != NULL ? room : keys->agents;
	if (copy == NULL || room == NULL || found || keys->count == AGENT_KEYS_AGENTS_MAX) {
		free(copy);
		agent_key_set_unref(set);
		return false;
	}
	memmove(&room[place + 1], &room[place], (keys->count - place) * sizeof(*room));
	room[place] = (struct agent){copy, set};
	keys->count++;
	return true;
}

bool agent_keys_keep(struct agent_keys *keys, struct str url, const struct agent_keys *before)
{
	bool found = false;
	size_t place = before != NULL ? place_of(before, url, &found) : 0;

	return found && agent_keys_take_set(keys, url, set_ref(before->agents[place].set));
}

void agent_keys_count_bad_file(struct agent_keys *keys)
{
	keys->bad_files++;
}

bool agent_keys_accepts_examples(const struct agent_keys *keys)
{
	return keys->example_keys == AGENT_ACCEPT_EXAMPLE_KEYS;
}

size_t agent_keys_bad_files(const struct agent_keys *keys)
{
	return keys->bad_files;
}

size_t agent_keys_agent_count(const struct agent_keys *keys)
{
	return keys->count;
}

size_t agent_key_set_count(const struct agent_key_set *set)
{
	return set->count;
}

size_t agent_keys_key_count(const struct agent_keys *keys)
{
	size_t count = 0;

	for (size_t i = 0; i < keys->count; i++) {
		count += keys->agents[i].set->count;
	}
	return count;
}

bool agent_keys_has_agent(const struct agent_keys *keys, struct str url)
{
	bool found;

	place_of(keys, url, &found);
	return found;
}

const struct agent_key *agent_keys_find(const struct agent_keys *keys, struct str url,
	const uint8_t thumbprint[AGENT_THUMBPRINT_LEN])
{
	bool found;
	size_t place = place_of(keys, url, &found);

	return found ? set_find(keys->agents[place].set, thumbprint) : NULL;
}
