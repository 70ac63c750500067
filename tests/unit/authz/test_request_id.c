/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/request_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h needs those above. */
#include <cmocka.h>

#define COUNT 100000

static struct str text_of(const struct authz_request_id *id)
{
	return (struct str){id->text, sizeof(id->text)};
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct authz_request_id));
}

static void no_two_are_equal(void **state)
{
	struct authz_request_id *ids = calloc(3 * (size_t)COUNT, sizeof(*ids));

	(void)state;
	assert_non_null(ids);
	for (size_t source = 0; source < 3; source++) {
		struct authz_request_ids from;

		authz_request_ids_init(&from);
		for (size_t i = 0; i < COUNT; i++) {
			ids[source * COUNT + i] = *authz_request_ids_next(&from);
			assert_true(authz_request_id_is_one(text_of(&ids[source * COUNT + i])));
		}
	}
	qsort(ids, 3 * (size_t)COUNT, sizeof(*ids), compare);
	for (size_t i = 1; i < 3 * (size_t)COUNT; i++) {
		assert_int_not_equal(compare(&ids[i - 1], &ids[i]), 0);
	}
	free(ids);
}

/* Behind the fixed bits, each place takes each of the 16 digits about equally often. */
static void each_digit_comes_at_each_place(void **state)
{
	static const char digits[] = "0123456789abcdef";
	size_t seen[AUTHZ_REQUEST_ID_LEN][sizeof(digits) - 1] = {{0}};
	struct authz_request_ids from;

	(void)state;
	authz_request_ids_init(&from);
	for (size_t i = 0; i < COUNT; i++) {
		struct authz_request_id id = *authz_request_ids_next(&from);

		for (size_t place = 8; place < AUTHZ_REQUEST_ID_LEN; place++) {
			const char *digit = strchr(digits, id.text[place]);

			assert_non_null(digit);
			seen[place][digit - digits]++;
		}
	}
	for (size_t place = 8; place < AUTHZ_REQUEST_ID_LEN; place++) {
		for (size_t digit = 0; digit < sizeof(digits) - 1; digit++) {
			assert_in_range(seen[place][digit], COUNT / 16 / 2, COUNT / 16 * 2);
		}
	}
}

/* With nothing permuted, the digits are those of the counter. */
static void digits_are_in_order(void **state)
{
	struct authz_request_ids from = {.factor = {1, 1}, .count = 0x0123abcd};
	struct authz_request_id id = *authz_request_ids_next(&from);

	(void)state;
	assert_memory_equal(id.text + 8, "000000000123abcd", 16);
}

static void others_are_none(void **state)
{
	static const char *const bad[] = {"", "00112233445566778899aab",
		"00112233445566778899aabbc", "00112233445566778899aabB", "00112233445566778899aab ",
		"00112233-445566778899aab"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(authz_request_id_is_one(str_view(bad[i])));
	}
	assert_false(authz_request_id_is_one((struct str){"00112233445566778899aa\0b", 24}));
	assert_true(authz_request_id_is_one(str_view("00112233445566778899aabb")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_two_are_equal),
		cmocka_unit_test(each_digit_comes_at_each_place),
		cmocka_unit_test(digits_are_in_order),
		cmocka_unit_test(others_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
