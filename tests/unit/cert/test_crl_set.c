/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/crl_set.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Which lists count at which time; their signatures are checked elsewhere. */

struct edition {
	const char *issuer; /* NULL: "CA" */
	int64_t begins_s;
	int64_t ends_s; /* 0: it does not say so */
	long number;    /* 0: none */
	long base;      /* of a delta */
	long revokes;   /* a serial number; 0: none */
	const char *key;
	bool indirect;
};

static X509_NAME *name_of(const char *text)
{
	X509_NAME *name = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_txt(
				 name, "CN", MBSTRING_ASC, (const unsigned char *)text, -1, -1, 0),
		1);
	return name;
}

static void add_number(X509_CRL *crl, int nid, long value)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();

	assert_int_equal(ASN1_INTEGER_set(number, value), 1);
	assert_int_equal(
		X509_CRL_add1_ext_i2d(crl, nid, number, nid == NID_delta_crl, X509V3_ADD_DEFAULT),
		1);
	ASN1_INTEGER_free(number);
}

static void add_revoked(X509_CRL *crl, long serial)
{
	X509_REVOKED *revoked = X509_REVOKED_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	ASN1_TIME *time = ASN1_TIME_set(NULL, 0);

	assert_int_equal(ASN1_INTEGER_set(number, serial), 1);
	assert_int_equal(X509_REVOKED_set_serialNumber(revoked, number), 1);
	assert_int_equal(X509_REVOKED_set_revocationDate(revoked, time), 1);
	assert_int_equal(X509_CRL_add0_revoked(crl, revoked), 1);
	ASN1_TIME_free(time);
	ASN1_INTEGER_free(number);
}

static void add_key(X509_CRL *crl, const char *key)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();

	id->keyid = ASN1_OCTET_STRING_new();
	assert_int_equal(
		ASN1_OCTET_STRING_set(id->keyid, (const unsigned char *)key, (int)strlen(key)), 1);
	assert_int_equal(
		X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, id, 0, X509V3_ADD_DEFAULT),
		1);
	AUTHORITY_KEYID_free(id);
}

static void add_indirect(X509_CRL *crl)
{
	ISSUING_DIST_POINT *point = ISSUING_DIST_POINT_new();

	point->indirectCRL = 0xff;
	assert_int_equal(X509_CRL_add1_ext_i2d(
				 crl, NID_issuing_distribution_point, point, 1, X509V3_ADD_DEFAULT),
		1);
	ISSUING_DIST_POINT_free(point);
}

/* As it is read from a file: OpenSSL prepares a list when it decodes it. */
static X509_CRL *decoded(X509_CRL *made)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	unsigned char *der = NULL;

	assert_true(X509_CRL_sign(made, key, NULL) > 0);
	int len = i2d_X509_CRL(made, &der);
	const unsigned char *at = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, len);

	assert_non_null(crl);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	X509_CRL_free(made);
	return crl;
}

static X509_CRL *crl_of(const struct edition *e)
{
	X509_CRL *crl = X509_CRL_new();
	X509_NAME *issuer = name_of(e->issuer != NULL ? e->issuer : "CA");
	ASN1_TIME *begins = ASN1_TIME_set(NULL, e->begins_s);
	ASN1_TIME *ends = ASN1_TIME_set(NULL, e->ends_s);

	assert_int_equal(X509_CRL_set_version(crl, 1), 1);
	assert_int_equal(X509_CRL_set_issuer_name(crl, issuer), 1);
	assert_int_equal(X509_CRL_set1_lastUpdate(crl, begins), 1);
	assert_int_equal(e->ends_s == 0 || X509_CRL_set1_nextUpdate(crl, ends) == 1, 1);
	if (e->number > 0) {
		add_number(crl, NID_crl_number, e->number);
	}
	if (e->base > 0) {
		add_number(crl, NID_delta_crl, e->base);
	}
	if (e->revokes > 0) {
		add_revoked(crl, e->revokes);
	}
	if (e->key != NULL) {
		add_key(crl, e->key);
	}
	if (e->indirect) {
		add_indirect(crl);
	}
	X509_NAME_free(issuer);
	ASN1_TIME_free(begins);
	ASN1_TIME_free(ends);
	return decoded(crl);
}

static X509 *cert_of(const char *issuer, long serial)
{
	X509 *cert = X509_new();
	X509_NAME *name = name_of(issuer);

	assert_int_equal(X509_set_issuer_name(cert, name), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), serial), 1);
	X509_NAME_free(name);
	return cert;
}

#define LISTS_MAX 8

