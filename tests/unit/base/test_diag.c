/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/diag.h"
#include "unit/assert_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_text(const struct diag *d, const char *expected)
{
	assert_bytes(d->text.data, d->text.len, expected, strlen(expected));
}

static void gathers_findings(void **state)
{
	struct diag d;

	diag_init(&d);
	assert_text(&d, "");
	diag_error(&d, &(struct place){"a.conf", 3, 7}, "found %s, expected %s", "x", "y");
	diag_warning(&d, &(struct place){"a.conf", 4, 0}, "a claim alone allows");
	diag_error(&d, &(struct place){"a.conf", 0, 0}, "%s", "cannot be read");
	diag_error(&d, NULL, "no policy");
	assert_text(&d, "a.conf:3:7: error: found x, expected y\n"
			"a.conf:4: warning: a claim alone allows\n"
			"a.conf: error: cannot be read\n"
			"error: no policy\n");
	assert_int_equal(d.errors, 3);
	assert_int_equal(d.warnings, 1);
	diag_clear(&d);
	assert_text(&d, "");
	assert_int_equal(d.errors + d.warnings, 0);
	diag_clear(&d);
}

static void keeps_a_place_as_text(void **state)
{
	struct str text;
	struct arena arena;

	arena_init(&arena, 256);
	text = place_text(&arena, &(struct place){"a.conf", 3, 7});
	assert_string_equal(text.data, "a.conf:3");
	assert_int_equal(text.len, strlen("a.conf:3"));
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gathers_findings),
		cmocka_unit_test(keeps_a_place_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
