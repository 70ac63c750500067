/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void mailboxes(void **state)
{
	static const char *const good[] = {
		"a@b",
		"ann@partner.example",
		"Ann.Other+x=y@PARTNER.example",
		"!#$%&'*+-/=?^_`{|}~@a.example",
		"\"Ann Other\"@a.example",
		"\"a@b\"@a.example",
		"\"a\\\"b\"@a.example",
		"\"\"@a.example",
		"ann@xn--bcher-kva.example",
		"ann@a_b.example",
		"ann@[192.0.2.1]",
		"ann@[IPv6:2001:db8::1]",
	};
	static const char *const bad[] = {
		"",
		"@",
		"ann",
		"ann@",
		"@a.example",
		"a b@a.example",
		"ann@a.example ",
		" ann@a.example",
		"root@internal.example@partner.example",
		"ann@a..example",
		"ann@a.example.",
		"ann@.example",
		"ann@-a.example",
		"ann@a-.example",
		"ann@a b.example",
		".ann@a.example",
		"ann.@a.example",
		"a..b@a.example",
		"email:ann@a.example",
		"mailto:ann@a.example",
		"Ann <ann@a.example>",
		"<ann@a.example>",
		"ann@a.example, bob@a.example",
		"ann@a.example (Ann)",
		"\"ann@a.example",
		"\"ann@a.example\"",
		"\"ann\"x@a.example",
		"\"ann\\",
		"\"a\tb\"@a.example",
		"ann@m\xc3\xbcller.example",
		"\xc3\xa4nn@a.example",
		"ann@[192.0.2.1",
		"ann@[2001:db8::1]",
		"ann@[IPv6:192.0.2.1]",
		"ann@[a.example]",
		"ann@[]",
		"ann@[",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (!mailbox_is_valid(str_view(good[i]))) {
			print_error("%s\n", good[i]);
		}
		assert_true(mailbox_is_valid(str_view(good[i])));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (mailbox_is_valid(str_view(bad[i]))) {
			print_error("%s\n", bad[i]);
		}
		assert_false(mailbox_is_valid(str_view(bad[i])));
	}
	assert_false(mailbox_is_valid((struct str){NULL, 0}));
	assert_false(mailbox_is_valid((struct str){"a\0b@c", 5}));
	assert_false(mailbox_is_valid((struct str){"ab@c\0", 5}));
}

static void lengths(void **state)
{
	char text[400];

	(void)state;
	for (size_t local = 60; local < 70; local++) {
		memset(text, 'a', local);
		memcpy(text + local, "@b.example", 11);
		assert_int_equal(mailbox_is_valid(str_view(text)), local <= 64);
	}
	for (size_t len = 240; len < 270; len++) {
		memcpy(text, "a@", 2);
		for (size_t i = 0; i < len; i++) {
			text[2 + i] = i % 60 == 59 && i + 1 < len ? '.' : 'b';
		}
		assert_int_equal(mailbox_is_valid((struct str){text, 2 + len}), len <= 255);
	}
	for (size_t label = 60; label < 70; label++) {
		memcpy(text, "a@", 2);
		memset(text + 2, 'b', label);
		assert_int_equal(mailbox_is_valid((struct str){text, 2 + label}), label <= 63);
	}
}

static void mailboxes_beyond_ascii(void **state)
{
	static const char *const good[] = {
		"m\xc3\xbcller@a.example",
		"\xe6\xbc\xa2@A.example",
		"\"m \xc3\xbc\"@a.example",
		"m\xc3\xbcller@[192.0.2.1]",
	};
	static const char *const bad[] = {
		"",
		"ann@a.example",
		"\xc3\xbc",
		"\xc3\xbc@",
		"m\xfcller@a.example",
		"m\xc3\xbcller@m\xc3\xbcller.example",
		"ann@m\xc3\xbcller.example",
		"m\xc3\xbc\xc2\x85ller@a.example",
		"m\xc3\xbc ller@a.example",
		"\"m\xc3\xbc\x7f\"@a.example",
		"<m\xc3\xbcller@a.example>",
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(mailbox_is_valid_utf8(str_view(good[i])));
		assert_false(mailbox_is_valid(str_view(good[i])));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(mailbox_is_valid_utf8(str_view(bad[i])));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mailboxes),
		cmocka_unit_test(lengths),
		cmocka_unit_test(mailboxes_beyond_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
