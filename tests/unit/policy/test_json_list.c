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
		(struct str){data, len}, NULL, "a.json", on_value, &told, &told.diag);
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
		"\"ips\" or another known form, or where the addresses are, as in "
		"json:PATH#/items/*/cidr\n");
	refuses("{\"result\":{\"result\":{\"prefixes\":[\"a\"]}}}",
		"a.json: error: \"result\": an unknown list or object: expected \"prefixes\", "
		"\"ips\" or another known form, or where the addresses are, as in "
		"json:PATH#/items/*/cidr\n");
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
	told.good = policy_json_list_read(path, NULL, &from, on_value, &told, &told.diag);
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
		told.good =
			policy_json_list_read(paths[i], NULL, &from, on_value, &told, &told.diag);
		told_end(&told);
		const char *text = (const char *)told.diag.text.data;

		assert_false(told.good);
		assert_ptr_equal(strstr(text, "doorward.conf:3:14: error: "), text);
		told_clear(&told);
	}
}

/* Reads `text` by the pointers; what is told of it is as in tells() and refuses(). */
static struct told point(const char *pointers, const char *text, size_t len)
{
	struct policy_json_pointers read;
	struct arena arena;
	struct told told;

	told_init(&told);
	arena_init(&arena, 1024);
	assert_true(policy_json_pointers_read(str_view(pointers), NULL, &arena, &told.diag, &read));
	told.good = policy_json_list_parse(
		(struct str){text, len}, &read, "a.json", on_value, &told, &told.diag);
	told_end(&told);
	arena_clear(&arena);
	return told;
}

static void points(const char *pointers, const char *text, const char *expected)
{
	struct told told = point(pointers, text, strlen(text));

	assert_string_equal((const char *)told.diag.text.data, "");
	assert_string_equal((const char *)told.text.data, expected);
	assert_true(told.good);
	told_clear(&told);
}

static void points_wrong(const char *pointers, const char *text, const char *expected)
{
	struct told told = point(pointers, text, strlen(text));

	assert_string_equal((const char *)told.diag.text.data, expected);
	assert_false(told.good);
	told_clear(&told);
}

/* Shaped as the owners document them; the values are for documentation. */
static const char atlassian[] =
	"{\"creationDate\":\"2026-11-01T00:00:00.000000\",\"syncToken\":1790000000,\"items\":["
	"{\"network\":\"192.0.2.0\",\"mask_len\":24,\"cidr\":\"192.0.2.0/24\",\"mask\":"
	"\"255.255.255.0\",\"region\":[\"eu-west-1\"],\"product\":[\"jira\"],\"direction\":"
	"[\"egress\"]},{\"network\":\"2001:db8::\",\"mask_len\":32,\"cidr\":\"2001:db8::/32\","
	"\"mask\":\"ffff:ffff::\",\"region\":[],\"product\":[],\"direction\":[]}]}";
static const char azure[] =
	"{\"changeNumber\":300,\"cloud\":\"Public\",\"values\":[{\"name\":\"ActionGroup\",\"id\":"
	"\"ActionGroup\",\"properties\":{\"changeNumber\":40,\"region\":\"\",\"regionId\":0,"
	"\"platform\":\"Azure\",\"systemService\":\"ActionGroup\",\"addressPrefixes\":["
	"\"192.0.2.0/28\",\"2001:db8:1::/48\"],\"networkFeatures\":[\"API\",\"NSG\"]}},{\"name\":"
	"\"Sql.Nowhere\",\"id\":\"Sql.Nowhere\",\"properties\":{\"addressPrefixes\":["
	"\"198.51.100.0/25\"]}}]}";
static const char oci[] =
	"{\"last_updated_timestamp\":\"2026-11-01T00:00:00.000000\",\"regions\":[{\"region\":"
	"\"us-phoenix-1\",\"cidrs\":[{\"cidr\":\"192.0.2.0/26\",\"tags\":[\"OCI\"]},{\"cidr\":"
	"\"192.0.2.64/26\",\"tags\":[\"OSN\"]}]},{\"region\":\"uk-london-1\",\"cidrs\":[{\"cidr\":"
	"\"198.51.100.0/24\",\"tags\":[]}]}]}";
