/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUDIT_PLAN_H
#define DW_AUDIT_PLAN_H

#include "base/arena.h"
#include "config/config.h"
#include "policy/pin.h"

/* The names and zones in DNS on which a configuration's rules depend. */

/* The most names and zones that are only in files of rules. */
#define AUDIT_LISTED_MAX 4096

/* A policy's pins, which apply to a name. */
struct audit_pins {
	struct audit_pins *next;
	const struct policy_pins *pins;
};

struct audit_target {
	/* NUL-terminated: the name; ".NAME" for a zone, which may have no address */
	struct str key;
	struct audit_pins *pins;
};

struct audit_regex {
	struct audit_regex *next;
	struct str term;
	struct str place;
};

struct audit_plan {
	struct arena *arena;
	struct audit_target *targets; /* by key, each once */
	size_t count;
	size_t capacity;
	size_t listed;
	size_t left_out;             /* values of files beyond the limit */
	struct audit_regex *regexes; /* regexes about names, which cannot be listed */
	struct audit_regex **last_regex;
	bool failed; /* out of memory */
};

/* `policy` NULL: all policies. Everything is borrowed from the configuration and the arena. */
void audit_plan_make(struct audit_plan *plan, const struct config *config,
	const struct policy *policy, struct arena *arena);

/* The target's name, for a zone without the dot. */
struct str audit_target_name(const struct audit_target *target);
bool audit_target_is_zone(const struct audit_target *target);
/* NULL: no target has that key. */
const struct audit_target *audit_plan_find(const struct audit_plan *plan, struct str key);

#endif
