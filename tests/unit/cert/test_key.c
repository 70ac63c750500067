/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/key.h"

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

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static const char *read_key(struct fixture *f, struct str key)
{
	struct recipe recipe = {.key = key};

	return read_certificate(build(&f->der, &recipe), false, &f->arena, &f->id);
}

/* Reads a certificate with that public key, which is freed. */
static void assert_key(struct fixture *f, EVP_PKEY *key, const char *expected)
{
	uint8_t *der = NULL;

	assert_non_null(key);
	int len = i2d_PUBKEY(key, &der);

	EVP_PKEY_free(key);
	assert_true(len > 0);
	assert_null(read_key(f, str_from_bytes(der, (size_t)len)));
	OPENSSL_free(der);
	assert_list(f->id.key, expected);
	assert_false(f->id.self_signed);
}

static void types_and_sizes(void **state)
{
	struct fixture *f = *state;

	assert_key(f, EVP_RSA_gen(1024), "rsa 1024\n");
	assert_key(f, EVP_RSA_gen(1032), "rsa 1032\n");
	assert_key(f, EVP_EC_gen("P-256"), "ec 256\nP-256\n");
	assert_key(f, EVP_EC_gen("P-384"), "ec 384\nP-384\n");
	assert_key(f, EVP_EC_gen("P-521"), "ec 521\nP-521\n");
	assert_key(f, EVP_EC_gen("secp256k1"), "ec 256\nsecp256k1\n");
	assert_key(f, EVP_EC_gen("brainpoolP384r1"), "ec 384\nbrainpoolP384r1\n");
	/* A curve without a name here. */
	assert_key(f, EVP_EC_gen("sect283k1"), "ec 281\n1.3.132.0.16\n");
	assert_key(f, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "ed25519\n");
	assert_key(f, EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), "ed448\n");
	assert_key(f, EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), "x25519\n");
}

static void types_that_only_their_identifier_tells(void **state)
{
	struct fixture *f = *state;

	/* ML-DSA-44, whatever OpenSSL knows of it, and a type without a name. */
	assert_null(read_key(f, BYTES("\x30\x10\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11"
				      "\x03\x01\x00")));
	assert_list(f->id.key, "ml-dsa-44\n");
	assert_null(read_key(f, BYTES("\x30\x0b\x30\x04\x06\x02\x2a\x03\x03\x03\x00\x01\x02")));
	assert_list(f->id.key, "1.2.3\n");
}

static void malformed_keys(void **state)
{
#define EC "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
	static const struct str keys[] = {
		/* RSA: no number, and no SEQUENCE. */
		BYTES("\x30\x14\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x03"
		      "\x00\x30\x00"),
		BYTES("\x30\x12\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x01"
		      "\x00"),
		/* EC: no curve, an unknown one, and no point. */
		BYTES("\x30\x0e\x30\x09" EC "\x03\x01\x00"),
		BYTES("\x30\x12\x30\x0d" EC "\x06\x02\x2a\x03\x03\x01\x00"),
		BYTES("\x30\x18\x30\x13" EC "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x01\x00"),
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		assert_string_equal(read_key(f, keys[i]), "a public key that is malformed");
	}
#undef EC
}

/* A certificate of that key, signed by `signer`, with these common names. */
static struct str signed_certificate(
	struct fixture *f, EVP_PKEY *key, EVP_PKEY *signer, const char *subject, const char *issuer)
{
	X509 *x = X509_new();
	uint8_t *der = NULL;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME_add_entry_by_txt(
		X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const uint8_t *)subject, -1, -1, 0);
	X509_NAME_add_entry_by_txt(
		X509_get_issuer_name(x), "CN", MBSTRING_UTF8, (const uint8_t *)issuer, -1, -1, 0);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, signer, EVP_sha256()) > 0);
	int len = i2d_X509(x, &der);

	assert_true(len > 0);
	bytes_reset(&f->der, SIZE_MAX);
	bytes_append(&f->der, der, (size_t)len);
	OPENSSL_free(der);
	X509_free(x);
	return bytes_view(&f->der);
}

static bool is_self_signed(struct fixture *f, struct str der)
{
	assert_null(read_certificate(der, false, &f->arena, &f->id));
	return f->id.self_signed;
}

static void self_signed_by_name_and_by_key(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_PKEY *other = EVP_EC_gen("P-256");
	struct fixture *f = *state;

	assert_true(is_self_signed(f, signed_certificate(f, key, key, "ann", "ann")));
	/* Names are compared as RFC 5280 7.1 says. */
	assert_true(is_self_signed(f, signed_certificate(f, key, key, "ann  other", "Ann Other ")));
	assert_false(is_self_signed(f, signed_certificate(f, key, key, "ann", "bob")));
	assert_false(is_self_signed(f, signed_certificate(f, key, other, "ann", "ann")));
	struct str der = signed_certificate(f, key, key, "ann", "ann");

	f->der.data[der.len - 1] ^= 1;
	assert_false(is_self_signed(f, der));
	EVP_PKEY_free(other);
	EVP_PKEY_free(key);
}

/* Unknown is not false: a rule that denies self-signed certificates would let it in. */
static void a_signature_that_cannot_be_checked(void **state)
{
	struct fixture *f = *state;

	put_cn(&f->part, UTF8_STRING, BYTES("issuer"));
	struct recipe recipe = {.subject = bytes_view(&f->part),
		.key = BYTES("\x30\x0b\x30\x04\x06\x02\x2a\x03\x03\x03\x00\x01\x02")};

	assert_string_equal(read_certificate(build(&f->der, &recipe), false, &f->arena, &f->id),
		"its own issuer, with a signature that OpenSSL cannot check");
	recipe.subject = (struct str){NULL, 0};
	assert_null(read_certificate(build(&f->der, &recipe), false, &f->arena, &f->id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(types_and_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			types_that_only_their_identifier_tells, setup, teardown),
		cmocka_unit_test_setup_teardown(malformed_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(self_signed_by_name_and_by_key, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_signature_that_cannot_be_checked, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