static const char stripe[] = "{\"WEBHOOKS\":[\"192.0.2.1\",\"192.0.2.2\"]}";
static const char datadog[] =
	"{\"version\":77,\"modified\":\"2026-11-01-00-00-00\",\"agents\":{\"prefixes_ipv4\":["
	"\"192.0.2.0/24\"],\"prefixes_ipv6\":[\"2001:db8::/32\"]},\"synthetics\":{"
	"\"prefixes_ipv4\":[\"198.51.100.1/32\"],\"prefixes_ipv4_by_location\":{"
	"\"aws:eu-west-1\":[\"198.51.100.1/32\"]},\"prefixes_ipv6\":[]},\"webhooks\":{"
	"\"prefixes_ipv4\":[\"203.0.113.7/32\"],\"prefixes_ipv6\":[]}}";
static const char imperva[] =
	"{\"ipRanges\":[\"192.0.2.0/24\"],\"ipv6Ranges\":[\"2001:db8::/29\"],\"res\":0,"
	"\"res_message\":\"OK\",\"debug_info\":{\"id-info\":\"9\"}}";

static void what_lies_deeper_is_pointed_at(void **state)
{
	points("#/items/*/cidr", atlassian, "192.0.2.0/24 2001:db8::/32 ");
	points("#/values/*/properties/addressPrefixes", azure,
		"192.0.2.0/28 2001:db8:1::/48 198.51.100.0/25 ");
	points("#/values/*/properties/addressPrefixes/*", azure,
		"192.0.2.0/28 2001:db8:1::/48 198.51.100.0/25 ");
	points("#/values/1/properties/addressPrefixes", azure, "198.51.100.0/25 ");
	points("#/regions/*/cidrs/*/cidr", oci, "192.0.2.0/26 192.0.2.64/26 198.51.100.0/24 ");
	points("#/regions/1/cidrs/0/cidr", oci, "198.51.100.0/24 ");
	points("#/WEBHOOKS", stripe, "192.0.2.1 192.0.2.2 ");
	points("#/*", stripe, "192.0.2.1 192.0.2.2 ");
	points("#/webhooks/prefixes_ipv4#/webhooks/prefixes_ipv6", datadog, "203.0.113.7/32 ");
	points("#/webhooks/*", datadog, "203.0.113.7/32 ");
	/* What is not an object, as the version, has no member: it is left out. */
	points("#/*/prefixes_ipv4", datadog, "192.0.2.0/24 198.51.100.1/32 203.0.113.7/32 ");
	points("#/ipRanges#/ipv6Ranges", imperva, "192.0.2.0/24 2001:db8::/29 ");
	/* Without a pointer each of them is refused, and told how it is read. */
	refuses(stripe,
		"a.json: error: \"WEBHOOKS\": an unknown list or object: expected "
		"\"prefixes\", \"ips\" or another known form, or where the addresses are, as "
		"in json:PATH#/items/*/cidr\n");
}

