/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Any text is refused with a reason, or is a configuration whose dump reads back to the same dump.
 * Texts that name other files are passed over: what is in those is not the fuzzer's to say.
 */

#include "config/config_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define NAME "/fuzz.conf"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config *load(struct str text)
{
	struct diag diag;

	diag_init(&diag);
	struct config *config = config_load_text(NAME, text, &diag);

	assert((config == NULL) == (diag.errors > 0));
	assert((diag.errors + diag.warnings > 0) == (diag.text.len > 0));
	diag_clear(&diag);
	return config;
}

static void check_lines(struct str text)
{
	struct str line;

	while (str_split_next(&text, '\n', &line)) {
		assert(line.len <= CONFIG_INI_MAX_LINE);
	}
}

static void check_policies(const struct config *config)
{
	for (size_t i = 0; i < config->policy_count; i++) {
		const struct policy *policy = &config->policies[i];

		assert(config_policy(config, policy->name) == policy);
		assert(policy->rules != NULL);
		assert(policy->deny_status == 401 || policy->deny_status == 403);
		assert(policy->rdns != POLICY_RDNS_OFF || !policy_rules_need_names(policy->rules));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_from_bytes(data, size);
	struct config *config;
	struct config *again;
	struct bytes dump;
	struct bytes second;

	if (size > 0 && memmem(data, size, "file:", strlen("file:")) != NULL) {
		return 0;
	}
	config = load(text);
	if (config == NULL) {
		return 0;
	}
	bytes_init(&dump, 0);
	bytes_init(&second, 0);
	check_policies(config);
	config_dump(config, &dump);
	check_lines(bytes_view(&dump));
	again = load(bytes_view(&dump));
	assert(again != NULL);
	config_dump(again, &second);
	assert(str_eq(bytes_view(&dump), bytes_view(&second)));
	bytes_clear(&dump);
	bytes_clear(&second);
	config_unref(again);
	config_unref(config);
	return 0;
}
