/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_RULE_ITER_H
#define DW_POLICY_RULE_ITER_H

#include "policy/facts.h"
#include "policy/match_cache.h"
#include "policy/policy.h"
#include "policy/rule_index.h"

/*
 * The rules of a policy that can be other than false for a client, in the order of the list; for
 * evaluate.c alone. Without a memory, or where it would not pay, that is each of them. With one, it
 * leaves out those whose anchor is false; what is not remembered yet is found out on the way, and
 * only as far as the walk goes.
 */

/* The rules of one group, as the walk goes over them. */
struct policy_stream {
	const struct policy_group *group;
	struct policy_match_entry *remembered; /* NULL: each rule of the group is a candidate */
	size_t at;                             /* into remembered->rules */
	size_t next;                           /* into group->rules: the first not remembered */
};

struct policy_rule_iter {
	const struct policy *policy;
	const struct policy_facts *facts;
	const struct policy_rule_index *plan;
	bool whole; /* each rule; `next` is the one to come */
	size_t next;
	struct policy_stream streams[POLICY_ANCHOR_COUNT];
};

/* `whole`: each rule, whatever is remembered. What `facts` points to is borrowed until the end. */
void policy_rule_iter_begin(struct policy_rule_iter *walk, const struct policy *policy,
	const struct policy_facts *facts, bool whole);
/* The index of the next rule; false: there is none, and it is how many there are. */
NODISCARD bool policy_rule_iter_next(struct policy_rule_iter *walk, size_t *index);
void policy_rule_iter_end(struct policy_rule_iter *walk);

#endif