static void pointers_are_those_of_rfc_6901(void **state)
{
	static const char names[] =
		"{\"\":[\"empty\"],\"a/b\":\"slash\",\"c%d\":\"percent\",\"e^f\":\"hat\",\" "
		"\":\"blank\","
		"\"m~n\":\"tilde\",\"~1\":\"both\",\"*\":\"star\",\"#/x\":\"hash\",\"0\":\"zero\","
		"\"\xc3\xbc\":\"umlaut\"}";
	static const char list[] = "[\"a\",[\"b\",\"c\"],{\"x\":\"d\"}]";

	/* The examples of section 6. */
	points("#/", names, "empty ");
	points("#/a~1b", names, "slash ");
	points("#/c%25d", names, "percent ");
	points("#/e%5Ef", names, "hat ");
	points("#/%20", names, "blank ");
	points("#/m~0n", names, "tilde ");
	points("#/~01", names, "both ");
	points("#/%2A", names, "star ");
	points("#/%2a", names, "star ");
	points("#/%23~1x", names, "hash ");
	points("#/0", names, "zero ");
	points("#/%c3%bc", names, "umlaut ");
	points("#//0", names, "empty ");
	points("#/0#/1#/2/x", list, "a b c d ");
	points("#/1/1", list, "c ");
	/* Not indices. */
	points_wrong("#/01", list,
		"a.json: error: \"/01\" leads to nothing in the file: expected a "
		"JSON pointer to addresses, such as /items/*/cidr\n");
	points_wrong("#/-", list,
		"a.json: error: \"/-\" leads to nothing in the file: expected a "
		"JSON pointer to addresses, such as /items/*/cidr\n");
	points_wrong("#/4294967296", list,
		"a.json: error: \"/4294967296\" leads to nothing in the file: expected a "
		"JSON pointer to addresses, such as /items/*/cidr\n");
	points_wrong("#/3#/0/x", list,
		"a.json: error: \"/3\" leads to nothing in the file: expected a JSON pointer to "
		"addresses, such as /items/*/cidr\n"
		"a.json: error: \"/0/x\" leads to nothing in the file: expected a JSON pointer to "
		"addresses, such as /items/*/cidr\n");
}

static void what_a_pointer_leads_to_is_an_address(void **state)
{
	points_wrong("#/items/*", atlassian,
		"a.json: /items/0: error: an object: expected an address or a prefix in quotes\n"
		"a.json: /items/1: error: an object: expected an address or a prefix in quotes\n");
	points_wrong("#/items/*/mask_len", atlassian,
		"a.json: /items/0/mask_len: error: a number: expected an address or a prefix in "
		"quotes\n"
		"a.json: /items/1/mask_len: error: a number: expected an address or a prefix in "
		"quotes\n");
	points_wrong("#/a", "{\"a\":[[\"b\"],null]}",
		"a.json: /a/0: error: a list: expected an address or a prefix in quotes\n"
		"a.json: /a/1: error: null: expected an address or a prefix in quotes\n");
	points_wrong("#/*/a", "{\"\\u001b[31m\":{\"a\":\"bad\"}}",
		"a.json: /\\x1b[31m/a: error: bad: expected good\n");
	points_wrong("#/synthetics/*", datadog,
		"a.json: /synthetics/prefixes_ipv4_by_location: error: an object: expected an "
		"address or a prefix in quotes\n");
	/* Lists that are there, and empty. */
	points_wrong("#/webhooks/prefixes_ipv6", datadog,
		"a.json: error: holds no address: expected at least one\n");
	points_wrong("#/items/*/cidr", "{\"items\":[]}",
		"a.json: error: \"/items/*/cidr\" leads to nothing in the file: expected a JSON "
		"pointer to addresses, such as /items/*/cidr\n");
	points_wrong("#/a", "[]",
		"a.json: error: \"/a\" leads to nothing in the file: expected a JSON pointer to "
		"addresses, such as /items/*/cidr\n");
}

static void cut_anywhere_a_pointer_leads_nowhere(void **state)
{
	for (size_t len = 0; len < strlen(azure); len++) {
		struct told told = point("#/values/*/properties/addressPrefixes", azure, len);

		assert_false(told.good);
		assert_string_equal((const char *)told.text.data, "");
		told_clear(&told);
	}
}

