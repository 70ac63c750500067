/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/cert_match.h"

#include "policy/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SUBJECT "CN=alice,O=Acme"
#define ISSUER "CN=Acme CA,O=Acme"
/* Of the empty string. */
#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define DIGEST_BASE64 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

static enum cert_input mismatch(
	bool both_names, const char *digest, const char *subject, const char *issuer)
{
	const struct authz_trusted_cert sent = {
		.digest = str_view(digest),
		.subject = str_view(subject),
		.issuer = str_view(issuer),
	};
	const struct cert_sources sources = {.both_names = both_names};
	const struct cert_identity identity = {.subject = str_view(SUBJECT),
		.issuer = str_view(ISSUER),
		.sha256 = str_view(DIGEST)};

	return authz_cert_mismatch(&sent, &sources, &identity);
}

static void nothing_said_is_nothing_against_it(void **state)
{
	(void)state;
	assert_int_equal(mismatch(false, NULL, NULL, NULL), CERT_INPUT_COUNT);
	assert_int_equal(mismatch(true, NULL, NULL, NULL), CERT_INPUT_COUNT);
}

/* Every spelling in which a program prints the same name, and names that are others. */
static void compares_subject_and_issuer_as_names(void **state)
{
	static const struct {
		const char *text;
		bool same;
	} cases[] = {
		{SUBJECT, true},
		{" CN=alice,O=Acme ", true},
		{"CN=alice, O=Acme", true},
		{"CN = alice, O = Acme", true},
		{"O=Acme,CN=alice", true},
		{"/O=Acme/CN=alice", true},
		{"\"/O=Acme/CN=alice\"", true},
		{"cn=Alice,o=ACME", true},
		{"2.5.4.3=alice,2.5.4.10=Acme", true},
		{"CN=al\\69ce,O=Acme", true},
		{"", false},
		{"\"\"", false},
		{"\"", false},
		{",", false},
		{"CN=alice", false},
		{"CN=alice,O=Acme,C=DE", false},
		{"CN=alice+O=Acme", false},
		{"CN=alice,OU=Acme", false},
		{"CN=bob,O=Acme", false},
		{"CN=alice\\,O\\=Acme", false},
		{"CN=alice,O=Acme,", false},
		{"CN=alice,O=Acme\"", false},
		{"\"CN=alice,O=Acme", false},
		{"/O=Acme/CN=alice/", false},
		{"alice", false},
		{ISSUER, false},
		{"CN=alice,O=Acme\x01", false},
		{"CN=\xff,O=Acme", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum cert_input found = mismatch(false, NULL, cases[i].text, NULL);

		print_message("%s\n", cases[i].text);
		assert_int_equal(found, cases[i].same ? CERT_INPUT_COUNT : CERT_INPUT_SUBJECT);
		assert_int_equal(mismatch(false, NULL, cases[i].text, ISSUER), found);
		assert_int_equal(mismatch(false, NULL, SUBJECT, cases[i].text),
			str_eq_text(str_view(ISSUER), cases[i].text) ? CERT_INPUT_COUNT
								     : CERT_INPUT_ISSUER);
	}
	assert_int_equal(mismatch(false, NULL, SUBJECT, "/O=Acme/CN=Acme CA"), CERT_INPUT_COUNT);
}

/* A front end that leaves an empty name out says by that that the name is empty. */
static void an_absent_name_is_an_empty_one_where_both_come(void **state)
{
	(void)state;
	assert_int_equal(mismatch(false, NULL, NULL, ISSUER), CERT_INPUT_COUNT);
	assert_int_equal(mismatch(true, NULL, NULL, ISSUER), CERT_INPUT_SUBJECT);
	assert_int_equal(mismatch(true, NULL, SUBJECT, NULL), CERT_INPUT_ISSUER);
	assert_int_equal(mismatch(true, NULL, SUBJECT, ISSUER), CERT_INPUT_COUNT);

	const struct authz_trusted_cert sent = {.issuer = str_view(ISSUER)};
	const struct cert_sources sources = {.both_names = true};
	const struct cert_identity nameless = {
		.subject = str_view(""), .issuer = str_view(ISSUER), .sha256 = str_view(DIGEST)};

	assert_int_equal(authz_cert_mismatch(&sent, &sources, &nameless), CERT_INPUT_COUNT);
}

static void compares_the_digest(void **state)
{
	static const struct {
		const char *text;
		bool same;
	} cases[] = {
		{DIGEST, true},
		{"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", true},
		{" " DIGEST " ", true},
		{DIGEST_BASE64, true},
		{DIGEST_BASE64 "=", true},
		{"", false},
		{"=", false},
		{DIGEST_BASE64 "==", false},
		{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", false},
		{DIGEST "0", false},
		{DIGEST "," DIGEST, false},
		{"f3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false},
		{"47deqpj8hbsa+/timw+5jceuqerkm5nmpjwzg3hsufu", false},
		{"true", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(mismatch(false, cases[i].text, NULL, NULL),
			cases[i].same ? CERT_INPUT_COUNT : CERT_INPUT_DIGEST);
		/* A name that holds does not make up for it. */
		assert_int_equal(mismatch(true, cases[i].text, SUBJECT, ISSUER),
			cases[i].same ? CERT_INPUT_COUNT : CERT_INPUT_DIGEST);
	}
	assert_int_equal(mismatch(false, DIGEST, "CN=bob", NULL), CERT_INPUT_SUBJECT);
}

/* A long text is another name, and is not read beyond the room of a rule's value. */
static void a_long_name_is_another(void **state)
{
	char text[3 * POLICY_TEXT_ROOM];

	(void)state;
	for (size_t len = 1; len < sizeof(text); len *= 2) {
		for (size_t i = 0; i < len; i++) {
			text[i] = "O=a,"[i % 4];
		}
		text[len] = '\0';
		assert_int_equal(mismatch(false, NULL, text, NULL), CERT_INPUT_SUBJECT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_nothing_against_it),
		cmocka_unit_test(compares_subject_and_issuer_as_names),
		cmocka_unit_test(an_absent_name_is_an_empty_one_where_both_come),
		cmocka_unit_test(compares_the_digest),
		cmocka_unit_test(a_long_name_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
