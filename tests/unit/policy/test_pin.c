/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/pin.h"

#include "unit/policy/kit.h"

static struct policy_pins *pins_of(const char *const *lines)
{
	struct policy_pins *pins = policy_pins_new();
	struct place place = {"t", 1, 7};
	struct diag diag;

	diag_init(&diag);
	for (; *lines != NULL; lines++, place.line++) {
		assert_true(policy_pins_add(pins, str_view(*lines), &place, &diag));
	}
	policy_pins_seal(pins);
	assert_int_equal(diag.errors, 0);
	diag_clear(&diag);
	return pins;
}

/* The place of the pin that keeps the name out; NULL: none does. */
static const char *kept_out(const struct policy_pins *pins, const char *name, const char *addr)
{
	struct addr a = address(addr);
	const struct policy_pin *pin = policy_pins_keep_out(pins, str_view(name), &a);

	return pin != NULL ? pin->place.data : NULL;
}

static void the_most_specific_decides(void **state)
{
	static const char *const lines[] = {".example 10.0.0.0/8", ".partner.example 192.0.2.0/24",
		"partner.example 198.51.100.7, 2001:db8::/32", ".partner.example\t203.0.113.9",
		"Deep.Partner.Example. 192.0.2.9", NULL};
	static const struct {
		const char *name;
		const char *addr;
		const char *place;
	} cases[] = {
		{"partner.example", "198.51.100.7", NULL},
		{"partner.example", "2001:db8::1", NULL},
		{"partner.example", "192.0.2.1", "t:3"},
		{"www.partner.example", "192.0.2.1", NULL},
		{"a.b.partner.example", "203.0.113.9", NULL},
		{"www.partner.example", "198.51.100.7", "t:2"},
		{"www.partner.example", "2001:db8::1", "t:2"},
		{"deep.partner.example", "192.0.2.9", NULL},
		{"deep.partner.example", "192.0.2.8", "t:5"},
		{"x.deep.partner.example", "192.0.2.8", NULL},
		{"evilpartner.example", "10.1.2.3", NULL},
		{"evilpartner.example", "192.0.2.1", "t:1"},
		{"example", "192.0.2.1", "t:1"},
		{"other.test", "192.0.2.1", NULL},
		{"", "192.0.2.1", NULL},
	};
	struct policy_pins *pins = pins_of(lines);

	assert_int_equal(policy_pins_count(pins), 4);
	assert_int_equal(policy_pins_line_count(pins), 5);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *place = kept_out(pins, cases[i].name, cases[i].addr);

		assert_string_equal(
			place != NULL ? place : "", cases[i].place != NULL ? cases[i].place : "");
	}
	policy_pins_free(pins);
	assert_null(policy_pins_find(NULL, str_view("partner.example")));
}

static void meets_what_shares_a_name(void **state)
{
	static const char *const lines[] = {"a.example 192.0.2.1", ".b.example 192.0.2.1", NULL};
	struct policy_pins *pins = pins_of(lines);
	const struct policy_pin *a = policy_pins_find(pins, str_view("a.example"));
	const struct policy_pin *b = policy_pins_find(pins, str_view("b.example"));

	assert_true(policy_pin_meets(a, str_view("a.example")));
	assert_true(policy_pin_meets(a, str_view(".a.example")));
	assert_true(policy_pin_meets(a, str_view(".example")));
	assert_false(policy_pin_meets(a, str_view("x.a.example")));
	assert_false(policy_pin_meets(a, str_view(".x.a.example")));
	assert_true(policy_pin_meets(b, str_view("x.b.example")));
	assert_true(policy_pin_meets(b, str_view(".x.b.example")));
	assert_true(policy_pin_meets(b, str_view(".example")));
	assert_false(policy_pin_meets(b, str_view("example")));
	assert_false(policy_pin_meets(b, str_view("xb.example")));
	policy_pins_free(pins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_specific_decides),
		cmocka_unit_test(meets_what_shares_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
