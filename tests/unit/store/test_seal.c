/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/script.h"
#include "store/seal.h"

#include "base/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/assert_bytes.h"

static const char first[] = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
			    "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f";
static const char second[] = "another secret, of 32 bytes, too";
static const struct str identity = {"\x04\xc0\x00\x02\x01", 5};

#define EXPIRES_MS 1700000000000
/*
 * Of `first`, label name, `identity`, EXPIRES_MS, the nonce 40 41 .. 57 and "host.example"; made
 * with Python's cryptography.
 */
#define SEALED                                                                                     \
	"010000018bcfe56800404142434445464748494a4b4c4d4e4f5051525354555657"                       \
	"c8d5336eab61fac5f92b7a9b5a128e5fedfa359455b97fa4a8ad8469"

static struct store_seal *seal_of(const char *a, const char *b)
{
	const struct str secrets[] = {{a, 32}, {b, 32}};
	struct store_seal *seal = store_seal_new((struct str_list){secrets, b != NULL ? 2 : 1});

	assert_non_null(seal);
	assert_int_equal(store_seal_secret_count(seal), b != NULL ? 2 : 1);
	return seal;
}

static void test_keys(void **state)
{
	static const char expected[] = "dw1:rate:L--RKGpcg-HOhGLuqciKivWLd8w-8_qt";
	struct store_seal *seal = seal_of(first, second);
	struct bytes out;

	bytes_init(&out, 0);
	store_seal_key(seal, 0, STORE_LABEL_RATE, identity, &out);
	assert_bytes(out.data, out.len, expected, strlen(expected));
	bytes_clear(&out);
	store_seal_key(seal, 1, STORE_LABEL_RATE, identity, &out);
	assert_int_equal(out.len, strlen(expected));
	assert_memory_not_equal(out.data, expected, strlen(expected));
	bytes_clear(&out);
	store_seal_key(seal, 2, STORE_LABEL_RATE, identity, &out);
	assert_true(out.failed);
	bytes_clear(&out);
	store_seal_free(seal);
}

static enum store_opened open_as(const struct store_seal *seal, enum store_label label,
	struct str who, struct str sealed, int64_t now_ms)
{
	/* Memory of exactly its size shows a read past its end. */
	char *copy = malloc(sealed.len > 0 ? sealed.len : 1);
	int64_t expires_ms = 0;
	struct bytes value;

	assert_non_null(copy);
	memcpy(copy, sealed.data, sealed.len);
	bytes_init(&value, 0);
	enum store_opened opened = store_seal_open(
		seal, label, who, (struct str){copy, sealed.len}, now_ms, &value, &expires_ms);

	if (opened == STORE_OPENED) {
		assert_int_equal(expires_ms, EXPIRES_MS);
		assert_bytes(value.data, value.len, "host.example", 12);
	} else {
		assert_int_equal(value.len, 0);
		assert_int_equal(expires_ms, 0);
	}
	bytes_clear(&value);
	free(copy);
	return opened;
}

static enum store_opened open_text(
	const struct store_seal *seal, struct str who, struct str sealed, int64_t now_ms)
{
	return open_as(seal, STORE_LABEL_NAME, who, sealed, now_ms);
}

static void seal_host(const struct store_seal *seal, struct bytes *out)
{
	bytes_init(out, 0);
	store_seal_close(
		seal, STORE_LABEL_NAME, identity, str_view("host.example"), EXPIRES_MS, out);
	assert_false(out->failed);
	assert_int_equal(out->len, sizeof(SEALED) / 2);
}

static void test_values(void **state)
{
	struct store_seal *seal = seal_of(first, NULL);
	struct store_seal *rotated = seal_of(second, first);
	struct store_seal *other = seal_of(second, NULL);
	uint8_t known[sizeof(SEALED) / 2];
	struct str sealed = str_from_bytes(known, sizeof(known));

	assert_true(hex_decode(str_view(SEALED), known, sizeof(known)));
	assert_int_equal(open_text(seal, identity, sealed, EXPIRES_MS - 1), STORE_OPENED);
	assert_int_equal(open_text(seal, identity, sealed, EXPIRES_MS), STORE_EXPIRED);
	assert_int_equal(open_text(rotated, identity, sealed, 0), STORE_OPENED);
	assert_int_equal(open_text(other, identity, sealed, 0), STORE_FORGED);
	store_seal_free(seal);
	store_seal_free(rotated);
	store_seal_free(other);
}

/* The same value looks different each time, and shows nothing of itself. */
static void test_encryption(void **state)
{
	struct store_seal *seal = seal_of(first, NULL);
	struct bytes one;
	struct bytes two;
	struct bytes empty;
	int64_t expires_ms;

	seal_host(seal, &one);
	seal_host(seal, &two);
	assert_int_equal(open_text(seal, identity, bytes_view(&one), 0), STORE_OPENED);
	assert_int_equal(open_text(seal, identity, bytes_view(&two), 0), STORE_OPENED);
	assert_memory_equal(one.data, two.data, 9);
	for (size_t i = 9; i + 8 <= one.len; i++) {
		assert_memory_not_equal(one.data + i, two.data + i, 8);
	}
	for (size_t i = 0; i + 4 <= one.len; i++) {
		assert_memory_not_equal(one.data + i, "host", 4);
	}
	bytes_clear(&one);
	bytes_clear(&two);
	/* A value of no bytes is genuine, too. */
	bytes_init(&empty, 0);
	store_seal_close(seal, STORE_LABEL_NAME, identity, (struct str){NULL, 0}, 1, &one);
	assert_int_equal(store_seal_open(seal, STORE_LABEL_NAME, identity, bytes_view(&one), 0,
				 &empty, &expires_ms),
		STORE_OPENED);
	assert_int_equal(empty.len, 0);
	bytes_clear(&empty);
	bytes_clear(&one);
	store_seal_free(seal);
}

/* No byte can be changed, added or left out, and nothing moves to another key or label. */
static void test_forgeries(void **state)
{
	struct store_seal *seal = seal_of(first, NULL);
	uint8_t good[sizeof(SEALED) / 2 + 1] = {0};
	size_t len = sizeof(SEALED) / 2;

	assert_true(hex_decode(str_view(SEALED), good, len));
	for (size_t i = 0; i < len * 8; i++) {
		good[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(
			open_text(seal, identity, str_from_bytes(good, len), 0), STORE_FORGED);
		good[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(
			open_text(seal, identity, str_from_bytes(good, cut), 0), STORE_FORGED);
	}
	assert_int_equal(open_text(seal, identity, str_from_bytes(good, len + 1), 0), STORE_FORGED);
	assert_int_equal(
		open_text(seal, str_view("\x04\xc0\x00\x02\x02"), str_from_bytes(good, len), 0),
		STORE_FORGED);
	assert_int_equal(open_as(seal, STORE_LABEL_BAN, identity, str_from_bytes(good, len), 0),
		STORE_FORGED);
	store_seal_free(seal);
}

/* sha1sum says so. */
static void test_script(void **state)
{
	struct store_script script;

	assert_true(store_script_init(&script, "return 1"));
	assert_string_equal(script.name, "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_encryption),
		cmocka_unit_test(test_forgeries),
		cmocka_unit_test(test_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
