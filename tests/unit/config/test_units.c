/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/units.h"

#include "unit/config/support.h"

struct unit_case {
	const char *text;
	uint64_t value;
	const char *written;
};

static void assert_units(enum config_units units, const struct unit_case *c)
{
	struct bytes out;
	uint64_t value;

	assert_true(config_units_read(units, str_view(c->text), &value));
	assert_int_equal(value, c->value);
	bytes_init(&out, 0);
	config_units_write(units, value, &out);
	bytes_append_u8(&out, '\0');
	assert_string_equal((char *)out.data, c->written);
	bytes_clear(&out);
}

static void sizes(void **state)
{
	static const struct unit_case cases[] = {{"0", 0, "0"}, {"1", 1, "1"},
		{"1023", 1023, "1023"}, {"1024", 1024, "1K"}, {"1K", 1024, "1K"},
		{"1536", 1536, "1536"}, {"1025K", 1025 * 1024, "1025K"}, {"1024K", 1 << 20, "1M"},
		{"064M", 64 << 20, "64M"}, {"4294967295G", 4294967295ULL << 30, "4294967295G"}};
	static const char *const bad[] = {"", "K", "1k", "1 K", "1KB", "-1", "+1", "1.5K", "0x10",
		"4294967296", "18446744073709551617", "1K ", "1T"};
	uint64_t value = 7;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_units(CONFIG_SIZE_UNITS, &cases[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(config_units_read(CONFIG_SIZE_UNITS, str_view(bad[i]), &value));
	}
	assert_int_equal(value, 7);
}

static void times(void **state)
{
	static const struct unit_case cases[] = {{"0s", 0, "0s"}, {"0ms", 0, "0s"},
		{"1ms", 1, "1ms"}, {"2500ms", 2500, "2500ms"}, {"10000ms", 10000, "10s"},
		{"90s", 90000, "90s"}, {"60s", 60000, "1m"}, {"90m", 5400000, "90m"},
		{"24h", 86400000, "24h"}, {"4294967295h", 4294967295ULL * 3600000, "4294967295h"}};
	static const char *const bad[] = {
		"", "1", "0", "s", "ms", "1M", "1 s", "1d", "1.5s", "-1s", "1ms ", "1sec", "1hs"};
	uint64_t value = 7;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_units(CONFIG_TIME_UNITS, &cases[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(config_units_read(CONFIG_TIME_UNITS, str_view(bad[i]), &value));
	}
	assert_int_equal(value, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
