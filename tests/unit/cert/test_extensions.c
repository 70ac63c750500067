/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/extensions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build.h"
#include "read.h"

struct fixture {
	struct arena arena;
	struct bytes der;
	struct bytes part;
	struct cert_identity id;
};

static int setup(void **state)
{
	static struct fixture f;

	arena_init(&f.arena, 4096);
	bytes_init(&f.der, 0);
	bytes_init(&f.part, 0);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	bytes_clear(&f->part);
	bytes_clear(&f->der);
	arena_clear(&f->arena);
	return 0;
}

#define EKU BYTES("\x55\x1d\x25")
#define POLICIES BYTES("\x55\x1d\x20")
#define CLIENT_AUTH "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02"
#define ANY_POLICY "\x06\x04\x55\x1d\x20\x00"

static const char *read_extensions(struct fixture *f)
{
	struct recipe recipe = {.extensions = bytes_view(&f->part)};

	return read_certificate(build(&f->der, &recipe), false, &f->arena, &f->id);
}

static const char *read_extension(struct fixture *f, struct str oid, struct str value)
{
	bytes_reset(&f->part, SIZE_MAX);
	put_extension(&f->part, oid, value);
	return read_extensions(f);
}

static void purposes(void **state)
{
	struct fixture *f = *state;

	assert_null(read_extension(f, BYTES("\x55\x1d\x0f"), BYTES("\x03\x02\x07\x80")));
	assert_list(f->id.eku, "");
	assert_list(f->id.policies, "");
	assert_null(read_extension(f, EKU, BYTES("\x30\x0a" CLIENT_AUTH)));
	assert_list(f->id.eku, "1.3.6.1.5.5.7.3.2\n");
	assert_list(f->id.policies, "");
	/* 2.5.29.37.0, 1.2 and 2.25 with a number of 128 bits. */
	assert_null(read_extension(f, EKU,
		BYTES("\x30\x1f\x06\x04\x55\x1d\x25\x00\x06\x01\x2a\x06\x14\x69\x83"
		      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		      "\x7f")));
	assert_list(f->id.eku, "2.5.29.37.0\n1.2\n2.25.340282366920938463463374607431768211455\n");
}

static void policies(void **state)
{
	struct fixture *f = *state;

	assert_null(read_extension(f, POLICIES, BYTES("\x30\x08\x30\x06" ANY_POLICY)));
	assert_list(f->id.policies, "2.5.29.32.0\n");
	assert_list(f->id.eku, "");
	/* With qualifiers, of a form that RFC 5280 does not know. */
	assert_null(read_extension(f, POLICIES,
		BYTES("\x30\x15\x30\x09\x06\x02\x2a\x03\x30\x03\x02\x01\x05\x30\x08\x06\x02"
		      "\x2a\x04\x30\x02\x30\x00")));
	assert_list(f->id.policies, "1.2.3\n1.2.4\n");
}

static void malformed_extensions(void **state)
{
	static const struct str both[] = {
		BYTES(""),
		BYTES("\x30\x00"),
		BYTES("\x05\x00"),
		BYTES("\x06\x02\x2a\x03"),
		BYTES("\x30\x02\x0c\x00"),
		BYTES("\x30\x02\x06\x00"),
		BYTES("\x30\x03\x06\x01\x80"),
		BYTES("\x30\x80\x06\x02\x2a\x03\x00\x00"),
		BYTES("\x31\x04\x06\x02\x2a\x03"),
	};
	static const struct str purposes_alone[] = {
		BYTES("\x30\x06\x30\x04\x06\x02\x2a\x03"),
		BYTES("\x30\x06\x06\x02\x2a\x03\x05\x00"),
		BYTES("\x30\x04\x06\x02\x2a\x03\x00"),
		BYTES("\x30\x81\x04\x06\x02\x2a\x03"),
	};
	static const struct str policies_alone[] = {
		BYTES("\x30\x04\x06\x02\x2a\x03"),
		BYTES("\x30\x02\x30\x00"),
		BYTES("\x30\x04\x30\x02\x30\x00"),
		BYTES("\x30\x06\x31\x04\x06\x02\x2a\x03"),
		BYTES("\x30\x08\x30\x06\x06\x02\x2a\x03\x05\x00"),
		BYTES("\x30\x0a\x30\x08\x06\x02\x2a\x03\x30\x00\x30\x00"),
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(both) + ARRAY_LEN(purposes_alone); i++) {
		assert_string_equal(
			read_extension(f, EKU,
				i < ARRAY_LEN(both) ? both[i]
						    : purposes_alone[i - ARRAY_LEN(both)]),
			"an extendedKeyUsage that is malformed");
	}
	for (size_t i = 0; i < ARRAY_LEN(both) + ARRAY_LEN(policies_alone); i++) {
		assert_string_equal(
			read_extension(f, POLICIES,
				i < ARRAY_LEN(both) ? both[i]
						    : policies_alone[i - ARRAY_LEN(both)]),
			"a certificatePolicies that is malformed");
	}
}

