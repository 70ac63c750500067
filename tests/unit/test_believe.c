/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "believe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* A request as rows of NAME, value; ends with NULL. */
static struct input input_of(const char *const *pairs)
{
	struct input input;

	input_init(&input);
	for (; *pairs != NULL; pairs += 2) {
		for (int i = 0; i < INPUT_COUNT; i++) {
			if (strcmp(pairs[0], input_word((enum input_name)i)) == 0) {
				input.values[i] = str_view(pairs[1]);
			}
		}
	}
	return input;
}

struct frontend_case {
	const char *pairs[9];
	bool trust_headers;
	bool forwarded_for;
	const char *trusted; /* one prefix */
	bool honoured;
	const char *address; /* NULL: none; "bad": does not parse */
};

#define ADDR "REMOTE_ADDR"
#define REAL "HTTP_X_REAL_IP"
#define FWD "HTTP_X_FORWARDED_FOR"
#define TRUST "DOORWARD_TRUST_HEADERS"

static const struct frontend_case cases[] = {
	/* A stranger's headers change nothing. */
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1"}, false, true, NULL, false, "203.0.113.9"},
	{{ADDR, "203.0.113.9", FWD, "192.0.2.1"}, false, true, NULL, false, "203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "nonsense"}, false, false, NULL, false, "203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1"}, false, true, "10.0.0.0/8", false, "203.0.113.9"},
	/* Only the exact word 1 says that headers are replaced. */
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1", TRUST, "1"}, false, false, NULL, true,
		"192.0.2.1"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1", TRUST, "0"}, false, false, NULL, false,
		"203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1", TRUST, ""}, false, false, NULL, false,
		"203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1", TRUST, "11"}, false, false, NULL, false,
		"203.0.113.9"},
	{{ADDR, "203.0.113.9", REAL, "192.0.2.1"}, true, false, NULL, true, "192.0.2.1"},
	/* A trusted proxy, also as a mapped address. */
	{{ADDR, "10.1.2.3", REAL, "192.0.2.1"}, false, false, "10.0.0.0/8", true, "192.0.2.1"},
	{{ADDR, "::ffff:10.1.2.3", REAL, "::ffff:192.0.2.1"}, false, false, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "::10.1.2.3", REAL, "192.0.2.1"}, false, false, "10.0.0.0/8", false, "::10.1.2.3"},
	/* No REMOTE_ADDR at all; an empty one is an address that does not parse. */
	{{REAL, "192.0.2.1"}, false, false, NULL, true, "192.0.2.1"},
	{{NULL}, false, false, NULL, true, NULL},
	{{ADDR, "", REAL, "192.0.2.1"}, false, false, NULL, false, "bad"},
	{{ADDR, "unix:", REAL, "192.0.2.1"}, false, false, NULL, false, "bad"},
	{{ADDR, "unix:", REAL, "192.0.2.1", TRUST, "1"}, false, false, NULL, true, "192.0.2.1"},
	/* Honoured and bad is bad: there is no falling back to another address. */
	{{ADDR, "10.1.2.3", REAL, "192.0.2.1, 192.0.2.2"}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", REAL, ""}, false, false, "10.0.0.0/8", true, "bad"},
	{{ADDR, "fe80::1%eth0"}, false, false, NULL, false, "bad"},
	{{ADDR, "192.0.2.01"}, false, false, NULL, false, "bad"},
	{{ADDR, " 192.0.2.1"}, false, false, NULL, false, "bad"},
	/* X-Forwarded-For is read from the right, past trusted proxies, where configured. */
	{{ADDR, "10.1.2.3", FWD, "192.0.2.1"}, false, false, "10.0.0.0/8", true, "10.1.2.3"},
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6, 192.0.2.1, 10.9.9.9"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6,192.0.2.1"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "10.0.0.1, 10.0.0.2"}, false, true, "10.0.0.0/8", true,
		"10.0.0.1"},
	{{ADDR, "10.1.2.3", FWD, "192.0.2.1, unknown"}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, "192.0.2.1, "}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, ""}, false, true, "10.0.0.0/8", true, "bad"},
	{{ADDR, "10.1.2.3", FWD, "unknown, 192.0.2.1"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
	{{ADDR, "10.1.2.3", FWD, "6.6.6.6", REAL, "192.0.2.1"}, false, true, "10.0.0.0/8", true,
		"192.0.2.1"},
};

static void addresses_come_from_where_the_front_end_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct frontend_case *c = &cases[i];
		struct input input = input_of(c->pairs);
		struct prefix trusted = {0};
		struct config_frontend frontend = {.trust_headers = c->trust_headers,
			.forwarded_for = c->forwarded_for,
			.trusted_proxies = &trusted,
			.trusted_proxy_count = c->trusted != NULL};
		struct addr addr = {0};
		char text[ADDR_TEXT_MAX];

		if (c->trusted != NULL) {
			assert_true(prefix_parse(str_view(c->trusted), &trusted));
		}
		bool honoured = believe_headers(&input, &frontend);
		enum believe_address result = believe_address(&input, &frontend, honoured, &addr);

		print_message("case %zu\n", i);
		assert_int_equal(honoured, c->honoured);
		if (c->address == NULL) {
			assert_int_equal(result, BELIEVE_NO_ADDRESS);
		} else if (strcmp(c->address, "bad") == 0) {
			assert_int_equal(result, BELIEVE_BAD_ADDRESS);
			assert_int_equal(addr.family, ADDR_NONE);
		} else {
			assert_int_equal(result, BELIEVE_OK);
			addr_format(&addr, text);
			assert_string_equal(text, c->address);
		}
	}
}

