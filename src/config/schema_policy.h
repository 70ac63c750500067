/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_SCHEMA_POLICY_H
#define DW_CONFIG_SCHEMA_POLICY_H

#include "config/key.h"

/* The keys of [policy NAME], for schema.c alone. */
#define CONFIG_POLICY_KEY_COUNT 26

extern const struct config_key config_policy_keys[CONFIG_POLICY_KEY_COUNT];

#endif
