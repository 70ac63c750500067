/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_RULE_ITER_H
#define DW_POLICY_RULE_ITER_H

#include "policy/facts.h"
#include "policy/match_cache.h"
#include "policy/policy.h"
#include "policy/rule_index.h"

/*
 * Iterates over the rules of a policy that can be other than false for a client, in the order of
 * the list; for evaluate.c alone. Without a match cache, or if using it would cost more, these are
 * all rules. With one, the iterator leaves out rules whose anchor is false; anchors that are not
 * cached yet are evaluated on the way, and only as far as the iteration goes.
 */

/* The rules of one group during an iteration. */
struct policy_stream {
	const struct policy_group *group;
	struct policy_match_entry *cached; /* NULL: each rule of the group is a candidate */
	size_t at;                         /* into cached->rules */
	size_t next;                       /* into group->rules: the first that is not cached */
};

struct policy_rule_iter {
	const struct policy *policy;
	const struct policy_facts *facts;
	const struct policy_rule_index *index;
	bool whole; /* no rule is left out; `next` is the next rule */
	size_t next;
	struct policy_stream streams[POLICY_ANCHOR_COUNT];
};

/* `whole`: all rules, whatever is cached. What `facts` points to is borrowed until the end. */
void policy_rule_iter_begin(struct policy_rule_iter *iter, const struct policy *policy,
	const struct policy_facts *facts, bool whole);
/* The index of the next rule; false: no further rule, and *index is the number of rules. */
NODISCARD bool policy_rule_iter_next(struct policy_rule_iter *iter, size_t *index);
void policy_rule_iter_end(struct policy_rule_iter *iter);

#endif
