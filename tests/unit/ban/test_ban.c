/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ban/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1000000)

static struct arena arena;

static int setup(void **state)
{
	arena_init(&arena, 4096);
	return 0;
}

static int teardown(void **state)
{
	arena_clear(&arena);
	return 0;
}

static struct ban read_good(const char *line)
{
	struct ban ban;
	const char *wrong = ban_read(str_view(line), &arena, &ban);

	if (wrong != NULL) {
		fprintf(stderr, "%s: %s\n", line, wrong);
	}
	assert_null(wrong);
	return ban;
}

static void lines_are_read_and_written_back(void **state)
{
	static const char *const lines[] = {
		"ban 192.0.2.7 2000000 2000000 999999 root too many 404",
		"ban 192.0.2.0/24 never never 0 alice",
		"ban 2001:db8::/32 2000000 never 1 uid:1000 a  b \"c\" \\x1b é",
		"ban host:.example.net 5 6 7 root x",
		"ban host:bot.example.net 5 5 7 root x",
		"unban 192.0.2.7 2000000 2000000 999999 root",
		"ban 0.0.0.0/0 253402300799000 never 253402300799000 root",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ban ban = read_good(lines[i]);
		struct bytes out;

		bytes_init(&out, 0);
		ban_write(&ban, &out);
		bytes_append_u8(&out, '\0');
		assert_string_equal((const char *)out.data, lines[i]);
		bytes_clear(&out);
	}
}

static void other_lines_are_errors(void **state)
{
	static const char *const lines[] = {
		"",
		"ban",
		"bann 192.0.2.7 2 2 1 root x",
		"BAN 192.0.2.7 2 2 1 root x",
		" ban 192.0.2.7 2 2 1 root x",
		"ban  192.0.2.7 2 2 1 root x",
		"ban 192.0.2.7/24 2 2 1 root x",
		"ban 192.0.2.0/33 2 2 1 root x",
		"ban 192.0.2.7/32 2 2 1 root x", /* is written without /32 */
		"ban ::ffff:192.0.2.7 2 2 1 root x",
		"ban 2001:DB8::1 2 2 1 root x",
		"ban host:Example.net 2 2 1 root x",
		"ban host:example.net. 2 2 1 root x",
		"ban host:192.0.2.7 2 2 1 root x",
		"ban host:*.example.net 2 2 1 root x",
		"ban host: 2 2 1 root x",
		"ban example.net 2 2 1 root x",
		"ban 192.0.2.7 -1 2 1 root x",
		"ban 192.0.2.7 3 2 1 root x", /* kept for less than it holds */
		"ban 192.0.2.7 never 2 1 root x",
		"unban 192.0.2.7 2 3 1 root x",
		"ban 192.0.2.7 253402300799001 never 1 root x",
		"ban 192.0.2.7 2 2 never root x",
		"ban 192.0.2.7 2 2 1  x",
		"ban 192.0.2.7 2 2 1 ro\tot x",
		"ban 192.0.2.7 2 2 1 root x\ry",
		"ban 192.0.2.7 2 2 1 root \x1b[2J",
		"ban 192.0.2.7 2 2 1 root \xe2\x80\xae", /* a bidirectional override */
		"ban 192.0.2.7 2 2 1 root \xff",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ban ban = {.made_ms = -5};

		if (ban_read(str_view(lines[i]), &arena, &ban) == NULL) {
			fprintf(stderr, "taken: %s\n", lines[i]);
		}
		assert_non_null(ban_read(str_view(lines[i]), &arena, &ban));
		assert_true(ban.made_ms == -5);
	}
}

static void texts_are_bounded(void **state)
{
	char line[600];
	struct ban ban;
	char why[300];

	memset(why, 'w', sizeof(why));
	why[BAN_WHY_MAX] = '\0';
	snprintf(line, sizeof(line), "ban 192.0.2.7 2 2 1 root %s", why);
	assert_null(ban_read(str_view(line), &arena, &ban));
	assert_int_equal(ban.why.len, BAN_WHY_MAX);
	snprintf(line, sizeof(line), "ban 192.0.2.7 2 2 1 root %sw", why);
	assert_non_null(ban_read(str_view(line), &arena, &ban));
	why[BAN_BY_MAX] = '\0';
	snprintf(line, sizeof(line), "ban 192.0.2.7 2 2 1 %s x", why);
	assert_null(ban_read(str_view(line), &arena, &ban));
	snprintf(line, sizeof(line), "ban 192.0.2.7 2 2 1 %sw x", why);
	assert_non_null(ban_read(str_view(line), &arena, &ban));
}

