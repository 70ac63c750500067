/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/rule_iter.h"

#include "policy/rule.h"
#include "policy/rule_private.h"

#include <string.h>

/* Below this cost, evaluating the anchors is cheaper than caching their results. */
#define CACHED_COST_MIN 64

/* The longest key of an entry: enough for a usual client's ten names of usual length. */
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

/* The length stands before the text, so that no two lists of texts have the same key. */
static void key_add_text(struct key *key, struct str text)
{
	key_add(key, &text.len, sizeof(text.len));
	key_add(key, text.data, text.len);
}

/*
 * The key includes the policy, not only its rules: two policies that share rules may read
 * certificates differently. A certificate can have several chains.
 */
static void make_key(
	const struct policy_rule_iter *iter, enum policy_anchor anchor, struct key *key)
{
	const struct policy_facts *facts = iter->facts;
	uint8_t kind = (uint8_t)anchor;

	key->len = 0;
	key->overflow = false;
	key_add(key, &kind, sizeof(kind));
	key_add(key, &iter->policy, sizeof(iter->policy));
	switch (anchor) {
	case POLICY_ANCHOR_ADDRESS:
		key_add(key, facts->ip, sizeof(*facts->ip));
		break;
	case POLICY_ANCHOR_CERT:
		key_add_text(key, facts->cert->sha256);
		key_add_text(key, facts->cert->issuer_spki);
		key_add_text(key, facts->cert->anchor);
		break;
	case POLICY_ANCHOR_NAMES:
		for (size_t i = 0; i < facts->names.count; i++) {
			key_add_text(key, facts->names.items[i]);
		}
		break;
	case POLICY_ANCHOR_NONE:
	case POLICY_ANCHOR_COUNT:
		break;
	}
}

/*
 * Whether the value that the group's anchors depend on is known completely, so that it can be a
 * key.
 */
static bool can_cache(const struct policy_rule_iter *iter, enum policy_anchor anchor)
{
	const struct policy_facts *facts = iter->facts;

	if (iter->index->groups[anchor].cost < CACHED_COST_MIN) {
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

static void begin_stream(struct policy_rule_iter *iter, enum policy_anchor anchor)
{
	struct policy_stream *stream = &iter->streams[anchor];
	struct key key;

	*stream = (struct policy_stream){.group = &iter->index->groups[anchor]};
	if (!can_cache(iter, anchor)) {
		return;
	}
	if (!has_value(iter->facts, anchor)) {
		stream->next = stream->group->count;
		return;
	}
	make_key(iter, anchor, &key);
	if (key.overflow) {
		return;
	}
	stream->cached = policy_match_cache_hold(iter->facts->match_cache, key.bytes, key.len);
	if (stream->cached != NULL) {
		stream->next = stream->cached->seen;
	}
}

void policy_rule_iter_begin(struct policy_rule_iter *iter, const struct policy *policy,
	const struct policy_facts *facts, bool whole)
{
	iter->policy = policy;
	iter->facts = facts;
	iter->index = policy_rules_index(policy->rules);
	iter->next = 0;
	iter->whole = true;
	for (size_t i = 0; i < POLICY_ANCHOR_COUNT && !whole && facts->match_cache != NULL; i++) {
		iter->whole = iter->whole && !can_cache(iter, (enum policy_anchor)i);
	}
	for (size_t i = 0; i < POLICY_ANCHOR_COUNT && !iter->whole; i++) {
		begin_stream(iter, (enum policy_anchor)i);
	}
}

static size_t peek(const struct policy_stream *stream)
{
	if (stream->cached != NULL && stream->at < stream->cached->count) {
		return stream->cached->rules[stream->at];
	}
	return stream->next < stream->group->count ? stream->group->rules[stream->next] : SIZE_MAX;
}

/* Skips the rule that peek returned; returns whether it is a candidate. */
static bool take(const struct policy_rule_iter *iter, struct policy_stream *stream, size_t index)
{
	struct policy_match_entry *cached = stream->cached;

	if (cached != NULL && stream->at < cached->count) {
		stream->at++;
		return true;
	}
	stream->next++;
	if (cached == NULL) {
		return true;
	}
	const struct policy_rule *rule = policy_rules_at(iter->policy->rules, index);
	struct policy_found found = {.name = SIZE_MAX};
	enum policy_truth truth =
		policy_term_truth(&rule->terms[rule->anchor_term], iter->facts, &found);

	if (truth == POLICY_FALSE) {
		cached->seen = stream->next;
		return false;
	}
	if (!policy_match_cache_note(iter->facts->match_cache, cached, (uint32_t)index)) {
		stream->cached = NULL;
		return true;
	}
	cached->seen = stream->next;
	stream->at++;
	return true;
}

bool policy_rule_iter_next(struct policy_rule_iter *iter, size_t *index)
{
	if (iter->whole) {
		*index = iter->next++;
		return *index < iter->index->count;
	}
	for (;;) {
		struct policy_stream *first = NULL;
		size_t lowest = SIZE_MAX;

		for (size_t i = 0; i < POLICY_ANCHOR_COUNT; i++) {
			size_t next = peek(&iter->streams[i]);

			if (next < lowest) {
				lowest = next;
				first = &iter->streams[i];
			}
		}
		if (first == NULL) {
			*index = iter->index->count;
			return false;
		}
		if (take(iter, first, lowest)) {
			*index = lowest;
			return true;
		}
	}
}

void policy_rule_iter_end(struct policy_rule_iter *iter)
{
	for (size_t i = 0; i < POLICY_ANCHOR_COUNT && !iter->whole; i++) {
		if (iter->streams[i].cached != NULL) {
			policy_match_cache_release(iter->streams[i].cached);
		}
	}
}
