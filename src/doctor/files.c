/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/files.h"

#include "audit/ends.h"
#include "base/clock.h"
#include "doctor/finding.h"
#include "policy/list_file.h"
#include "policy/rule.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DAY_S 86400
/* doorward-crawlers replaces each file once a day, also by the same list. */
#define LIST_AGE_DAYS 7
#define ARENA_CHUNK 4096

static size_t look_at_list(const struct policy_list_file *list, int64_t now_s, struct diag *diag)
{
	const struct place place = {.file = list->path};
	struct stat st;

	if (list->form != POLICY_NET_LIST_JSON || stat(list->path, &st) != 0) {
		return 0;
	}
	int64_t days = (now_s - st.st_mtime) / DAY_S;

	if (days >= LIST_AGE_DAYS) {
		diag_warning(diag, &place,
			"the list was downloaded %lld days ago: does doorward-crawlers.timer run, "
			"or "
			"what else downloads it?",
			(long long)days);
	}
	return 1;
}

static int by_path(const void *left, const void *right)
{
	const struct policy_list_file *const *a = left;
	const struct policy_list_file *const *b = right;

	return strcmp((*a)->path, (*b)->path);
}

/* The lists of all rules, by path; those of an inherited rule are there for each of its policies.
 */
static const struct policy_list_file **collect_lists(
	const struct config *config, size_t *count, struct arena *arena)
{
	const struct policy_list_file **lists;

	*count = 0;
	for (size_t i = 0; i < config->policy_count; i++) {
		*count += policy_rules_list_count(config->policies[i].rules);
	}
	lists = arena_alloc(arena, *count + 1, sizeof(*lists));
	*count = 0;
	for (size_t i = 0; lists != NULL && i < config->policy_count; i++) {
		const struct policy_rules *rules = config->policies[i].rules;

		for (size_t k = 0; k < policy_rules_list_count(rules); k++) {
			lists[(*count)++] = policy_rules_list(rules, k);
		}
	}
	return lists;
}

static void look_at_lists(const struct config *config, struct diag *diag)
{
	size_t found = diag->warnings;
	size_t looked_at = 0;
	size_t count;
	struct arena arena;

	arena_init(&arena, ARENA_CHUNK);
	const struct policy_list_file **lists = collect_lists(config, &count, &arena);

	if (lists == NULL) {
		diag_error(diag, NULL, "out of memory");
	} else {
		qsort(lists, count, sizeof(*lists), by_path);
	}
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(lists[i - 1]->path, lists[i]->path) != 0) {
			looked_at += look_at_list(lists[i], clock_wall_s(), diag);
		}
	}
	if (looked_at > 0 && found == diag->warnings) {
		doctor_ok(diag, "lists", "each of %zu files was downloaded within %d days",
			looked_at, LIST_AGE_DAYS);
	}
	arena_clear(&arena);
}

static void look_at_ends(const struct authz_snapshot *snapshot, struct diag *diag)
{
	struct arena arena;
	struct audit_plan plan = {.arena = &arena};
	struct audit_report report = {.plan = &plan, .last = &report.findings};
	struct audit_ends ends = {&report, clock_wall_s()};

	arena_init(&arena, ARENA_CHUNK);
	authz_trust_stores_ends(snapshot->stores, ends.now_s, audit_check_end, &ends);
	for (const struct audit_finding *f = report.findings; f != NULL; f = f->next) {
		const struct place place = {.file = "certificates"};

		diag_warning(diag, &place, "%s of %.*s ends at %.*s: %s",
			f->kind == AUDIT_CRL_ENDS ? "the revocation list" : "the certificate",
			(int)f->name.len, f->name.data, (int)f->detail.len, f->detail.data,
			f->kind == AUDIT_CRL_ENDS
				? "from then on its clients are denied; does doorward-crls.timer "
				  "run, or what else downloads it?"
				: "its clients are denied from then on; add the CA's new one to "
				  "ca_file");
	}
	if (report.findings == NULL && authz_trust_stores_watches(snapshot->stores)) {
		doctor_ok(diag, "certificates", "no CA and no revocation list ends soon");
	}
	arena_clear(&arena);
}

static void look_at_networks(const struct authz_snapshot *snapshot, struct diag *diag)
{
	size_t found = diag->warnings;

	authz_networks_warn_of_age(snapshot->networks, snapshot->config, clock_wall_s(), diag);
	if (snapshot->networks != NULL && found == diag->warnings) {
		doctor_ok(diag, "networks", "each database was built within %d days",
			AUTHZ_NETWORKS_AGE_DAYS);
	}
}

void doctor_look_at_files(const struct authz_snapshot *snapshot, struct diag *diag)
{
	look_at_lists(snapshot->config, diag);
	look_at_networks(snapshot, diag);
	look_at_ends(snapshot, diag);
}