static void each_cut_is_malformed(void **state)
{
	const struct str eku = BYTES("\x30\x0a" CLIENT_AUTH);
	const struct str policy = BYTES("\x30\x08\x30\x06" ANY_POLICY);
	struct fixture *f = *state;

	for (size_t len = 0; len < eku.len; len++) {
		assert_non_null(read_extension(f, EKU, (struct str){eku.data, len}));
	}
	for (size_t len = 0; len < policy.len; len++) {
		assert_non_null(read_extension(f, POLICIES, (struct str){policy.data, len}));
	}
}

static void two_extensions_of_one_kind(void **state)
{
	struct fixture *f = *state;

	put_extension(&f->part, EKU, BYTES("\x30\x0a" CLIENT_AUTH));
	put_extension(&f->part, EKU, BYTES("\x30\x0a" CLIENT_AUTH));
	assert_string_equal(read_extensions(f), "two extendedKeyUsage extensions");
	bytes_reset(&f->part, SIZE_MAX);
	put_extension(&f->part, POLICIES, BYTES("\x30\x08\x30\x06" ANY_POLICY));
	put_extension(&f->part, POLICIES, BYTES("\x30\x08\x30\x06" ANY_POLICY));
	assert_string_equal(read_extensions(f), "two certificatePolicies extensions");
}

static void bounds(void **state)
{
	struct fixture *f = *state;
	struct bytes list;
	uint8_t arcs[200];

	bytes_init(&list, 0);
	for (size_t count = 1; count <= CERT_MAX_OIDS + 1; count++) {
		put_value(&list, 0x06, BYTES("\x2a\x03"));
	}
	for (size_t count = CERT_MAX_OIDS + 1; count >= CERT_MAX_OIDS; count--) {
		struct bytes value;

		list.len = count * 4;
		bytes_init(&value, 0);
		put_value(&value, SEQUENCE, bytes_view(&list));
		const char *why = read_extension(f, EKU, bytes_view(&value));

		bytes_clear(&value);
		if (count > CERT_MAX_OIDS) {
			assert_string_equal(why, "more than 256 purposes in extendedKeyUsage");
		} else {
			assert_null(why);
			assert_int_equal(f->id.eku.count, CERT_MAX_OIDS);
		}
	}
	/* Each arc takes two bytes of text: 1.2 and 126 more are 255 of them. */
	memset(arcs, 1, sizeof(arcs));
	for (size_t more = 120; more < 140; more++) {
		arcs[0] = 0x2a;
		list.len = 0;
		put_value(&list, 0x06, str_from_bytes(arcs, 1 + more));
		wrap(&list, 0, SEQUENCE);
		const char *why = read_extension(f, EKU, bytes_view(&list));

		assert_int_equal(why == NULL, 3 + 2 * more <= 255);
	}
	bytes_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(purposes, setup, teardown),
		cmocka_unit_test_setup_teardown(policies, setup, teardown),
		cmocka_unit_test_setup_teardown(malformed_extensions, setup, teardown),
		cmocka_unit_test_setup_teardown(each_cut_is_malformed, setup, teardown),
		cmocka_unit_test_setup_teardown(two_extensions_of_one_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
