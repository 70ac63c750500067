/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DEPENDENCIES_H
#define DW_POLICY_DEPENDENCIES_H

#include "policy/rule.h"

/* What a list of rules depends on in DNS: the names and zones that its terms are about. */

enum policy_dependency_kind {
	POLICY_DEPENDENCY_HOST,       /* `host`: NAME or .NAME */
	POLICY_DEPENDENCY_HOST_REGEX, /* `host ~`: the names cannot be told */
	POLICY_DEPENDENCY_FORWARD,    /* `forward`: NAME */
	POLICY_DEPENDENCY_DNSBL       /* `dnsbl`: a zone */
};

struct policy_dependency {
	enum policy_dependency_kind kind;
	const struct policy_rule *rule;
	bool listed;      /* in a file */
	struct str value; /* lower-case, no final dot; of a regex the term as written */
};

/*
 * Calls `asked` for each of them, those of lists included, in the order of the rules; names of a
 * list that another of its lines covers are left out. False as soon as `asked` is.
 */
bool policy_rules_each_dependency(const struct policy_rules *rules,
	bool (*asked)(void *ctx, const struct policy_dependency *asked), void *ctx);

/*
 * Whether a `host` term, negated or not, would match this name. Of regexes, the first 16 are tried:
 * it is asked for each of up to 64 names that a client's PTR has.
 */
bool policy_rules_could_match_name(const struct policy_rules *rules, struct str name);

#endif