static void read_list(const char *text, struct ban_list *out)
{
	struct diag diag;

	diag_init(&diag);
	ban_list_init(out);
	assert_true(ban_list_read(str_view(text), "bans", out, &diag));
	assert_int_equal(diag.errors, 0);
	diag_clear(&diag);
}

/* The list as text, without its comment, ended by a NUL. */
static void expect_list(const struct ban_list *list, const char *expected)
{
	struct bytes out;

	bytes_init(&out, 0);
	ban_list_write(list, &out);
	bytes_append_u8(&out, '\0');
	assert_string_equal(strchr((const char *)out.data, '\n') + 1, expected);
	bytes_clear(&out);
}

static void of_several_about_the_same_the_latest_counts(void **state)
{
	struct ban_list list;

	read_list("# a comment\n\n"
		  "ban 192.0.2.7 never never 100 a long\n"
		  "ban 198.51.100.1 2000000 2000000 100 a x\n"
		  "ban 192.0.2.7 1500000 never 200 b short\n"
		  "unban 198.51.100.1 2000000 2000000 300 b x\n"
		  "ban host:b.example.net never never 1 a x\n"
		  "ban 203.0.113.9 500000 500000 100 a over\n"
		  "ban host:a.example.net never never 1 a x\n"
		  "ban 192.0.2.0/24 never never 1 a x\n",
		&list);
	ban_list_settle(&list, NOW);
	expect_list(&list, "ban 192.0.2.0/24 never never 1 a x\n"
			   "ban 192.0.2.7 1500000 never 200 b short\n"
			   "unban 198.51.100.1 2000000 2000000 300 b x\n"
			   "ban host:a.example.net never never 1 a x\n"
			   "ban host:b.example.net never never 1 a x\n");
	assert_int_equal(ban_list_count_bans(&list, NOW), 4);
	assert_int_equal(ban_list_count_bans(&list, 1500000), 3);
	/* The record of the short ban keeps the long one, which is older, from coming back. */
	struct ban_list old;

	read_list("ban 192.0.2.7 never never 100 a long\n", &old);
	assert_true(ban_list_add_all(&list, &old));
	ban_list_settle(&list, 1600000);
	assert_int_equal(ban_list_count_bans(&list, 1600000), 3);
	ban_list_clear(&old);
	ban_list_clear(&list);
}

static void every_order_of_merging_ends_the_same(void **state)
{
	static const char *const lines[] = {
		"ban 192.0.2.7 2000000 2000000 100 a x\n",
		"unban 192.0.2.7 2000000 2000000 100 a x\n",
		"ban 192.0.2.7 2000001 2000001 100 a x\n",
		"ban 192.0.2.7 2000001 2000002 100 a x\n",
		"ban 192.0.2.7 2000001 2000002 100 b x\n",
		"ban 192.0.2.7 2000001 2000002 100 b y\n",
	};

	for (size_t i = 0; i < 6; i++) {
		for (size_t k = 0; k < 6; k++) {
			struct ban_list list;
			char text[200];

			snprintf(text, sizeof(text), "%s%s", lines[i], lines[k]);
			read_list(text, &list);
			ban_list_settle(&list, NOW);
			/* A ban before its end that was lifted at the same time; else the later. */
			size_t best = i == 1 ? k : k == 1 ? i : i > k ? i : k;

			expect_list(&list, lines[best]);
			ban_list_clear(&list);
		}
	}
}

static void a_list_tells_the_line_of_an_error(void **state)
{
	struct ban_list list;
	struct diag diag;

	diag_init(&diag);
	ban_list_init(&list);
	assert_false(ban_list_read(
		str_view("ban 192.0.2.7 2 2 1 root x\nban 192.0.2.7\n"), "bans", &list, &diag));
	bytes_append_u8(&diag.text, '\0');
	assert_non_null(strstr((const char *)diag.text.data, "bans:2: error: this is no ban: "));
	ban_list_clear(&list);
	diag_clear(&diag);
}

