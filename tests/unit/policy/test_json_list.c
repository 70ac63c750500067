/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/json_list.h"

#include "unit/policy/kit.h"

#include <sys/stat.h>

/* The values that were read, "A B "; a value "bad" is refused. */
struct told {
	struct bytes text;
	struct diag diag;
	bool good;
};

static bool on_value(void *ctx, struct str value, const struct place *place, struct diag *diag)
{
	struct told *told = ctx;

	bytes_appendf(&told->text, "%.*s ", (int)value.len, value.data);
	if (str_eq_text(value, "bad")) {
		diag_error(diag, place, "bad: expected good");
		return false;
	}
	return true;
}

static void told_init(struct told *told)
{
	bytes_init(&told->text, 0);
	diag_init(&told->diag);
}

static void told_end(struct told *told)
{
	assert_int_equal(told->good, told->diag.errors == 0);
	bytes_append_u8(&told->text, 0);
	bytes_append_u8(&told->diag.text, 0);
}

static struct told parse(const char *data, size_t len)
{
	struct told told;

	told_init(&told);
	told.good = policy_json_list_parse(
		(struct str){data, len}, "a.json", on_value, &told, &told.diag);
	told_end(&told);
	return told;
}

static void told_clear(struct told *told)
{
	bytes_clear(&told->text);
	diag_clear(&told->diag);
}

static void tells(const char *text, const char *expected)
{
	struct told told = parse(text, strlen(text));

	assert_string_equal((const char *)told.diag.text.data, "");
	assert_string_equal((const char *)told.text.data, expected);
	assert_true(told.good);
	told_clear(&told);
}

static void refuses(const char *text, const char *expected)
{
	struct told told = parse(text, strlen(text));

	assert_string_equal((const char *)told.diag.text.data, expected);
	assert_false(told.good);
	told_clear(&told);
}

static void what_vendors_publish(void **state)
{
	tells("{\"creationTime\":\"2026-01-01T00:00:00\",\"prefixes\":"
	      "[{\"ipv6Prefix\":\"2001:db8::/64\"},{\"ipv4Prefix\":\"192.0.2.0/27\"}]}",
		"2001:db8::/64 192.0.2.0/27 ");
	tells("{\"syncToken\":\"1\",\"createDate\":\"x\",\"prefixes\":[{\"ip_prefix\":"
	      "\"192.0.2.0/24\",\"region\":\"r\",\"service\":\"S\"}],"
	      "\"ipv6_prefixes\":[{\"ipv6_prefix\":\"2001:db8::/32\",\"region\":\"r\"}]}",
		"192.0.2.0/24 2001:db8::/32 ");
	tells("{\"ips\":[{\"ip_address\":\"192.0.2.1\"},{\"ip_address\":\"192.0.2.2\"}]}",
		"192.0.2.1 192.0.2.2 ");
	tells("{\"addresses\":[\"192.0.2.0/24\"],\"ipv6_addresses\":[\"2001:db8::/32\"]}",
		"192.0.2.0/24 2001:db8::/32 ");
	tells("{\"result\":{\"ipv4_cidrs\":[\"192.0.2.0/24\"],\"ipv6_cidrs\":[],\"etag\":\"e\"},"
	      "\"success\":true,\"errors\":[],\"messages\":[]}",
		"192.0.2.0/24 ");
	tells(" [ \"192.0.2.1\" ,\r\n\"::1\"]\n", "192.0.2.1 ::1 ");
	tells("[{\"ipv4Prefix\":\"a\",\"ipv6Prefix\":\"b\",\"tags\":[1]}]", "a b ");
	tells("{\"prefixes\":[\"a\"],\"v\":1,\"n\":null,\"o\":{}}", "a ");
	tells("\xef\xbb\xbf[\"a\"]", "a ");
}

