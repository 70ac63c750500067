/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "import/lua.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"

#include <stdlib.h>
#include <string.h>

/* Each ends with the } that closes it. */
static const char *const blocks[] = {
	"}",
	" t = { {}, {} } }",
	" s = \"}\" .. '}' }",
	" s = \"\\\"}\" .. '\\'}\\\\' }",
	" -- }\n }",
	" --[[ }\n ]] }",
	" --[==[ } ]] ]=] ]==] }",
	" s = [[ } \" ]] }",
	" s = [=[ } ]] ]=] }",
	" t = a[b[1]] }",
	" s = [= }",
};

static size_t end_of(const char *text, size_t len)
{
	/* Of exactly this size, so that a byte beyond is noticed. */
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	size_t end = import_lua_end((struct str){copy, len}, 0);

	free(copy);
	return end;
}

static void ends_at_its_brace_and_nowhere_before(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
		size_t len = strlen(blocks[i]);

		for (size_t cut = 0; cut < len; cut++) {
			assert_int_equal(end_of(blocks[i], cut), cut);
		}
		assert_int_equal(end_of(blocks[i], len), len - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_at_its_brace_and_nowhere_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
