/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/path.h"

#include "unit/policy/kit.h"

#define FRAGMENT POLICY_PATH_FRAGMENT
#define SLASH POLICY_PATH_SLASH
#define PARAMETER POLICY_PATH_PARAMETER
#define BACKSLASH POLICY_PATH_BACKSLASH
#define TWICE POLICY_PATH_TWICE
#define EMPTY POLICY_PATH_EMPTY
#define DOTS POLICY_PATH_DOTS
#define AUTHORITY POLICY_PATH_AUTHORITY

static struct str read_in(const char *target, unsigned ways, char room[POLICY_PATH_MAX])
{
	static struct policy_path path;

	assert_int_equal(policy_path_scan(str_view(target), &path), POLICY_PATH_GOOD);
	assert_int_equal(ways & ~path.ways, 0);
	return policy_path_read(&path, ways, room);
}

static void nginx_reading_and_what_servers_differ_about(void **state)
{
	static const struct {
		const char *target;
		const char *path;
		unsigned ways;
	} cases[] = {
		{"/", "/", 0},
		{"/a/b.html", "/a/b.html", 0},
		{"/a?/../b", "/a", 0},
		{"/?", "/", 0},
		{"/%61dmin", "/admin", 0},
		{"/%2e%2E/admin", "/admin", DOTS},
		{"/a%20b+c", "/a b+c", 0},
		{"/\xc3\xa9%C3%A9", "/\xc3\xa9\xc3\xa9", 0},
		{"/caf%e9", "/caf\xe9", 0},
		{"/.well-known/x", "/.well-known/x", 0},
		{"/a./b../...", "/a./b../...", 0},
		{"/./admin", "/admin", DOTS},
		{"/admin/.", "/admin/", DOTS},
		{"/admin/..", "/", DOTS},
		{"/pub/../admin", "/admin", DOTS},
		{"/../../admin", "/admin", DOTS},
		{"/a/b/../../c", "/c", DOTS},
		{"/a//../b", "/b", DOTS | EMPTY},
		{"//admin", "/admin", EMPTY | AUTHORITY},
		{"///admin//", "/admin/", EMPTY | AUTHORITY},
		{"/a//b", "/a/b", EMPTY},
		{"/pub/..%2fadmin", "/admin", SLASH | DOTS},
		{"/api/a%2Fb", "/api/a/b", SLASH},
		{"/a/%2fb", "/a/b", SLASH | EMPTY},
		{"/a;b/c", "/a;b/c", PARAMETER},
		{"/a%3bb/c", "/a;b/c", PARAMETER},
		{"/a/..;/admin", "/a/..;/admin", PARAMETER | DOTS},
		{"/;/admin", "/;/admin", PARAMETER | EMPTY},
		{"/a\\b", "/a\\b", BACKSLASH},
		{"/a%5Cb", "/a\\b", BACKSLASH},
		{"/a\\..\\b", "/a\\..\\b", BACKSLASH | DOTS},
		{"/a\\/b", "/a\\/b", BACKSLASH | EMPTY},
		{"/%2561dmin", "/%61dmin", TWICE},
		{"/100%25", "/100%", 0},
		{"/100%25/x", "/100%/x", 0},
		{"/a%252fb", "/a%2fb", TWICE | SLASH},
		{"/a%25%32fb", "/a%2fb", TWICE | SLASH},
		{"/a%252e%252e/b", "/a%2e%2e/b", TWICE},
		{"/a/%252e%252e/b", "/a/%2e%2e/b", TWICE | DOTS},
		{"/a%3fb", "/a?b", TWICE},
		{"/a%23b", "/a#b", TWICE},
		{"/a#b", "/a", FRAGMENT},
		{"/a#?b", "/a", FRAGMENT},
		{"/a?b#c", "/a", 0},
		{"http://h", "/", 0},
		{"http://h?x", "/", 0},
		{"http://h#x", "/", 0},
		{"HTTP://u:p@h:80/a/b?c", "/a/b", 0},
		{"a+b-c.9://h//x", "/x", EMPTY},
		{"http://h/http://g/admin", "/http:/g/admin", EMPTY},
	};
	char room[POLICY_PATH_MAX];
	struct policy_path path;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(
			policy_path_scan(str_view(cases[i].target), &path), POLICY_PATH_GOOD);
		if (path.ways != cases[i].ways) {
			print_error("%s: ways %x\n", cases[i].target, path.ways);
		}
		assert_int_equal(path.ways, cases[i].ways);
		assert_str(policy_path_read(&path, 0, room), cases[i].path);
	}
}

