/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/policy.h"

#include "unit/policy/kit.h"

static void every_reason_has_a_word_of_its_own(void **state)
{
	for (int i = 0; i < POLICY_REASON_COUNT; i++) {
		const char *word = policy_reason_word((enum policy_reason)i);

		assert_non_null(word);
		assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz_"), strlen(word));
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(word, policy_reason_word((enum policy_reason)j));
		}
	}
	assert_string_equal(policy_reason_word(POLICY_REASON_RULE), "rule");
	assert_string_equal(policy_reason_word(POLICY_REASON_DNS_ERROR), "dns_error");
	assert_string_equal(policy_reason_word(POLICY_REASON_REGEX_LIMIT), "regex_limit");
}

static void claims_are_called_as_in_rules(void **state)
{
	struct book b;

	assert_string_equal(policy_claim_word(POLICY_CLAIM_USER_AGENT), "user_agent");
	book_init(&b);
	for (int i = 0; i < POLICY_CLAIM_COUNT; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s ~ GET", policy_claim_word((enum policy_claim)i));
		book_add(&b, POLICY_ACTION_DENY, text);
	}
	book_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_a_word_of_its_own),
		cmocka_unit_test(claims_are_called_as_in_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
