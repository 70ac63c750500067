/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_KEYS_PRIVATE_H
#define DW_AGENT_KEYS_PRIVATE_H

#include "agent/key.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>

/* What reading files needs of struct agent_keys. */

struct agent_keys;

/* The keys of one agent. Immutable once agent_keys_take_set has it. */
struct agent_key_set;

enum agent_key_set_added { AGENT_KEY_SET_ADDED, AGENT_KEY_SET_TWICE, AGENT_KEY_SET_NO_MEMORY };

struct agent_key_set *agent_key_set_new(void);
void agent_key_set_unref(struct agent_key_set *set);
size_t agent_key_set_count(const struct agent_key_set *set);
/* Takes key->key, also on failure. */
NODISCARD enum agent_key_set_added agent_key_set_take(
	struct agent_key_set *set, const struct agent_key *key);

/*
 * Adds an agent, and takes its keys, also on failure: if the agent is there already, if there are
 * AGENT_KEYS_AGENTS_MAX, or when out of memory.
 */
NODISCARD bool agent_keys_take_set(
	struct agent_keys *keys, struct str url, struct agent_key_set *set);
/* Adds an agent with the keys that it has in `before` (may be NULL); false if it is not there. */
NODISCARD bool agent_keys_keep(
	struct agent_keys *keys, struct str url, const struct agent_keys *before);
void agent_keys_count_bad_file(struct agent_keys *keys);
bool agent_keys_accepts_examples(const struct agent_keys *keys);

#endif
