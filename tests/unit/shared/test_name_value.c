/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/name_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MADE_MS 1700000000000

static const struct str_list no_names = {NULL, 0};

static const struct dns_fcrdns_result *result_of(
	enum dns_fcrdns_status status, struct str_list ptr, const bool *confirmed)
{
	const struct dns_fcrdns_result *result =
		dns_fcrdns_result_new(status, false, ptr, confirmed, 1000);

	assert_non_null(result);
	return result;
}

static void write_result(const struct dns_fcrdns_result *result, struct bytes *out)
{
	bytes_init(out, 0);
	assert_true(shared_name_value_write(result, MADE_MS, out));
	assert_false(out->failed);
	assert_int_equal(out->len % 64, 0);
	dns_fcrdns_result_unref(result);
}

/* From memory of exactly its size, which shows a read past its end. */
static bool read_copy(struct str value, enum dns_fcrdns_mode mode)
{
	struct shared_name_value v;
	char *copy = malloc(value.len + 1);

	assert_non_null(copy);
	memcpy(copy + 1, value.data, value.len);
	bool good = shared_name_value_read((struct str){copy + 1, value.len}, mode, &v);

	free(copy);
	return good;
}

static void there_and_back(void **state)
{
	const struct str names[] = {
		str_view("a.example"), str_view("b.example"), str_view("c.example")};
	static const bool confirmed[] = {true, false, true};
	struct shared_name_value v;
	struct bytes out;

	write_result(result_of(DNS_FCRDNS_VERIFIED, (struct str_list){names, 3}, confirmed), &out);
	assert_int_equal(out.len, 64);
	assert_true(shared_name_value_read(bytes_view(&out), DNS_FCRDNS_DOUBLE, &v));
	assert_int_equal(v.status, DNS_FCRDNS_VERIFIED);
	assert_int_equal(v.made_ms, MADE_MS);
	assert_int_equal(v.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(str_eq(v.names[i], names[i]));
		assert_int_equal(v.confirmed[i], confirmed[i]);
	}
	assert_false(read_copy(bytes_view(&out), DNS_FCRDNS_SINGLE));
	bytes_clear(&out);
}

static void each_status(void **state)
{
	static const struct {
		enum dns_fcrdns_status status;
		bool named;
		bool confirmed;
		bool single;
		bool two; /* also in the other mode */
	} rows[] = {
		{DNS_FCRDNS_VERIFIED, true, true, false, false},
		{DNS_FCRDNS_UNVERIFIED, true, true, true, false},
		{DNS_FCRDNS_MISMATCH, true, false, false, true},
		{DNS_FCRDNS_MISMATCH, false, false, false, true},
		{DNS_FCRDNS_NONE, false, false, true, true},
	};
	const struct str names[] = {str_view("a.example")};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str_list ptr = rows[i].named ? (struct str_list){names, 1} : no_names;
		struct bytes out;

		write_result(result_of(rows[i].status, ptr, &rows[i].confirmed), &out);
		assert_int_equal(read_copy(bytes_view(&out), DNS_FCRDNS_SINGLE),
			rows[i].single || rows[i].two);
		assert_int_equal(read_copy(bytes_view(&out), DNS_FCRDNS_DOUBLE),
			!rows[i].single || rows[i].two);
		bytes_clear(&out);
	}
}

static void the_largest(void **state)
{
	struct str names[65];
	char text[254];
	struct shared_name_value v;
	struct bytes out;

	memset(text, 'a', sizeof(text));
	for (size_t i = 63; i < 253; i += 64) {
		text[i] = '.';
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		names[i] = (struct str){text, 253};
	}
	write_result(result_of(DNS_FCRDNS_UNVERIFIED, (struct str_list){names, 64}, NULL), &out);
	assert_int_equal(out.len, SHARED_NAME_VALUE_MAX);
	assert_true(shared_name_value_read(bytes_view(&out), DNS_FCRDNS_SINGLE, &v));
	assert_int_equal(v.count, 64);
	bytes_clear(&out);
	const struct dns_fcrdns_result *more =
		result_of(DNS_FCRDNS_UNVERIFIED, (struct str_list){names, 65}, NULL);

	bytes_init(&out, 0);
	assert_false(shared_name_value_write(more, MADE_MS, &out));
	assert_int_equal(out.len, 0);
	dns_fcrdns_result_unref(more);
}