static void other_shapes_are_errors_with_their_place(void **state)
{
	static const char no_address[] =
		"an object without an address: expected \"ipv4Prefix\", \"ipv6Prefix\", "
		"\"ip_prefix\", \"ipv6_prefix\" or \"ip_address\"\n";
	char expected[256];

	snprintf(expected, sizeof(expected), "a.json: prefixes[1]: error: %s", no_address);
	refuses("{\"prefixes\":[\"a\",{\"ipv4prefix\":\"b\"}]}", expected);
	snprintf(expected, sizeof(expected), "a.json: [0]: error: %s", no_address);
	refuses("[{}]", expected);
	refuses("{\"prefixes\":[{\"ipv4Prefix\":4}]}",
		"a.json: prefixes[0].ipv4Prefix: error: a number: expected an address or a prefix "
		"in quotes\n");
	refuses("[[\"a\"]]",
		"a.json: [0]: error: a list: expected an address or a prefix in quotes\n");
	refuses("[null,true]",
		"a.json: [0]: error: null: expected an address or a prefix in quotes\n"
		"a.json: [1]: error: a truth value: expected an address or a prefix in quotes\n");
	refuses("{\"prefixes\":{\"ipv4Prefix\":\"a\"}}",
		"a.json: error: prefixes: an object: expected a list\n");
	refuses("{\"prefixes\":[\"a\"],\"values\\n\":[\"b\"]}",
		"a.json: error: \"values?\": an unknown list or object: expected \"prefixes\", "
		"\"ips\" or another known form, or one value a line (jq -r makes them) in "
		"file:PATH\n");
	refuses("{\"result\":{\"result\":{\"prefixes\":[\"a\"]}}}",
		"a.json: error: \"result\": an unknown list or object: expected \"prefixes\", "
		"\"ips\" or another known form, or one value a line (jq -r makes them) in "
		"file:PATH\n");
	refuses("[\"a\",\"bad\"]", "a.json: [1]: error: bad: expected good\n");
}

static void a_file_without_addresses_is_an_error(void **state)
{
	static const char *const empty[] = {"{}", "[]", "{\"prefixes\":[]}",
		"{\"a\":\"192.0.2.1\"}", "{\"result\":{\"ipv4_cidrs\":[]}}",
		"{\"result\":null,\"success\":false}"};

	for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
		refuses(empty[i], "a.json: error: holds no address: expected at least one\n");
	}
}

static void what_is_no_json_is_told_with_line_and_column(void **state)
{
	static const char *const bad[] = {"", "x", "\"192.0.2.1\"", "[\"a\"] x", "[\"a\",]",
		"{\"prefixes\":[\"a\"],\"prefixes\":[\"b\"]}", "[\"a\\u0000b\"]", "[\"\xff\"]",
		"<html><body>404</body></html>", "[\"\x1b[31m"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct told told = parse(bad[i], strlen(bad[i]));
		const char *text = (const char *)told.diag.text.data;

		assert_false(told.good);
		assert_int_equal(told.diag.errors, 1);
		assert_ptr_equal(strstr(text, "a.json:"), text);
		assert_non_null(strstr(text, ": error: is not JSON: \""));
		assert_null(strchr(text, '\x1b'));
		assert_string_equal((const char *)told.text.data, "");
		told_clear(&told);
	}
	struct told told = parse("[\n  \"a\" \"b\"]", 12);

	assert_non_null(strstr((const char *)told.diag.text.data, "a.json:2:9: error: "));
	told_clear(&told);
}

static void cut_anywhere_it_is_no_list(void **state)
{
	static const char whole[] = "{\"creationTime\":\"t\",\"prefixes\":[{\"ipv4Prefix\":\"a\"},"
				    "{\"ipv6Prefix\":\"b\"}]}";

	for (size_t len = 0; len < strlen(whole); len++) {
		struct told told = parse(whole, len);

		assert_false(told.good);
		assert_string_equal((const char *)told.text.data, "");
		told_clear(&told);
	}
	tells(whole, "a b ");
}

