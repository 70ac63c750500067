/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/rule_iter.h"

#include "policy/rule.h"
#include "policy/rule_private.h"

#include <string.h>

/* Below, asking the anchors costs less than remembering what they said. */
#define COST_THAT_PAYS 64

/* What a value is remembered by: a usual client's ten names of usual length have room. */
#define KEY_MAX 1024

struct key {
	size_t len;
	bool overflow;
	uint8_t bytes[KEY_MAX];
};

static void key_add(struct key *key, const void *data, size_t len)
{
	key->overflow = key->overflow || len > KEY_MAX - key->len;
	if (!key->overflow && len > 0) {
		memcpy(key->bytes + key->len, data, len);
		key->len += len;
	}
}

/*
 * The policy belongs to it, and not its rules alone: two that share them may read certificates
 * differently. Lengths stand before names, so that no two lists of names are alike.
 */
static void make_key(
	const struct policy_rule_iter *walk, enum policy_anchor anchor, struct key *key)
{
	const struct policy_facts *facts = walk->facts;
	uint8_t kind = (uint8_t)anchor;

	key->len = 0;
	key->overflow = false;
	key_add(key, &kind, sizeof(kind));
	key_add(key, &walk->policy, sizeof(walk->policy));
	switch (anchor) {
	case POLICY_ANCHOR_ADDRESS:
		key_add(key, facts->ip, sizeof(*facts->ip));
		break;
	case POLICY_ANCHOR_CERT:
		key_add(key, facts->cert->sha256.data, facts->cert->sha256.len);
		break;
	case POLICY_ANCHOR_NAMES:
		for (size_t i = 0; i < facts->names.count; i++) {
			const struct str *name = &facts->names.items[i];

			key_add(key, &name->len, sizeof(name->len));
			key_add(key, name->data, name->len);
		}
		break;
	case POLICY_ANCHOR_NONE:
	case POLICY_ANCHOR_COUNT:
		break;
	}
}

/* Whether the anchors of the group rest on what is known for good, and can be remembered by it. */
static bool can_remember(const struct policy_rule_iter *walk, enum policy_anchor anchor)
{
	const struct policy_facts *facts = walk->facts;

	if (walk->plan->groups[anchor].cost < COST_THAT_PAYS) {
		return false;
	}
	switch (anchor) {
	case POLICY_ANCHOR_ADDRESS:
		return true;
	case POLICY_ANCHOR_CERT:
		return facts->cert == NULL || facts->cert->sha256.len > 0;
	case POLICY_ANCHOR_NAMES:
		return facts->names_state == POLICY_FACT_KNOWN;
	case POLICY_ANCHOR_NONE:
	case POLICY_ANCHOR_COUNT:
		break;
	}
	return false;
}

/* A client without any value fails every anchor. */
static bool has_value(const struct policy_facts *facts, enum policy_anchor anchor)
{
	return anchor == POLICY_ANCHOR_NAMES  ? facts->names.count > 0
	       : anchor == POLICY_ANCHOR_CERT ? facts->cert != NULL
					      : true;
}

static void begin_stream(struct policy_rule_iter *walk, enum policy_anchor anchor)
{
	struct policy_stream *stream = &walk->streams[anchor];
	struct key key;

	*stream = (struct policy_stream){.group = &walk->plan->groups[anchor]};
	if (!can_remember(walk, anchor)) {
		return;
	}
	if (!has_value(walk->facts, anchor)) {
		stream->next = stream->group->count;
		return;
	}
	make_key(walk, anchor, &key);
	if (key.overflow) {
		return;
	}
	stream->remembered = policy_match_cache_hold(walk->facts->memory, key.bytes, key.len);
	if (stream->remembered != NULL) {
		stream->next = stream->remembered->seen;
	}
}

void policy_rule_iter_begin(struct policy_rule_iter *walk, const struct policy *policy,
	const struct policy_facts *facts, bool whole)
{
	walk->policy = policy;
	walk->facts = facts;
	walk->plan = policy_rules_index(policy->rules);
	walk->next = 0;
	walk->whole = true;
	for (size_t i = 0; i < POLICY_ANCHOR_COUNT && !whole && facts->memory != NULL; i++) {
		walk->whole = walk->whole && !can_remember(walk, (enum policy_anchor)i);
	}
	for (size_t i = 0; i < POLICY_ANCHOR_COUNT && !walk->whole; i++) {
		begin_stream(walk, (enum policy_anchor)i);
	}
}

static size_t peek(const struct policy_stream *stream)
{
	if (stream->remembered != NULL && stream->at < stream->remembered->count) {
		return stream->remembered->rules[stream->at];
	}
	return stream->next < stream->group->count ? stream->group->rules[stream->next] : SIZE_MAX;
}

/* Steps over the rule that peek said; whether it is a candidate. */
static bool take(const struct policy_rule_iter *walk, struct policy_stream *stream, size_t index)
{
	struct policy_match_entry *remembered = stream->remembered;

	if (remembered != NULL && stream->at < remembered->count) {
		stream->at++;
		return true;
	}
	stream->next++;
	if (remembered == NULL) {
		return true;
	}
	const struct policy_rule *rule = policy_rules_at(walk->policy->rules, index);
	struct policy_found found = {.name = SIZE_MAX};
	enum policy_truth truth =
		policy_term_truth(&rule->terms[rule->anchor_term], walk->facts, &found);

	if (truth == POLICY_FALSE) {
		remembered->seen = stream->next;
		return false;
	}
	if (!policy_match_cache_note(walk->facts->memory, remembered, (uint32_t)index)) {
		stream->remembered = NULL;
		return true;
	}
	remembered->seen = stream->next;
	stream->at++;
	return true;
}

bool policy_rule_iter_next(struct policy_rule_iter *walk, size_t *index)
{
	if (walk->whole) {
		*index = walk->next++;
		return *index < walk->plan->count;
	}
	for (;;) {
		struct policy_stream *first = NULL;
		size_t lowest = SIZE_MAX;

		for (size_t i = 0; i < POLICY_ANCHOR_COUNT; i++) {
			size_t next = peek(&walk->streams[i]);

			if (next < lowest) {
				lowest = next;
				first = &walk->streams[i];
			}
		}
		if (first == NULL) {
			*index = walk->plan->count;
			return false;
		}
		if (take(walk, first, lowest)) {
			*index = lowest;
			return true;
		}
	}
}

void policy_rule_iter_end(struct policy_rule_iter *walk)
{
	for (size_t i = 0; i < POLICY_ANCHOR_COUNT && !walk->whole; i++) {
		if (walk->streams[i].remembered != NULL) {
			policy_match_cache_release(walk->streams[i].remembered);
		}
	}
}