static void other_readings(void **state)
{
	static const struct {
		const char *target;
		unsigned ways;
		const char *path;
	} cases[] = {
		{"/pub/..%2fadmin", SLASH, "/pub/..%2fadmin"},
		{"/pub/..%2fadmin", DOTS, "/pub/../admin"},
		{"/api/a%2Fb", SLASH, "/api/a%2Fb"},
		{"//h/admin", AUTHORITY, "/admin"},
		{"//h", AUTHORITY, "/"},
		{"//admin", EMPTY, "//admin"},
		{"/a//../b", EMPTY, "/a/b"},
		{"/a;b/c;d", PARAMETER, "/a/c"},
		{"/a/..;/admin", PARAMETER, "/admin"},
		{"/a/..;/admin", PARAMETER | DOTS, "/a/../admin"},
		{"/a;x%2fadmin/b", PARAMETER, "/a/admin/b"},
		{"/a;x%2fadmin/b", PARAMETER | SLASH, "/a/b"},
		{"/;/admin", PARAMETER, "/admin"},
		{"/a\\..\\b", BACKSLASH, "/b"},
		{"/%2561dmin", TWICE, "/admin"},
		{"/a%252fb", TWICE, "/a/b"},
		{"/pub%2f%252e%252e%2fadmin", TWICE, "/admin"},
		{"/admin%3f/x", TWICE, "/admin"},
		{"/admin%23/x", TWICE, "/admin"},
		{"/a#/../b", FRAGMENT, "/b"},
		{"/a/./b/..", DOTS, "/a/./b/.."},
	};
	char room[POLICY_PATH_MAX];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_str(read_in(cases[i].target, cases[i].ways, room), cases[i].path);
	}
}

static void targets_without_a_reading(void **state)
{
	static const struct {
		const char *target;
		enum policy_path_flaw flaw;
	} cases[] = {
		{"", POLICY_PATH_NO_PATH},
		{"*", POLICY_PATH_NO_PATH},
		{"admin", POLICY_PATH_NO_PATH},
		{"?x", POLICY_PATH_NO_PATH},
		{"%2fadmin", POLICY_PATH_NO_PATH},
		{"\\admin", POLICY_PATH_NO_PATH},
		{" /admin", POLICY_PATH_NO_PATH},
		{"h:80", POLICY_PATH_NO_PATH},
		{"http:/admin", POLICY_PATH_NO_PATH},
		{"http://", POLICY_PATH_NO_PATH},
		{"http:///admin", POLICY_PATH_NO_PATH},
		{"://h/admin", POLICY_PATH_NO_PATH},
		{"1http://h/admin", POLICY_PATH_NO_PATH},
		{"http://h\\/admin", POLICY_PATH_NO_PATH},
		{"http://h /admin", POLICY_PATH_NO_PATH},
		{"/a\tb", POLICY_PATH_CONTROL},
		{"/a%00", POLICY_PATH_CONTROL},
		{"/a%0ab", POLICY_PATH_CONTROL},
		{"/a%7f", POLICY_PATH_CONTROL},
		{"/a%2500", POLICY_PATH_CONTROL},
		{"/a b", POLICY_PATH_BLANK},
		{"/a%", POLICY_PATH_ESCAPE},
		{"/a%4", POLICY_PATH_ESCAPE},
		{"/a%4?", POLICY_PATH_ESCAPE},
		{"/a%zz", POLICY_PATH_ESCAPE},
		{"/a%u002fb", POLICY_PATH_ESCAPE},
		{"/%c0%af", POLICY_PATH_OVERLONG},
		{"/\xc0\xae", POLICY_PATH_OVERLONG},
		{"/%c1%81", POLICY_PATH_OVERLONG},
		{"/%e0%80%af", POLICY_PATH_OVERLONG},
		{"/%f0%80%80%af", POLICY_PATH_OVERLONG},
		{"/%25c0%25af", POLICY_PATH_OVERLONG},
		{"/%252561dmin", POLICY_PATH_DEEP},
		{"//a;b\\..%2f#", POLICY_PATH_MANY},
	};
	struct policy_path path;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum policy_path_flaw flaw = policy_path_scan(str_view(cases[i].target), &path);

		if (flaw != cases[i].flaw) {
			print_error("%s: %s\n", cases[i].target, policy_path_flaw_text(flaw));
		}
		assert_int_equal(flaw, cases[i].flaw);
	}
	assert_int_equal(policy_path_scan((struct str){"/a\0b", 4}, &path), POLICY_PATH_CONTROL);
	assert_int_equal(
		policy_path_scan((struct str){"http://h\0/x", 11}, &path), POLICY_PATH_NO_PATH);
	assert_int_equal(policy_path_scan((struct str){NULL, 0}, &path), POLICY_PATH_NO_PATH);
}