static const struct ban *find_addr(const struct ban_table *table, const char *text, int64_t now_ms)
{
	struct addr addr;

	assert_true(addr_parse(str_view(text), &addr));
	return ban_table_find_addr(table, &addr, now_ms);
}

static struct ban_table *make_table(const char *text)
{
	struct ban_list list;

	read_list(text, &list);
	ban_list_settle(&list, NOW);
	struct ban_table *table = ban_table_new(&list);

	assert_non_null(table);
	ban_list_clear(&list);
	return table;
}

static void addresses_are_found(void **state)
{
	struct ban_table *table = make_table("ban 192.0.2.7 2000000 2000000 1 a one\n"
					     "ban 192.0.2.0/24 1500000 1500000 1 a net\n"
					     "ban 2001:db8::/64 never never 1 a six\n"
					     "ban 2001:db8::5 2000000 2000000 1 a six\n"
					     "unban 198.51.100.1 2000000 2000000 1 a x\n");

	assert_true(str_eq_text(find_addr(table, "192.0.2.7", NOW)->why, "one"));
	assert_true(str_eq_text(find_addr(table, "192.0.2.8", NOW)->why, "net"));
	assert_null(find_addr(table, "192.0.3.7", NOW));
	assert_non_null(find_addr(table, "2001:db8::5", NOW));
	assert_true(find_addr(table, "2001:db8::5", NOW)->until_ms == BAN_NEVER);
	assert_null(find_addr(table, "2001:db8:0:1::", NOW));
	assert_null(find_addr(table, "198.51.100.1", NOW));
	/* The ends. */
	assert_non_null(find_addr(table, "192.0.2.8", 1499999));
	assert_null(find_addr(table, "192.0.2.8", 1500000));
	assert_non_null(find_addr(table, "192.0.2.7", 1500000));
	assert_null(find_addr(table, "192.0.2.7", 2000000));
	assert_false(ban_table_has_hosts(table, NOW));
	ban_table_unref(table);
	assert_null(find_addr(NULL, "192.0.2.7", NOW));
}

static void every_address_is_in_the_net_of_all(void **state)
{
	struct ban_table *table = make_table("ban 0.0.0.0/0 never never 1 a x\n");

	assert_non_null(find_addr(table, "255.255.255.255", NOW));
	assert_null(find_addr(table, "::", NOW));
	ban_table_unref(table);
}

static void names_are_found(void **state)
{
	struct ban_table *table = make_table("ban host:bot.example.net 2000000 2000000 1 a one\n"
					     "ban host:.example.org 1500000 1500000 1 a below\n"
					     "unban host:.example.com never never 1 a x\n");

	assert_non_null(ban_table_find_host(table, str_view("bot.example.net"), NOW));
	assert_null(ban_table_find_host(table, str_view("a.bot.example.net"), NOW));
	assert_null(ban_table_find_host(table, str_view("robot.example.net"), NOW));
	assert_non_null(ban_table_find_host(table, str_view("example.org"), NOW));
	assert_non_null(ban_table_find_host(table, str_view("a.b.example.org"), NOW));
	assert_null(ban_table_find_host(table, str_view("anexample.org"), NOW));
	assert_null(ban_table_find_host(table, str_view("www.example.com"), NOW));
	assert_true(ban_table_has_hosts(table, 1999999));
	assert_false(ban_table_has_hosts(table, 2000000));
	assert_int_equal(ban_table_count(table, NOW), 2);
	assert_int_equal(ban_table_count(table, 1500000), 1);
	ban_table_unref(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_and_written_back),
		cmocka_unit_test(other_lines_are_errors),
		cmocka_unit_test(texts_are_bounded),
		cmocka_unit_test(of_several_about_the_same_the_latest_counts),
		cmocka_unit_test(every_order_of_merging_ends_the_same),
		cmocka_unit_test(a_list_tells_the_line_of_an_error),
		cmocka_unit_test(addresses_are_found),
		cmocka_unit_test(every_address_is_in_the_net_of_all),
		cmocka_unit_test(names_are_found),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