static void it_is_bounded(void **state)
{
	static const struct place from = {"doorward.conf", 3, 14};
	struct bytes text;
	struct told told;

	bytes_init(&text, 0);
	for (int i = 0; i < 100000; i++) {
		bytes_append_text(&text, "[");
	}
	told = parse((const char *)text.data, text.len);
	assert_int_equal(told.diag.errors, 1);
	told_clear(&told);

	text.len = 0;
	bytes_append_text(&text, "[\"bad\"");
	for (int i = 0; i < 100; i++) {
		bytes_append_text(&text, ",\"bad\"");
	}
	bytes_append_text(&text, "]");
	told = parse((const char *)text.data, text.len);
	assert_int_equal(told.diag.errors, POLICY_LIST_ERRORS_MAX + 1);
	assert_non_null(strstr((const char *)told.diag.text.data, "too many errors"));
	told_clear(&told);

	text.len = 0;
	bytes_append_text(&text, "[\"a\"");
	for (int i = 1; i < POLICY_JSON_LIST_VALUES_MAX; i++) {
		bytes_append_text(&text, ",\"a\"");
	}
	bytes_append_text(&text, "]");
	told = parse((const char *)text.data, text.len);
	assert_true(told.good);
	told_clear(&told);
	text.len--;
	bytes_append_text(&text, ",\"a\"]");
	told = parse((const char *)text.data, text.len);
	assert_false(told.good);
	assert_non_null(strstr((const char *)told.diag.text.data,
		"a.json: [250000]: error: too many addresses: expected at most 250000"));
	told_clear(&told);

	while (text.len <= POLICY_JSON_LIST_SIZE_MAX) {
		bytes_append_text(
			&text, "                                                        ");
	}
	char *path = file_with(text.data, text.len);

	told_init(&told);
	told.good = policy_json_list_read(path, &from, on_value, &told, &told.diag);
	told_end(&told);
	assert_non_null(strstr((const char *)told.diag.text.data, "is too long"));
	told_clear(&told);
	remove_file(path);
	bytes_clear(&text);
}

static void only_regular_files(void **state)
{
	static const struct place from = {"doorward.conf", 3, 14};
	static const char *const paths[] = {"/tmp", "/dev/zero", "/nonexistent/list.json", ""};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct told told;

		told_init(&told);
		told.good = policy_json_list_read(paths[i], &from, on_value, &told, &told.diag);
		told_end(&told);
		const char *text = (const char *)told.diag.text.data;

		assert_false(told.good);
		assert_ptr_equal(strstr(text, "doorward.conf:3:14: error: "), text);
		told_clear(&told);
	}
}

static void terms_read_lists_in_json(void **state)
{
	static const char list[] = "{\"prefixes\":[{\"ipv4Prefix\":\"192.0.2.0/28\"}]}";
	static const char host_bits[] = "[\"192.0.2.1/24\"]";
	char *path = file_with(list, strlen(list));
	char *bad = file_with(host_bits, strlen(host_bits));
	char text[256];
	char expected[512];
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	snprintf(text, sizeof(text), "ip in json:%s & !cert.ip in json: %s", path, path);
	book_add(&b, POLICY_ACTION_ALLOW, text);
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
	c.ip = address("192.0.2.16");
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_DENY);

	snprintf(text, sizeof(text), "ip in json:%s", bad);
	assert_false(book_try(&b, POLICY_ACTION_ALLOW, text));
	snprintf(text, sizeof(text), "host in json:%s", path);
	assert_false(book_try(&b, POLICY_ACTION_ALLOW, text));
	snprintf(text, sizeof(text), "forward in json:%s", path);
	assert_false(book_try(&b, POLICY_ACTION_ALLOW, text));
	snprintf(expected, sizeof(expected),
		"%s: [0]: error: \"192.0.2.1/24\" is not an address or prefix: expected 192.0.2.7, "
		"192.0.2.0/24 or 2001:db8::/32, with no bits set after the prefix; did you mean "
		"192.0.2.0/24?\n"
		"doorward.conf:7:17: error: host takes no JSON, which holds addresses: expected "
		"file:PATH\n"
		"doorward.conf:7:20: error: forward takes no JSON, which holds addresses: expected "
		"file:PATH\n",
		bad);
	bytes_append_u8(&b.diag.text, 0);
	assert_string_equal((const char *)b.diag.text.data, expected);
	book_clear(&b);
	remove_file(path);
	remove_file(bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_vendors_publish),
		cmocka_unit_test(other_shapes_are_errors_with_their_place),
		cmocka_unit_test(a_file_without_addresses_is_an_error),
		cmocka_unit_test(what_is_no_json_is_told_with_line_and_column),
		cmocka_unit_test(cut_anywhere_it_is_no_list),
		cmocka_unit_test(it_is_bounded),
		cmocka_unit_test(only_regular_files),
		cmocka_unit_test(terms_read_lists_in_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