static void long_targets_have_no_reading(void **state)
{
	static char text[2 * POLICY_PATH_MAX];
	char room[POLICY_PATH_MAX];
	struct policy_path path;

	memset(text, 'a', sizeof(text));
	text[0] = '/';
	/* What needs no room has no bound. */
	assert_int_equal(
		policy_path_scan((struct str){text, sizeof(text)}, &path), POLICY_PATH_GOOD);
	assert_int_equal(policy_path_read(&path, 0, room).len, sizeof(text));
	memcpy(text + 1, "%41", 3);
	assert_int_equal(
		policy_path_scan((struct str){text, POLICY_PATH_MAX}, &path), POLICY_PATH_GOOD);
	assert_int_equal(policy_path_read(&path, 0, room).len, POLICY_PATH_MAX - 2);
	assert_int_equal(
		policy_path_scan((struct str){text, POLICY_PATH_MAX + 1}, &path), POLICY_PATH_LONG);
	/* A long query is not part of the path. */
	text[100] = '?';
	assert_int_equal(
		policy_path_scan((struct str){text, sizeof(text)}, &path), POLICY_PATH_GOOD);
	text[100] = ';';
	memcpy(text + 110, "//%2f/\\", 7);
	assert_int_equal(
		policy_path_scan((struct str){text, POLICY_PATH_MAX}, &path), POLICY_PATH_LONG);
	assert_int_equal(policy_path_scan((struct str){text, 500}, &path), POLICY_PATH_GOOD);
}

static bool holds(struct str text, const char *part)
{
	return memmem(text.data, text.len, part, strlen(part)) != NULL;
}

static void check_readings(struct str target)
{
	struct policy_path path;
	char room[POLICY_PATH_MAX];
	char slow[POLICY_PATH_MAX];

	if (policy_path_scan(target, &path) != POLICY_PATH_GOOD) {
		return;
	}
	unsigned ways = 0;

	do {
		struct str text = policy_path_read(&path, ways, room);

		assert_true(text.len > 0 && text.data[0] == '/');
		assert_true(text.len <= path.text.len);
		assert_true((ways & EMPTY) != 0 || !holds(text, "//"));
		assert_true((ways & DOTS) != 0 || (!holds(text, "/./") && !holds(text, "/../")));
		ways = (ways - path.ways) & path.ways;
	} while (ways != 0);
	if (path.plain) {
		struct policy_path other = path;

		other.plain = false;
		assert_true(str_eq(policy_path_read(&other, 0, slow), path.text));
	}
}

static void all_short_texts_and_cuts(void **state)
{
	static const char *const parts[] = {"/", "a", ".", "..", "%2f", "%2e", ";", "\\", "%5c",
		"%25", "2f", "%3f", "#", "?", "%61", "\xc3\xa9", "%", ":"};
	uint64_t lot = 7;

	for (size_t round = 0; round < 200000; round++) {
		char text[64] = "/";
		size_t len = 1;

		for (size_t i = 0; i < 9; i++) {
			lot = lot * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			const char *part = parts[(lot >> 33) % ARRAY_LEN(parts)];

			memcpy(text + len, part, strlen(part));
			len += strlen(part);
		}
		/* On the heap, so that reading past the end is seen. */
		for (size_t cut = round % 64 == 0 ? 0 : len; cut <= len; cut++) {
			char *copy = malloc(cut + 1);

			assert_non_null(copy);
			memcpy(copy + 1, text, cut);
			check_readings((struct str){copy + 1, cut});
			free(copy);
		}
	}
}

static void paths_as_they_are_served(void **state)
{
	static const char *const good[] = {
		"/", "/a", "/a/", "/a b", "/100%", "/%zz", "/.a", "/\xe9"};
	static const char *const bad[] = {"", "a", "*", "/a?x", "/a#", "/a;b", "/a\\b", "/%41",
		"//", "/a//b", "/.", "/./a", "/..", "/a/..", "/a\x01", "http://h/"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(policy_path_is_served(str_view(good[i])));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(policy_path_is_served(str_view(bad[i])));
	}
}

static void hosts_of_absolute_urls(void **state)
{
	struct policy_path path;

	assert_int_equal(policy_path_scan(str_view("http://u@H.:80/x"), &path), POLICY_PATH_GOOD);
	assert_str(path.host, "u@H.:80");
	assert_int_equal(policy_path_scan(str_view("/http://h/x"), &path), POLICY_PATH_GOOD);
	assert_null(path.host.data);
}

static void each_way_and_flaw_has_a_text(void **state)
{
	for (unsigned i = 0; i < POLICY_PATH_WAYS; i++) {
		assert_true(strlen(policy_path_way_text((enum policy_path_way)(1U << i))) > 0);
	}
	for (unsigned i = POLICY_PATH_GOOD + 1; i <= POLICY_PATH_MANY; i++) {
		assert_true(strlen(policy_path_flaw_text((enum policy_path_flaw)i)) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nginx_reading_and_what_servers_differ_about),
		cmocka_unit_test(other_readings),
		cmocka_unit_test(targets_without_a_reading),
		cmocka_unit_test(long_targets_have_no_reading),
		cmocka_unit_test(all_short_texts_and_cuts),
		cmocka_unit_test(paths_as_they_are_served),
		cmocka_unit_test(hosts_of_absolute_urls),
		cmocka_unit_test(each_way_and_flaw_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
