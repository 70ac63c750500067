/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/* Lists in JSON: what is read is an address, a bad file is told of, and a good one is not empty. */

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
	struct diag diag;

	check(set != NULL);
	diag_init(&diag);
	bool good = policy_json_list_parse(
		str_from_bytes(data, len), "list.json", on_value, set, &diag);

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
