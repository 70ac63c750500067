/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/route.h"

#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_part(struct str part, const char *expected)
{
	if (expected == NULL) {
		assert_null(part.data);
	} else {
		assert_non_null(part.data);
		assert_true(str_eq_text(part, expected));
	}
}

static void routes(void **state)
{
	static const struct {
		const char *path;
		enum http_place place;
		const char *policy;
		const char *uri;
	} cases[] = {
		{"/auth", HTTP_AUTH, NULL, NULL},
		{"/auth?x=/y", HTTP_AUTH, NULL, NULL},
		{"/auth/", HTTP_AUTH, "", NULL},
		{"/auth//", HTTP_AUTH, "", "/"},
		{"/auth/admin", HTTP_AUTH, "admin", NULL},
		{"/auth/admin?x=/y", HTTP_AUTH, "admin", NULL},
		{"/auth/admin/", HTTP_AUTH, "admin", "/"},
		{"/auth/admin/a/b?c=d/e", HTTP_AUTH, "admin", "/a/b?c=d/e"},
		{"/auth/admin/../open", HTTP_AUTH, "admin", "/../open"},
		{"/auth/../healthz", HTTP_AUTH, "..", "/healthz"},
		{"/auth/%61dmin", HTTP_AUTH, "%61dmin", NULL},
		{"/healthz", HTTP_HEALTHZ, NULL, NULL},
		{"/readyz?verbose", HTTP_READYZ, NULL, NULL},
		{"/metrics", HTTP_METRICS, NULL, NULL},
		{"", HTTP_NOWHERE, NULL, NULL},
		{"/", HTTP_NOWHERE, NULL, NULL},
		{"/Auth", HTTP_NOWHERE, NULL, NULL},
		{"//auth", HTTP_NOWHERE, NULL, NULL},
		{"/authx", HTTP_NOWHERE, NULL, NULL},
		{"/auth;x", HTTP_NOWHERE, NULL, NULL},
		{"/a?/auth/x", HTTP_NOWHERE, NULL, NULL},
		{"/metrics/", HTTP_NOWHERE, NULL, NULL},
		{"/healthz/x", HTTP_NOWHERE, NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_route route = http_route(str_view(cases[i].path));

		assert_int_equal(route.place, cases[i].place);
		assert_part(route.policy, cases[i].policy);
		assert_part(route.uri, cases[i].uri);
	}
	assert_int_equal(http_route((struct str){NULL, 0}).place, HTTP_NOWHERE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
