/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema.h"

#include "base/util.h"
#include "config/config.h"
#include "config/schema_private.h"

const struct config_word config_auto_words[] = {{"auto", 0, false}, {NULL, 0, false}};

static const struct config_word format_words[] = {
	{"text", LOG_TEXT, false}, {"json", LOG_JSON, false}, {NULL, 0, false}};

static const struct config_word level_words[] = {
	{"error", LOG_LEVEL_ERROR, false},
	{"warning", LOG_LEVEL_WARNING, false},
	{"info", LOG_LEVEL_INFO, false},
	{"debug", LOG_LEVEL_DEBUG, false},
	{NULL, 0, false},
};

static const struct config_word decisions_words[] = {
	{"all", CONFIG_DECISIONS_ALL, false},
	{"denied", CONFIG_DECISIONS_DENIED, false},
	{"none", CONFIG_DECISIONS_NONE, false},
	{NULL, 0, false},
};

static const struct config_key log_keys[] = {
	{.name = "target",
		.type = CONFIG_LOG,
		.offset = offsetof(struct config, log.sink.target),
		.second = offsetof(struct config, log.sink.path),
		.value = "stderr",
		.example = "target = file:/var/log/doorward/doorward.log",
		.help = "Where the log goes, decisions included (nginx: access_log, error_log). "
			"Text lines on stderr and in a file begin with the time, to the "
			"millisecond, unless stderr is the journal. The log is written some "
			"hundredths of a second after the responses, which never wait for it. "
			"If lines come faster than the target takes them, one megabyte for each "
			"thread is held; further lines are lost, and the log tells how many."},
	{.name = "format",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, log.sink.format),
		.words = format_words,
		.value = "text",
		.example = "format = json",
		.help = "text: lines for people. json: one JSON object a line (nginx: "
			"log_format)."},
	{.name = "level",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, log.sink.level),
		.words = level_words,
		.value = "info",
		.example = "level = warning",
		.help = "The least important messages that are written (nginx: the level of "
			"error_log). The line of a decision has the level info."},
	{.name = "decisions",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, log.decisions),
		.words = decisions_words,
		.value = "all",
		.example = "decisions = denied",
		.help = "Which requests get a line of their own (nginx: access_log)."},
};

const struct config_section_schema config_sections[CONFIG_SECTION_COUNT] = {
	{"server", false, config_server_keys, CONFIG_SERVER_KEY_COUNT},
	{"frontend", false, config_frontend_keys, CONFIG_FRONTEND_KEY_COUNT},
	{"dns", false, config_dns_keys, CONFIG_DNS_KEY_COUNT},
	{"cache", false, config_cache_keys, CONFIG_CACHE_KEY_COUNT},
	{"shared", false, config_shared_keys, CONFIG_SHARED_KEY_COUNT},
	{"bans", false, config_bans_keys, CONFIG_BANS_KEY_COUNT},
	{"agents", false, config_agents_keys, CONFIG_AGENTS_KEY_COUNT},
	{"networks", false, config_networks_keys, CONFIG_NETWORKS_KEY_COUNT},
	{"log", false, log_keys, ARRAY_LEN(log_keys)},
	{"policy", true, config_policy_keys, CONFIG_POLICY_KEY_COUNT},
};

const struct config_key *config_key_find(
	const struct config_section_schema *section, struct str name)
{
	for (size_t i = 0; i < section->key_count; i++) {
		if (str_eq_text(name, section->keys[i].name)) {
			return &section->keys[i];
		}
	}
	return NULL;
}

bool config_key_is_rule(const struct config_key *key)
{
	return key->type >= CONFIG_ALLOW;
}

bool config_key_may_be_empty(const struct config_key *key)
{
	return (key->value == NULL || key->type == CONFIG_HEADERS) && !config_key_is_rule(key);
}
