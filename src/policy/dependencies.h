/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_DEPENDENCIES_H
#define DW_POLICY_DEPENDENCIES_H

#include "policy/rule.h"

/* What a list of rules depends on in DNS: the names and zones in its terms. */

enum policy_dependency_kind {
	POLICY_DEPENDENCY_HOST,       /* `host`: NAME or .NAME */
	POLICY_DEPENDENCY_HOST_REGEX, /* `host ~`: names that cannot be listed */
	POLICY_DEPENDENCY_FORWARD,    /* `forward`: NAME */
	POLICY_DEPENDENCY_DNSBL       /* `dnsbl`: a zone */
};

struct policy_dependency {
	enum policy_dependency_kind kind;
	const struct policy_rule *rule;
	bool listed;      /* from a file */
	struct str value; /* lower-case, no final dot; for a regex the term as written */
};

/*
 * Calls `each` for each dependency, including those in lists, in the order of the rules; a list's
 * names that another of its lines covers are left out. Ends with false as soon as `each` returns
 * false.
 */
bool policy_rules_each_dependency(const struct policy_rules *rules,
	bool (*each)(void *ctx, const struct policy_dependency *dependency), void *ctx);

/*
 * Whether a `host` term, negated or not, would match this name. Only the first 16 regexes are
 * tried: this is called for each of up to 64 names of a client's PTR.
 */
bool policy_rules_could_match_name(const struct policy_rules *rules, struct str name);

#endif
