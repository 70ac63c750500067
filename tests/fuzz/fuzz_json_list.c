/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Lists in JSON: what is read is an address, a bad file is told of, and a good one is not empty. A
 * first line that begins with # has JSON pointers into the rest.
 */

#include "policy/json_list.h"

#include "fuzz/check.h"
#include "policy/netset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool on_value(void *ctx, struct str value, const struct place *place, struct diag *diag)
{
	struct prefix prefix;

	check(place->file != NULL);
	if (!prefix_parse(value, &prefix)) {
		diag_error(diag, place, "no address");
		return false;
	}
	check(policy_netset_add(ctx, &prefix));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct policy_netset *set = policy_netset_new();
	struct policy_json_pointers pointers = {.count = 0};
	struct str rest = str_from_bytes(data, len);
	struct str line = {NULL, 0};
	struct arena arena;
	struct diag diag;
	bool good = true;

	check(set != NULL);
	diag_init(&diag);
	arena_init(&arena, 1024);
	if (str_starts_with(rest, "#/")) {
		(void)str_split_next(&rest, '\n', &line);
		good = policy_json_pointers_read(line, NULL, &arena, &diag, &pointers);
		check(good == (diag.errors == 0) && (!good || pointers.count > 0));
	}
	if (good) {
		good = policy_json_list_parse(rest, pointers.count > 0 ? &pointers : NULL,
			"list.json", on_value, set, &diag);
	}
	arena_clear(&arena);

	check(good == (diag.errors == 0));
	check(diag.errors <= POLICY_LIST_ERRORS_MAX + 4);
	if (good) {
		check(policy_netset_count(set) > 0);
	}
	policy_netset_seal(set);
	policy_netset_free(set);
	diag_clear(&diag);
	return 0;
}
