/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CONFIG_SCHEMA_PRIVATE_H
#define DW_CONFIG_SCHEMA_PRIVATE_H

#include "config/key.h"

/* The keys of the sections that have a file of their own, for schema.c alone. */

#define CONFIG_SERVER_KEY_COUNT 21
#define CONFIG_FRONTEND_KEY_COUNT 9
#define CONFIG_DNS_KEY_COUNT 18
#define CONFIG_CACHE_KEY_COUNT 5
#define CONFIG_SHARED_KEY_COUNT 7
#define CONFIG_BANS_KEY_COUNT 2
#define CONFIG_AGENTS_KEY_COUNT 1
#define CONFIG_NETWORKS_KEY_COUNT 2
#define CONFIG_POLICY_KEY_COUNT 31

extern const struct config_key config_server_keys[CONFIG_SERVER_KEY_COUNT];
extern const struct config_key config_frontend_keys[CONFIG_FRONTEND_KEY_COUNT];
extern const struct config_key config_dns_keys[CONFIG_DNS_KEY_COUNT];
extern const struct config_key config_cache_keys[CONFIG_CACHE_KEY_COUNT];
extern const struct config_key config_shared_keys[CONFIG_SHARED_KEY_COUNT];
extern const struct config_key config_bans_keys[CONFIG_BANS_KEY_COUNT];
extern const struct config_key config_agents_keys[CONFIG_AGENTS_KEY_COUNT];
extern const struct config_key config_networks_keys[CONFIG_NETWORKS_KEY_COUNT];
extern const struct config_key config_policy_keys[CONFIG_POLICY_KEY_COUNT];

/* `auto` for 0. */
extern const struct config_word config_auto_words[];

#define KIB 1024ULL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define MINUTE_MS 60000
#define HOUR_MS (60 * MINUTE_MS)
#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)

#endif
