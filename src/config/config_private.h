/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_CONFIG_PRIVATE_H
#define DW_CONFIG_CONFIG_PRIVATE_H

#include "base/arena.h"
#include "base/ref.h"
#include "config/config.h"
#include "config/ini.h"
#include "config/schema.h"
#include "policy/pin.h"
#include "policy/rule.h"

/*
 * Private parts of a loaded configuration, for the files of this folder and its fuzzer. A [policy
 * NAME] as written, without what it inherits.
 */
struct config_policy_source {
	const struct config_ini_section *section;
	struct str name;
	struct policy own; /* members whose key was given; `name` and `rules` are not used */
	const struct config_ini_entry *given[CONFIG_MAX_KEYS]; /* first of each key of the schema */
	bool bad;                   /* a key of it, other than a rule, had an error */
	struct policy_rules *rules; /* its own; may be empty */
	struct policy_pins *pins;   /* its own; NULL: no pins */
	const struct config_ini_entry **rule_entries; /* the entry of each of `rules` */
	size_t rule_count;
	const struct config_policy_source *parent;
	const struct config_policy_source
		*rules_from; /* itself, or the ancestor from which it has its rules */
};

struct config_snapshot {
	struct config config; /* the first member */
	struct ref references;
	struct ref holds;               /* on everything but the rules; one for all references */
	struct config_snapshot *origin; /* whose data this one borrows, and holds; NULL: none */
	struct arena arena;
	const struct config_ini_file *files;     /* from which it was read */
	const struct config_ini_folder *folders; /* in which `include` looked for files */
	struct policy *policies;                 /* config.policies */
	struct config_policy_source *sources;    /* one for each of them, in the same order */
	const struct policy **by_name;           /* config.policies, sorted */
};

/* With one reference; NULL when out of memory. */
struct config_snapshot *config_snapshot_new(void);

/* The state of a load. */
struct config_loader {
	struct config_snapshot *snapshot;
	struct diag *diag;
};

/*
 * Reads one entry into `base`, as the schema says, and stores the first of each key in `given`.
 * NULL after a diag_error, else the key. For rules and parents only the key is checked.
 */
const struct config_key *config_read_entry(struct config_loader *loader,
	const struct config_section_schema *schema, const struct config_ini_section *section,
	const struct config_ini_entry *entry, void *base, const struct config_ini_entry **given);

/* Compiles a rule into source->rules; false after a diag_error. */
NODISCARD bool config_add_rule(struct config_loader *loader, struct config_policy_source *source,
	const struct config_ini_entry *entry);

/* Reads all [policy NAME] sections into the snapshot. */
void config_load_policies(struct config_loader *loader, const struct config_ini *ini);
/* The first entry of a key in the policy's own section; NULL if it has none. */
const struct config_ini_entry *config_policy_given(
	const struct config_policy_source *source, const char *key);
/* "NAME" of "policy NAME"; absent for any other section. */
struct str config_policy_name(struct str section);

/* config_load of text in memory, which may not include other files. */
struct config *config_load_text(const char *name, struct str text, struct diag *diag);

#endif