static void what_stays_on_its_machine(void **state)
{
	static const enum dns_fcrdns_status others[] = {
		DNS_FCRDNS_OFF, DNS_FCRDNS_PRIVATE, DNS_FCRDNS_ERROR};
	const struct str names[] = {str_view("a.example"), str_view("b.example")};
	struct bytes out;

	bytes_init(&out, 0);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		const struct dns_fcrdns_result *result = result_of(others[i], no_names, NULL);

		assert_false(shared_name_value_write(result, MADE_MS, &out));
		dns_fcrdns_result_unref(result);
	}
	const struct dns_fcrdns_result *part =
		result_of(DNS_FCRDNS_VERIFIED, (struct str_list){names, 2}, NULL);

	dns_fcrdns_result_mark_incomplete(part);
	assert_false(shared_name_value_write(part, MADE_MS, &out));
	dns_fcrdns_result_unref(part);
	part = result_of(DNS_FCRDNS_VERIFIED, (struct str_list){names, 2}, NULL);
	dns_fcrdns_result_mark_unasked(part, 1);
	assert_false(shared_name_value_write(part, MADE_MS, &out));
	dns_fcrdns_result_unref(part);
	assert_int_equal(out.len, 0);
}

/* `names` in this form are read by DNS libraries, but are not what a lookup finds. */
static void names_that_no_lookup_finds(void **state)
{
	static const char *const names[] = {"A.example", "a.example.", "a", "", "a..b", ".a.b",
		"-a.example", "a-.example", "a b.example", "a\\032b.example", "a.example\n",
		"192.0.2.1", "a.0x7f", "\xc3\xa4.example", "a/b.example", "*.example"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct str list[] = {str_view(names[i])};
		struct bytes out;

		write_result(
			result_of(DNS_FCRDNS_VERIFIED, (struct str_list){list, 1}, NULL), &out);
		assert_false(read_copy(bytes_view(&out), DNS_FCRDNS_DOUBLE));
		bytes_clear(&out);
	}
}

static void damage(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} rows[] = {
		{0, 0}, {0, 2},                         /* version */
		{1, 0}, {1, 2}, {1, 3}, {1, 4}, {1, 5}, /* status */
		{10, 0}, {10, 2}, {10, 65}, {10, 255},  /* count */
		{11, 0}, {11, 2}, {11, 255},            /* confirmed */
		{12, 0}, {12, 8}, {12, 10}, {12, 255},  /* length */
		{13, 'A'}, {13, 0}, {22, 1}, {63, 1},   /* padding */
	};
	const struct str names[] = {str_view("a.example")};
	struct bytes out;

	write_result(result_of(DNS_FCRDNS_VERIFIED, (struct str_list){names, 1}, NULL), &out);
	assert_true(read_copy(bytes_view(&out), DNS_FCRDNS_DOUBLE));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t before = out.data[rows[i].at];

		out.data[rows[i].at] = rows[i].byte;
		assert_false(read_copy(bytes_view(&out), DNS_FCRDNS_DOUBLE));
		out.data[rows[i].at] = before;
	}
	for (size_t cut = 0; cut < out.len; cut++) {
		assert_false(read_copy(str_from_bytes(out.data, cut), DNS_FCRDNS_DOUBLE));
	}
	/* More padding than is needed */
	for (size_t i = 0; i < 64; i++) {
		bytes_append_u8(&out, 0);
	}
	assert_false(read_copy(bytes_view(&out), DNS_FCRDNS_DOUBLE));
	bytes_clear(&out);
}

static void time_of_life(void **state)
{
	static const struct {
		int64_t expires_ms; /* all from MADE_MS on */
		int64_t now_ms;
		uint64_t life_ms;
	} rows[] = {
		{60000, 0, 60000},
		{60000, 59999, 1},
		{60000, 60000, 0},
		{60000, 3600000, 0},
		{4000000, 0, 3600000}, /* the most of this machine */
		{60000, -100, 60100},  /* this clock is 100 ms slow */
		{60000, -10000, 70000},
		{60000, -10001, 0}, /* a slow clock makes nothing eternal */
		{60000, -86400000, 0},
		{INT64_MAX - MADE_MS, 0, 3600000},
		{-MADE_MS - 1, 0, 0},
	};
	struct shared_name_value v = {.made_ms = MADE_MS};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(shared_name_value_life_ms(&v, MADE_MS + rows[i].expires_ms,
					 MADE_MS + rows[i].now_ms, 3600000),
			rows[i].life_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(each_status),
		cmocka_unit_test(the_largest),
		cmocka_unit_test(what_stays_on_its_machine),
		cmocka_unit_test(names_that_no_lookup_finds),
		cmocka_unit_test(damage),
		cmocka_unit_test(time_of_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
