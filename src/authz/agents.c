/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/agents.h"

#include "agent/file_name.h"
#include "policy/rule.h"

#include <unistd.h>

/* 64 bytes each. A signature lives for 24 hours at most, that of a usual agent for one. */
#define NONCES_MAX 65536

struct missing {
	const struct config *config;
	const struct agent_keys *keys;
	struct diag *diag;
};

bool authz_agents_are_wanted(const struct config *config)
{
	for (size_t i = 0; i < config->policy_count; i++) {
		if (policy_rules_need_agent(config->policies[i].rules)) {
			return true;
		}
	}
	return false;
}

uint64_t authz_agents_stamp(const struct config *config)
{
	return authz_agents_are_wanted(config) ? agent_keys_folder_stamp(config->agents.keys) : 0;
}

static void warn_of_missing(void *ctx, const struct place *place, struct str url)
{
	const struct missing *m = ctx;
	char name[NAME_MAX + 1];

	if (agent_keys_has_agent(m->keys, url)) {
		return;
	}
	if (!agent_file_name_write(url, name)) {
		diag_warning(m->diag, place,
			"agent %.*s: no request is verified as its own, because the file with its "
			"keys would need a name of more than %d bytes",
			(int)url.len, url.data, NAME_MAX);
		return;
	}
	diag_warning(m->diag, place,
		"agent %.*s: no request is verified as its own, because there are no keys in "
		"%s/%s; expected doorward-crawlers to have fetched them",
		(int)url.len, url.data, m->config->agents.keys, name);
}

static bool read_folder(const struct config *config, const struct agent_keys *before,
	struct agent_keys *keys, struct diag *diag)
{
	const struct place place = {.file = config->path};

	/* Without the folder there are no keys yet, and no agent is verified. */
	return access(config->agents.keys, F_OK) != 0 ||
	       agent_keys_add_folder(keys, config->agents.keys, before, &place, diag);
}

bool authz_agents_load(const struct config *config, const struct agent_keys *before,
	struct agent_keys **keys, struct diag *diag)
{
	*keys = NULL;
	if (!authz_agents_are_wanted(config)) {
		return true;
	}
	struct agent_keys *read = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);

	if (read == NULL) {
		diag_error(diag, NULL, "out of memory");
		return false;
	}
	if (!read_folder(config, before, read, diag)) {
		agent_keys_unref(read);
		return false;
	}
	if (before == NULL) {
		struct missing missing = {config, read, diag};

		config_each_agent(config, warn_of_missing, &missing);
	}
	*keys = read;
	return true;
}

bool authz_agents_nonces(const struct config *config, struct agent_nonces *before,
	struct agent_nonces **nonces, struct diag *diag)
{
	bool wanted = false;

	*nonces = NULL;
	for (size_t i = 0; i < config->policy_count; i++) {
		const struct policy *policy = &config->policies[i];

		wanted = wanted || (policy->agent_nonce == POLICY_NONCE_ONCE &&
					   policy_rules_need_agent(policy->rules));
	}
	if (!wanted) {
		return true;
	}
	*nonces = before != NULL ? agent_nonces_ref(before) : agent_nonces_new(NONCES_MAX);
	if (*nonces == NULL) {
		diag_error(diag, NULL, "out of memory for nonces of agents");
	}
	return *nonces != NULL;
}