struct world {
	X509_CRL *crls[LISTS_MAX];
	size_t count;
	struct cert_crl_set *set;
};

/* In the order of the editions, or backwards: it does not count. */
static void world_init(
	struct world *w, const struct edition *editions, size_t count, bool backwards)
{
	STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();

	w->count = count;
	for (size_t i = 0; i < count; i++) {
		w->crls[i] = crl_of(&editions[i]);
		assert_null(cert_crl_refusal(w->crls[i]));
		assert_true(sk_X509_CRL_insert(crls, w->crls[i], backwards ? 0 : -1) > 0);
	}
	w->set = cert_crl_set_new(crls);
	assert_non_null(w->set);
	sk_X509_CRL_free(crls);
}

static void world_clear(struct world *w)
{
	cert_crl_set_free(w->set);
	for (size_t i = 0; i < w->count; i++) {
		X509_CRL_free(w->crls[i]);
	}
}

static unsigned bit_of(const struct world *w, const X509_CRL *crl)
{
	for (unsigned i = 0; i < w->count; i++) {
		if (w->crls[i] == crl) {
			return 1U << i;
		}
	}
	assert_true(false);
	return 0;
}

/* The lists that count, bit 1 << the edition's index, for a certificate of that issuer. */
static unsigned found(const struct world *w, const char *issuer, long serial, int64_t wall_s)
{
	X509 *cert = cert_of(issuer, serial);
	STACK_OF(X509_CRL) *crls =
		cert_crl_set_lookup(w->set, cert, X509_get_issuer_name(cert), wall_s);
	unsigned bits = 0;

	assert_non_null(crls);
	for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
		unsigned bit = bit_of(w, sk_X509_CRL_value(crls, i));

		assert_int_equal(bits & bit, 0);
		bits |= bit;
	}
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	X509_free(cert);
	return bits;
}

static void is_bound(
	const struct world *w, long serial, int64_t wall_s, int64_t from_s, int64_t until_s)
{
	X509 *cert = cert_of("CA", serial);
	int64_t from = INT64_MIN;
	int64_t until = INT64_MAX;

	cert_crl_set_bound(w->set, cert, wall_s, &from, &until);
	assert_int_equal(from, from_s);
	assert_int_equal(until, until_s);
	X509_free(cert);
}

static void add_bit(void *ctx, const X509_CRL *crl)
{
	struct {
		const struct world *w;
		unsigned bits;
	} *all = ctx;

	all->bits |= bit_of(all->w, crl);
}

static unsigned each(const struct world *w, int64_t wall_s)
{
	struct {
		const struct world *w;
		unsigned bits;
	} all = {w, 0};

	cert_crl_set_each(w->set, wall_s, add_bit, &all);
	return all.bits;
}

static void lists_that_cannot_be_used(void **state)
{
	static const struct edition editions[] = {
		{.begins_s = 10}, {.begins_s = 10, .ends_s = 20, .base = 1}};
	static const char *const whys[] = {"nextUpdate", "a delta CRL without a CRL number"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(editions); i++) {
		X509_CRL *crl = crl_of(&editions[i]);

		assert_non_null(strstr(cert_crl_refusal(crl), whys[i]));
		X509_CRL_free(crl);
	}
}

static void the_newest_that_is_valid_counts(void **state)
{
	static const struct edition editions[] = {{.begins_s = 10, .ends_s = 100},
		{.begins_s = 20, .ends_s = 50, .revokes = 7}, {.begins_s = 200, .ends_s = 300}};
	static const struct {
		int64_t wall_s;
		unsigned bits;       /* for a certificate that none revokes */
		unsigned of_revoked; /* for number 7 */
	} times[] = {{0, 4, 4}, /* none has begun: OpenSSL is to find the newest not yet valid */
		{10, 1, 1}, {19, 1, 1}, {20, 2, 2}, {49, 2, 2},
		/* The revocation outlasts its list. */
		{50, 1, 2}, {99, 1, 2}, {100, 2, 2}, /* all have ended: the newest one is stale */
		{200, 4, 4}, {300, 4, 2}};

	(void)state;
	for (unsigned backwards = 0; backwards < 2; backwards++) {
		struct world w;

		world_init(&w, editions, ARRAY_LEN(editions), backwards);
		for (size_t i = 0; i < ARRAY_LEN(times); i++) {
			assert_int_equal(found(&w, "CA", 8, times[i].wall_s), times[i].bits);
			assert_int_equal(found(&w, "CA", 7, times[i].wall_s), times[i].of_revoked);
			assert_int_equal(each(&w, times[i].wall_s), times[i].bits);
			assert_int_equal(found(&w, "Other", 7, times[i].wall_s), 0);
		}
		world_clear(&w);
	}
}

