/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_SCHEMA_H
#define DW_CONFIG_SCHEMA_H

#include "base/str.h"
#include "config/key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The one table of all sections and keys, from which they are read, checked, defaulted, dumped and
 * printed in doorward.conf(5).
 */

struct config_section_schema {
	const char *name;
	bool named; /* [policy NAME], any number of them; false: at most once */
	const struct config_key *keys;
	size_t key_count;
};

#define CONFIG_SECTION_COUNT 10
#define CONFIG_MAX_KEYS 32 /* of one section */

extern const struct config_section_schema config_sections[CONFIG_SECTION_COUNT];
#define CONFIG_POLICY_SCHEMA (&config_sections[CONFIG_SECTION_COUNT - 1])

/* NULL if there is no such section or key. */
const struct config_key *config_key_find(
	const struct config_section_schema *section, struct str name);
/* Whether the key is one of the rules. */
bool config_key_is_rule(const struct config_key *key);
/* Whether the key may have an empty value, which stands for none. */
bool config_key_may_be_empty(const struct config_key *key);

#endif
