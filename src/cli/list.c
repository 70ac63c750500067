/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/list.h"

#include "base/exit_code.h"
#include "cli/options.h"
#include "policy/net_list.h"

#include <stdio.h>
#include <string.h>

static bool read_coverage(const char *path, const struct policy_json_pointers *pointers,
	struct policy_coverage *covers, struct diag *diag)
{
	struct policy_netset *set = policy_net_list_read(
		path, pointers->count > 0 ? pointers : NULL, NULL, POLICY_NET_LIST_JSON, diag);

	if (set == NULL) {
		return false;
	}
	*covers = policy_netset_coverage(set);
	policy_netset_free(set);
	return true;
}

/* What is in force and cannot be read is no measure: a person has to look at it. */
static bool may_follow(const char *before, const char *path,
	const struct policy_json_pointers *pointers, struct diag *diag)
{
	struct policy_coverage were = {0};
	struct policy_coverage are;
	struct place place = {.file = path};
	char accept[512];

	if (!read_coverage(path, pointers, &are, diag)) {
		return false;
	}
	if (before == NULL) {
		return true;
	}
	snprintf(accept, sizeof(accept), "it is taken once %s is removed", before);
	return read_coverage(before, pointers, &were, diag) &&
	       policy_net_list_may_follow(&were, &are, POLICY_NET_LIST_JSON, &place, accept, diag);
}

/* `file`: the path, perhaps with JSON pointers. */
static bool check(const char *before, struct str file, struct diag *diag)
{
	size_t path_len = policy_json_pointers_find(file);
	struct policy_json_pointers pointers;
	struct arena arena;
	bool good = false;

	arena_init(&arena, 4096);
	struct str path = arena_dup(&arena, (struct str){file.data, path_len});

	if (path.data == NULL) {
		diag_error(diag, NULL, "out of memory");
	} else if (policy_json_pointers_read(
			   str_from(file, path_len), NULL, &arena, diag, &pointers)) {
		good = may_follow(before, path.data, &pointers, diag);
	}
	arena_clear(&arena);
	return good;
}

static int run(const char *config_path, int argc, char **argv)
{
	const char *before = NULL;
	struct diag diag;

	if (argc == 4 && strcmp(argv[1], "--before") == 0) {
		before = argv[2];
	} else if (argc != 2 || argv[1][0] == '-') {
		return cli_usage_error(&cli_list, "expected one file", NULL);
	}
	diag_init(&diag);
	bool good = check(before, str_view(argv[argc - 1]), &diag);

	diag_print(&diag, stderr);
	diag_clear(&diag);
	return good ? EXIT_CODE_OK : EXIT_CODE_DENY;
}

const struct cli_command cli_list = {
	.name = "check-list",
	.summary = "check a JSON list for `in json:`",
	.usage = "doorward check-list [--before FILE] FILE[#POINTER]",
	.detail =
		"POINTER says where the addresses are, as in `in json:`: FILE#/items/*/cidr.\n"
		"--before names the list that is in force: the new one must not cover much more.\n"
		"Exit status: 0 the list can be used, 1 it cannot, 64 bad usage.\n",
	.run = run,
};
