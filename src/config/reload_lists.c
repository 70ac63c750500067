/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/config_private.h"

#include "base/file_stamp.h"

#include <stdlib.h>
#include <string.h>

static struct config_snapshot *snapshot_of(const struct config *config)
{
	/* Counting references does not change the configuration. */
	return (struct config_snapshot *)(uintptr_t)config;
}

struct config *config_ref(struct config *config)
{
	ref_get(&snapshot_of(config)->references);
	return config;
}

static void hold(struct config_snapshot *snapshot)
{
	ref_get(&snapshot->holds);
}

static void release(struct config_snapshot *snapshot)
{
	while (snapshot != NULL && ref_put(&snapshot->holds)) {
		struct config_snapshot *origin = snapshot->origin;

		for (size_t i = 0; i < snapshot->config.policy_count; i++) {
			policy_pins_free(snapshot->sources[i].pins);
		}
		arena_clear(&snapshot->arena);
		free(snapshot);
		snapshot = origin;
	}
}

const struct config *config_hold(const struct config *config)
{
	hold(snapshot_of(config));
	return config;
}

void config_release(const struct config *config)
{
	release(snapshot_of(config));
}

void config_unref(struct config *config)
{
	struct config_snapshot *snapshot = snapshot_of(config);

	if (config == NULL || !ref_put(&snapshot->references)) {
		return;
	}
	/* Their places are not written here: another thread may be copying the sources. */
	for (size_t i = 0; i < config->policy_count; i++) {
		policy_rules_free(snapshot->sources[i].rules);
	}
	release(snapshot);
}

bool config_reads_lists(const struct config *config)
{
	const struct config_snapshot *snapshot = snapshot_of(config);

	for (size_t i = 0; i < config->policy_count; i++) {
		if (policy_rules_list_count(snapshot->sources[i].rules) > 0) {
			return true;
		}
	}
	return false;
}

static uint64_t sum_of_stamps(const struct config *config, bool now)
{
	const struct config_snapshot *snapshot = snapshot_of(config);
	uint64_t sum = 0;

	for (size_t i = 0; i < config->policy_count; i++) {
		const struct policy_rules *rules = snapshot->sources[i].rules;

		for (size_t k = 0; k < policy_rules_list_count(rules); k++) {
			const struct policy_list_file *file = policy_rules_list(rules, k);

			sum += now ? file_stamp_of_path(file->path) : file->stamp;
		}
	}
	return sum;
}

uint64_t config_lists_stamp(const struct config *config)
{
	return sum_of_stamps(config, false);
}

uint64_t config_lists_stamp_now(const struct config *config)
{
	return sum_of_stamps(config, true);
}

/* Makes the same policies, without rules yet; false when out of memory. */
static bool copy_policies(const struct config_snapshot *origin, struct config_snapshot *next)
{
	size_t count = origin->config.policy_count;
	struct policy *policies = arena_alloc(&next->arena, count, sizeof(*policies));
	struct config_policy_source *sources = arena_alloc(&next->arena, count, sizeof(*sources));
	const struct policy **by_name = arena_alloc(&next->arena, count, sizeof(*by_name));

	if (policies == NULL || sources == NULL || by_name == NULL) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const struct config_policy_source *from = &origin->sources[i];

		policies[i] = origin->config.policies[i];
		policies[i].rules = NULL;
		sources[i] = *from;
		sources[i].rules = NULL;
		sources[i].pins = NULL;
		sources[i].parent =
			from->parent != NULL ? &sources[from->parent - origin->sources] : NULL;
		sources[i].rules_from = &sources[from->rules_from - origin->sources];
		by_name[i] = &policies[origin->by_name[i] - origin->config.policies];
	}
	next->policies = policies;
	next->sources = sources;
	next->by_name = by_name;
	next->config.policies = policies;
	next->config.policy_count = count;
	return true;
}

static bool read_rules(struct config_loader *loader, struct config_policy_source *source)
{
	bool good = true;

	source->rules = policy_rules_new();
	if (source->rules == NULL) {
		diag_error(loader->diag, NULL, "out of memory");
		return false;
	}
	for (size_t i = 0; i < source->rule_count; i++) {
		good = config_add_rule(loader, source, source->rule_entries[i]) && good;
	}
	return good;
}

/*
 * A file that is read because it changed has not been reviewed by a person: what it admits may
 * grow, but not suddenly. Both configurations have the same rules, so their lists are in the same
 * order.
 */
static bool check_growth(
	const struct policy_rules *before, const struct policy_rules *now, struct diag *diag)
{
	size_t count = policy_rules_list_count(now);
	bool good = policy_rules_list_count(before) == count;

	for (size_t i = 0; good && i < count; i++) {
		const struct policy_list_file *old = policy_rules_list(before, i);
		const struct policy_list_file *file = policy_rules_list(now, i);
		struct place place = {.file = file->path};

		good = policy_net_list_may_follow(&old->covers, &file->covers, file->form, &place,
			"a reload (SIGHUP) takes it as it is", diag);
	}
	return good;
}

struct config *config_reread_lists(const struct config *config, struct diag *diag)
{
	struct config_snapshot *given = snapshot_of(config);
	struct config_snapshot *origin = given->origin != NULL ? given->origin : given;
	struct config_snapshot *next = config_snapshot_new();
	bool good = true;

	if (next == NULL) {
		diag_error(diag, NULL, "out of memory");
		return NULL;
	}
	hold(origin);
	next->origin = origin;
	next->config = origin->config;
	next->config.policy_count = 0;
	if (!copy_policies(origin, next)) {
		diag_error(diag, NULL, "out of memory");
		config_unref(&next->config);
		return NULL;
	}
	struct config_loader loader = {next, diag};

	for (size_t i = 0; i < next->config.policy_count; i++) {
		good = read_rules(&loader, &next->sources[i]) && good;
	}
	for (size_t i = 0; good && i < next->config.policy_count; i++) {
		good = check_growth(given->sources[i].rules, next->sources[i].rules, diag);
	}
	for (size_t i = 0; i < next->config.policy_count; i++) {
		next->policies[i].rules = next->sources[i].rules_from->rules;
	}
	if (!good) {
		config_unref(&next->config);
		return NULL;
	}
	return &next->config;
}