/* As many addresses as without pointers, however many pointers lead to them. */
static void pointed_at_it_is_bounded(void **state)
{
	struct bytes text;
	struct told told;

	bytes_init(&text, 0);
	bytes_append_text(&text, "{\"a\":[\"a\"");
	for (int i = 2; i < POLICY_JSON_LIST_VALUES_MAX / 2 + 2; i++) {
		bytes_append_text(&text, ",\"a\"");
	}
	bytes_append_text(&text, "]}");
	told = point("#/a", (const char *)text.data, text.len);
	assert_true(told.good);
	told_clear(&told);
	told = point("#/a#/*", (const char *)text.data, text.len);
	assert_false(told.good);
	assert_non_null(strstr(
		(const char *)told.diag.text.data, "too many addresses: expected at most 250000"));
	told_clear(&told);
	text.len = 0;
	bytes_append_text(&text, "[\"bad\"");
	for (int i = 0; i < 100; i++) {
		bytes_append_text(&text, ",\"bad\"");
	}
	bytes_append_text(&text, "]");
	told = point("#/*", (const char *)text.data, text.len);
	assert_int_equal(told.diag.errors, POLICY_LIST_ERRORS_MAX + 1);
	told_clear(&told);
	bytes_clear(&text);
}

static void bad_pointers_say_what_is_expected(void **state)
{
	static const char *const bad[] = {"#/a%", "#/a%2", "#/a%zz", "#/a%00", "#/~", "#/~2",
		"#/a~", "#/a#b", "#/a#", "#/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
		"#/1#/2#/3#/4#/5#/6#/7#/8#/9"};
	struct policy_json_pointers read;
	struct arena arena;
	struct diag diag;

	arena_init(&arena, 1024);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		diag_init(&diag);
		assert_false(
			policy_json_pointers_read(str_view(bad[i]), NULL, &arena, &diag, &read));
		assert_int_equal(diag.errors, 1);
		assert_non_null(memmem(diag.text.data, diag.text.len, ": expected ", 11));
		diag_clear(&diag);
	}
	arena_clear(&arena);
	assert_int_equal(policy_json_pointers_find(str_view("/a#b.json")), 9);
	assert_int_equal(policy_json_pointers_find(str_view("/a#b.json#/c#/d")), 9);
}

static void terms_point_into_json(void **state)
{
	char *path = file_with(atlassian, strlen(atlassian));
	char text[256];
	char expected[1024];
	struct client c;
	struct book b;

	client_init(&c);
	book_init(&b);
	snprintf(text, sizeof(text),
		"ip in json:%s#/items/*/cidr & !cert.ip in json:%s#/items/1/cidr", path, path);
	book_add(&b, POLICY_ACTION_ALLOW, text);
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_ALLOW);
	assert_string_equal(policy_rules_list(b.rules, 0)->path, path);
	c.ip = address("203.0.113.1");
	assert_int_equal(book_decide(&b, &c).outcome, POLICY_DENY);
	snprintf(text, sizeof(text), "ip in json:%s#/items/*/cidr%%", path);
	assert_false(book_try(&b, POLICY_ACTION_ALLOW, text));
	snprintf(text, sizeof(text), "ip in json:%s#/items/*/cird", path);
	assert_false(book_try(&b, POLICY_ACTION_ALLOW, text));
	snprintf(expected, sizeof(expected),
		"doorward.conf:7:15: error: \"/items/*/cidr%%\" is not a JSON pointer: expected "
		"%%XX for an octet other than NUL, ~0 for ~ and ~1 for / in a name\n"
		"%s: error: \"/items/*/cird\" leads to nothing in the file: expected a JSON "
		"pointer to addresses, such as /items/*/cidr\n",
		path);
	bytes_append_u8(&b.diag.text, 0);
	assert_string_equal((const char *)b.diag.text.data, expected);
	remove_file(path);
	book_clear(&b);
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
		cmocka_unit_test(what_lies_deeper_is_pointed_at),
		cmocka_unit_test(pointers_are_those_of_rfc_6901),
		cmocka_unit_test(what_a_pointer_leads_to_is_an_address),
		cmocka_unit_test(cut_anywhere_a_pointer_leads_nowhere),
		cmocka_unit_test(pointed_at_it_is_bounded),
		cmocka_unit_test(bad_pointers_say_what_is_expected),
		cmocka_unit_test(terms_point_into_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
