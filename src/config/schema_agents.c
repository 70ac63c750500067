/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema_private.h"

#include "config/config.h"

const struct config_key config_agents_keys[CONFIG_AGENTS_KEY_COUNT] = {
	{.name = "keys",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, agents.keys),
		.value = DW_LOCALSTATEDIR "/lib/doorward/agents",
		.example = "keys = /var/lib/doorward/agents",
		.help = "The folder with the public keys of agents that sign their requests (Web "
			"Bot Auth, HTTP Message Signatures, RFC 9421), for rules with the field "
			"agent: for each agent a key set (JWKS) as it is published, in a file "
			"that is named by the URL of the agent, such as chatgpt.com.json: see "
			"AGENTS. doorward-crawlers(8) fetches them; doorward itself "
			"fetches no key. The files are watched, and read again within seconds. A "
			"key that is gone from its file is gone; a file that becomes bad leaves "
			"the keys of its agent in force. Without a rule about agents the folder "
			"is not read."},
};
