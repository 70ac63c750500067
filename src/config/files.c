/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/config_private.h"

typedef void each_file(void *ctx, enum config_file_kind kind, const char *path);

static void report(each_file *each, void *ctx, const char *path)
{
	if (path != NULL) {
		each(ctx, CONFIG_FILE_NAMED, path);
	}
}

static bool needs_agents(const struct config *config)
{
	for (size_t i = 0; i < config->policy_count; i++) {
		if (policy_rules_need_agent(config->policies[i].rules)) {
			return true;
		}
	}
	return false;
}

void config_each_file(const struct config *config, each_file *each, void *ctx)
{
	const struct config_snapshot *snapshot = (const void *)config;

	for (const struct config_ini_file *f = snapshot->files; f != NULL; f = f->next) {
		each(ctx, CONFIG_FILE_ITSELF, f->path);
	}
	for (const struct config_ini_folder *f = snapshot->folders; f != NULL; f = f->next) {
		report(each, ctx, f->path);
	}
	report(each, ctx, config->dns.static_zone);
	if (config->bans.file != NULL) {
		each(ctx, CONFIG_FILE_OPTIONAL, config->bans.file);
	}
	report(each, ctx, config->networks.asn_database);
	report(each, ctx, config->networks.country_database);
	report(each, ctx, config->server.admin_token_file);
	if (needs_agents(config)) {
		each(ctx, CONFIG_FILE_OPTIONAL, config->agents.keys);
	}
	report(each, ctx, config->shared.secret_file);
	report(each, ctx, config->shared.password_file);
	for (size_t i = 0; i < config->policy_count; i++) {
		const struct policy_trust *trust = &snapshot->sources[i].own.trust;
		const struct policy_rules *rules = snapshot->sources[i].rules;

		report(each, ctx, trust->ca_file);
		report(each, ctx, trust->ca_dir);
		report(each, ctx, trust->cert_pins);
		for (size_t k = 0; k < trust->crl_file_count; k++) {
			report(each, ctx, trust->crl_files[k]);
		}
		for (size_t k = 0; k < policy_rules_list_count(rules); k++) {
			report(each, ctx, policy_rules_list(rules, k)->path);
		}
	}
}

bool config_has_store(const struct config *config)
{
	return config->shared.store.path != NULL || config->shared.store.endpoint.port != 0;
}