/* While the same editions count, also if the clock is set back. */
static void the_time_is_bound_by_editions(void **state)
{
	static const struct edition editions[] = {{.begins_s = 10, .ends_s = 100},
		{.begins_s = 20, .ends_s = 50}, {.begins_s = 80, .ends_s = 300}};
	struct world w;

	(void)state;
	world_init(&w, editions, ARRAY_LEN(editions), false);
	is_bound(&w, 8, 15, 10, 20);
	is_bound(&w, 8, 20, 20, 50);
	is_bound(&w, 8, 50, 50, 80);
	is_bound(&w, 8, 79, 50, 80);
	is_bound(&w, 8, 80, 80, 300);
	world_clear(&w);
}

static void of_one_time_the_higher_number_counts(void **state)
{
	static const struct edition editions[] = {{.begins_s = 10, .ends_s = 100, .number = 5},
		{.begins_s = 10, .ends_s = 100, .number = 300}, {.begins_s = 10, .ends_s = 100}};
	struct world w;

	(void)state;
	for (unsigned backwards = 0; backwards < 2; backwards++) {
		world_init(&w, editions, ARRAY_LEN(editions), backwards);
		assert_int_equal(found(&w, "CA", 8, 10), 2);
		world_clear(&w);
	}
}

/* Lists of other issuers and other keys are no editions of one another. */
static void lists_stand_beside_each_other(void **state)
{
	static const struct edition editions[] = {
		{.begins_s = 10, .ends_s = 100, .key = "a"},
		{.begins_s = 20, .ends_s = 100, .key = "b"},
		{.begins_s = 30, .ends_s = 100},
		{.begins_s = 40, .ends_s = 100, .issuer = "Other"},
		{.begins_s = 40, .ends_s = 100, .issuer = "Lists", .indirect = true},
	};
	struct world w;

	(void)state;
	world_init(&w, editions, ARRAY_LEN(editions), true);
	assert_int_equal(found(&w, "CA", 8, 50), 1 | 2 | 4 | 16);
	assert_int_equal(found(&w, "Other", 8, 50), 8 | 16);
	assert_int_equal(found(&w, "Neither", 8, 50), 16);
	assert_int_equal(each(&w, 50), 31);
	world_clear(&w);
}

static void the_newest_delta_to_the_whole_list_counts(void **state)
{
	static const struct edition editions[] = {
		{.begins_s = 10, .ends_s = 100, .number = 5},
		{.begins_s = 20, .ends_s = 30, .number = 6, .base = 5, .revokes = 7},
		{.begins_s = 25, .ends_s = 60, .number = 7, .base = 4},
		{.begins_s = 26, .ends_s = 60, .number = 9, .base = 6}, /* to a later list */
		{.begins_s = 27, .ends_s = 60, .number = 5, .base = 3}, /* it holds no more */
		{.begins_s = 10, .ends_s = 60, .number = 6, .base = 5, .issuer = "Deltas"},
	};
	struct world w;

	(void)state;
	for (unsigned backwards = 0; backwards < 2; backwards++) {
		world_init(&w, editions, ARRAY_LEN(editions), backwards);
		assert_int_equal(found(&w, "CA", 8, 10), 1);
		assert_int_equal(found(&w, "CA", 8, 20), 1 | 2);
		assert_int_equal(found(&w, "CA", 8, 28), 1 | 4);
		assert_int_equal(found(&w, "CA", 8, 60), 1);
		assert_int_equal(found(&w, "CA", 7, 60), 1 | 2);
		/* A delta without its whole list is of no use. */
		assert_int_equal(found(&w, "Deltas", 8, 20), 0);
		assert_int_equal(each(&w, 28), 1);
		is_bound(&w, 8, 22, 20, 25);
		world_clear(&w);
	}
}

static void a_set_can_be_empty(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, NULL, 0, false);
	assert_int_equal(found(&w, "CA", 8, 10), 0);
	assert_int_equal(each(&w, 10), 0);
	is_bound(&w, 8, 10, INT64_MIN, INT64_MAX);
	world_clear(&w);
	cert_crl_set_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_that_cannot_be_used),
		cmocka_unit_test(the_newest_that_is_valid_counts),
		cmocka_unit_test(the_time_is_bound_by_editions),
		cmocka_unit_test(of_one_time_the_higher_number_counts),
		cmocka_unit_test(lists_stand_beside_each_other),
		cmocka_unit_test(the_newest_delta_to_the_whole_list_counts),
		cmocka_unit_test(a_set_can_be_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