static void an_empty_param_still_outranks_a_header(void **state)
{
	const char *const pairs[] = {
		"SSL_CLIENT_CERT", "", "HTTP_X_SSL_CLIENT_CERT", "forged", NULL};
	struct input input = input_of(pairs);
	struct str value =
		believe_value(&input, INPUT_SSL_CLIENT_CERT, INPUT_X_SSL_CLIENT_CERT, true);

	(void)state;
	assert_non_null(value.data);
	assert_int_equal(value.len, 0);
}

static void a_header_counts_only_if_honoured(void **state)
{
	const char *const pairs[] = {"HTTP_X_SSL_CLIENT_CERT", "value", NULL};
	struct input input = input_of(pairs);

	(void)state;
	assert_null(
		believe_value(&input, INPUT_SSL_CLIENT_CERT, INPUT_X_SSL_CLIENT_CERT, false).data);
	assert_true(str_eq_text(
		believe_value(&input, INPUT_SSL_CLIENT_CERT, INPUT_X_SSL_CLIENT_CERT, true),
		"value"));
}

static void what_is_ignored_is_named_if_it_would_have_counted(void **state)
{
	const char *const certificate[] = {"HTTP_X_SSL_CLIENT_CERT", "value", NULL};
	const char *const forwarded[] = {"HTTP_X_FORWARDED_FOR", "192.0.2.1", NULL};
	const struct config_frontend plain = {0};
	const struct config_frontend forwarding = {.forwarded_for = true};
	struct input input = input_of(certificate);

	(void)state;
	assert_int_equal(believe_ignored(&input, &plain, false), INPUT_X_SSL_CLIENT_CERT);
	assert_int_equal(believe_ignored(&input, &plain, true), INPUT_COUNT);
	input = input_of(forwarded);
	assert_int_equal(believe_ignored(&input, &plain, false), INPUT_COUNT);
	assert_int_equal(believe_ignored(&input, &forwarding, false), INPUT_X_FORWARDED_FOR);
	assert_int_equal(believe_ignored(&input, &forwarding, true), INPUT_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_come_from_where_the_front_end_says),
		cmocka_unit_test(an_empty_param_still_outranks_a_header),
		cmocka_unit_test(a_header_counts_only_if_honoured),
		cmocka_unit_test(what_is_ignored_is_named_if_it_would_have_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
