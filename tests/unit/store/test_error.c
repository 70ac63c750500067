/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/client_private.h"
#include "store/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_kinds(void **state)
{
	static const struct {
		const char *error;
		enum store_error kind;
	} cases[] = {
		{"NOSCRIPT No matching script. Please use EVAL.", STORE_ERROR_NOSCRIPT},
		{"OOM command not allowed when used memory > 'maxmemory'.", STORE_ERROR_REFUSED},
		{"NOPERM this user has no permissions to run the 'get' command",
			STORE_ERROR_REFUSED},
		{"MOVED 3999 192.0.2.1:6381", STORE_ERROR_REFUSED},
		{"READONLY You can't write against a read only replica.", STORE_ERROR_STATE},
		{"LOADING Redis is loading the dataset in memory", STORE_ERROR_STATE},
		{"NOAUTH Authentication required.", STORE_ERROR_AUTH},
		{"WRONGTYPE Operation against a key holding the wrong kind of value",
			STORE_ERROR_OF_COMMAND},
		{"ERR unknown command", STORE_ERROR_OF_COMMAND},
		{"OOMX", STORE_ERROR_OF_COMMAND},
		{"", STORE_ERROR_OF_COMMAND},
		{"LOADING", STORE_ERROR_STATE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(store_error_kind(str_view(cases[i].error)), cases[i].kind);
	}
}

static void assert_step(
	enum store_step step, enum store_reply_type type, const char *text, enum store_fault fault)
{
	const struct store_reply reply = {.type = type, .text = str_view(text)};
	char why[STORE_STATUS_DETAIL_MAX] = "";

	assert_int_equal(store_step_check(step, &reply, why, sizeof(why)), fault);
	assert_true((fault == STORE_FAULT_NONE) == (why[0] == '\0'));
}

static void test_steps(void **state)
{
	const enum store_reply_type error = STORE_REPLY_ERROR;

	assert_step(STORE_STEP_AUTH, STORE_REPLY_STATUS, "OK", STORE_FAULT_NONE);
	assert_step(STORE_STEP_PING, STORE_REPLY_STATUS, "PONG", STORE_FAULT_NONE);
	assert_step(STORE_STEP_AUTH, error, "WRONGPASS invalid", STORE_FAULT_AUTH);
	assert_step(STORE_STEP_AUTH, error,
		"ERR AUTH <password> called without any password configured", STORE_FAULT_AUTH);
	assert_step(STORE_STEP_SELECT, error, "ERR DB index is out of range", STORE_FAULT_DATABASE);
	assert_step(STORE_STEP_NAME, error, "NOAUTH Authentication required.", STORE_FAULT_AUTH);
	assert_step(STORE_STEP_NAME, error, "NOPERM this user", STORE_FAULT_NONE);
	assert_step(STORE_STEP_NAME, error, "ERR unknown command", STORE_FAULT_NONE);
	assert_step(STORE_STEP_NAME, error, "LOADING Redis is loading", STORE_FAULT_STATE);
	assert_step(STORE_STEP_PING, error, "ERR max number of clients reached", STORE_FAULT_STATE);
	assert_step(STORE_STEP_ROLE, error, "NOPERM this user", STORE_FAULT_NONE);
	assert_step(STORE_STEP_ROLE, error, "LOADING Redis is loading", STORE_FAULT_STATE);
	assert_step(STORE_STEP_ROLE, STORE_REPLY_INTEGER, "", STORE_FAULT_PROTOCOL);
	assert_step(STORE_STEP_PING, STORE_REPLY_INTEGER, "", STORE_FAULT_PROTOCOL);
}

static void test_role(void **state)
{
	const struct store_reply replica = {.type = STORE_REPLY_STRING, .text = {"slave", 5}};
	const struct store_reply primary = {.type = STORE_REPLY_STRING, .text = {"master", 6}};
	const struct store_reply roles[] = {
		{.type = STORE_REPLY_ARRAY, .items = &replica, .count = 1},
		{.type = STORE_REPLY_ARRAY, .items = &primary, .count = 1},
		{.type = STORE_REPLY_ARRAY, .count = 0},
	};
	static const enum store_fault faults[] = {
		STORE_FAULT_STATE, STORE_FAULT_NONE, STORE_FAULT_NONE};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		char why[STORE_STATUS_DETAIL_MAX] = "";

		assert_int_equal(
			store_step_check(STORE_STEP_ROLE, &roles[i], why, sizeof(why)), faults[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
