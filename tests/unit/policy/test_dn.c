/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/dn.h"

#include "policy/dn_compare.h"

#include "policy/attribute.h"
#include "policy/field.h"
#include "policy/textset.h"
#include "unit/policy/kit.h"

#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

/* Whether a rule with the value matches a certificate whose name OpenSSL prints so; -1: an error.
 */
static int matches(const char *written, const char *printed, char message[512])
{
	char room[POLICY_TEXT_ROOM];
	struct str value;
	struct diag d;
	int found = -1;

	diag_init(&d);
	if (policy_text_dn.read(str_view(written), NULL, &d, room, &value)) {
		struct policy_textset *set = policy_textset_new(&policy_text_dn);

		assert_true(policy_textset_add(set, value));
		policy_textset_seal(set);
		found = policy_textset_covers(set, str_view(printed));
		policy_textset_free(set);
	} else {
		snprintf(message, 512, "%.*s", (int)d.text.len, (const char *)d.text.data);
	}
	assert_int_equal(d.errors, found < 0);
	diag_clear(&d);
	return found;
}

static void finds(const char *written, const char *printed)
{
	char message[512] = "";

	if (matches(written, printed, message) != 1) {
		print_error("%s is not %s: %s\n", written, printed, message);
		fail();
	}
}

static void refuses(const char *written, const char *part)
{
	char message[512] = "";

	assert_int_equal(matches(written, "", message), -1);
	if (strstr(message, part) == NULL) {
		print_error("%s: %s\n", written, message);
		fail();
	}
}

static void spellings_of_one_name(void **state)
{
	static const char *const spellings[] = {
		"CN=Odd CA,O=Example,C=DE",
		"C = DE, O = Example, CN = Odd CA",
		"C=DE, O=Example, CN=Odd CA",
		"CN = Odd CA, O = Example, C = DE",
		"C=DE,O=Example,CN=Odd CA",
		"cn=Odd CA,o=Example,c=DE",
		"commonName=Odd CA,organizationName=Example,countryName=DE",
		"2.5.4.3=Odd CA,OID.2.5.4.10=Example,oid.2.5.4.6=DE",
		"CN=\"Odd CA\", O=\"Example\" , C=DE ",
		"CN=Odd\\ CA,O=Ex\\61mple,C=\\44\\45",
		"/C=DE/O=Example/CN=Odd CA",
		"cn=odd ca,o=EXAMPLE,c=de",
		"CN=\\ Odd   CA\\ ,O=Example\\ ,C=DE",
	};

	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		finds(spellings[i], "CN=Odd CA,O=Example,C=DE");
		finds(spellings[i], "C=DE,O=Example,CN=Odd CA");
	}
	finds("/CN=a\\xC3\\xBC/O=x/y, z", "O=x/y\\, z,CN=a\\C3\\BC");
	finds("/DC=com/DC=example", "DC=example,DC=com");
	finds("/C=DE/O=x/Staff=y", "O=x/Staff=y,C=DE");
	refuses("/Staff=x/C=DE", "not an attribute");
}

/* RFC 5280 7.1. */
static void names_are_compared_folded(void **state)
{
	static const char *const others[] = {
		"CN=a b\\,c,O=x y,O=z",
		"CN=a b,c=O,O=x",
		"CN=ab\\,c,O=x y",
		"CN=a b\\,c,O=xy",
		"CN=a b\\, c,O=x y",
		"CN=a b\\\\,c,O=x y",
		"CN=a b\\,c,OU=x y",
		"O=x y,CN=a b\\,",
		"CN=a b\\,c",
		"",
	};
	char message[512];

	finds("CN=A B\\,c,O=X Y", "CN=\\ a  B\\,C\\ \\ ,O=x   y");
	finds("CN=a=b,O=x", "CN=A=B,O=X");
	finds("CN= =b", "CN==b");
	finds("CN=M\xc3\xbcLLER", "CN=m\\C3\\BCller");
	assert_int_equal(matches("CN=a= b", "CN=a=b", message), 0);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_int_equal(matches("CN=a b\\,c,O=x y", others[i], message), 0);
	}
}

/* By dn_compare's order, sets are searched: it must be the same from both sides. */
static void the_order_of_names_is_one(void **state)
{
	static const char *const names[] = {"", "CN=", "CN=a", "CN=A", "CN=a ", "CN=a\\ ",
		"CN=a\\,", "CN=a,", "CN=a+b", "CN=a b", "CN=a  b", "CN=a\\  b", "CN=\\ a", "CN=a=b",
		"CN=a= b", "CN=\\=a", "\\", "CN=\\", "CN=\\\\", "CN=\\ ", " ", "=", "= ",
		"CN=a,O= b", "CN=a,O=B"};

	for (size_t a = 0; a < ARRAY_LEN(names); a++) {
		for (size_t b = 0; b < ARRAY_LEN(names); b++) {
			int order = policy_dn_compare(str_view(names[a]), str_view(names[b]));

			assert_int_equal(
				order, -policy_dn_compare(str_view(names[b]), str_view(names[a])));
			for (size_t c = 0; c < ARRAY_LEN(names); c++) {
				int next =
					policy_dn_compare(str_view(names[b]), str_view(names[c]));

				if (order <= 0 && next <= 0) {
					assert_true(policy_dn_compare(str_view(names[a]),
							    str_view(names[c])) <= 0);
				}
			}
		}
	}
}

static void values_are_converted_to_openssl_s_form(void **state)
{
	finds("CN=M\xc3\xbcller", "CN=M\\C3\\BCller");
	finds("CN=M\\c3\\bcller", "CN=M\\C3\\BCller");
	finds("CN=M\\C3\\BCller", "CN=M\\C3\\BCller");
	finds("E=a@b.example,CN=x", "emailAddress=a@b.example,CN=x");
	finds("CN=Doe\\, John,O=x", "CN=Doe\\, John,O=x");
	finds("CN=Doe\\2c John,O=x", "CN=Doe\\, John,O=x");
	finds("CN=\"Doe, John\",O=x", "CN=Doe\\, John,O=x");
	finds("CN=\"a \\\" b\"", "CN=a \\\" b");
	finds("CN=\\ a\\ ,O=x", "CN=\\ a\\ ,O=x");
	finds("CN=\\#a", "CN=\\#a");
	finds("CN=a#=b", "CN=a#=b");
	finds("CN=a<b>", "CN=a\\<b\\>");
	finds("CN=,O=x", "CN=,O=x");
	finds("CN=a\\00\\0a", "CN=a\\00\\0A");
	finds("1.2.3.4=#0c0161,CN=x", "1.2.3.4=#0C0161,CN=x");
	finds("x500UniqueIdentifier=#030200ff,CN=x", "x500UniqueIdentifier=#030200FF,CN=x");
	refuses("", "as in CN=client,O=Example");
	refuses("Staff", "as in CN=client,O=Example");
	refuses("CN=a,Staff", "as in CN=client,O=Example");
	refuses("CN=a,,O=b", "as in CN=client,O=Example");
	refuses("CN=a,", "as in CN=client,O=Example");
	refuses("CN=a+b,O=x", "as in CN=client,O=Example");
	refuses("subject=C = DE, O = x", "subject is not an attribute");
	refuses("emailAdress=x", "did you mean emailAddress?");
	refuses("CN=a;O=b", "expected , between parts");
	refuses("CN=\"a", "closing quote");
	refuses("CN=\"a\"b", "after the quotes");
	refuses("CN=a\\", "after \\");
	refuses("CN=a\\x", "after \\");
	refuses("CN=\xff", "expected UTF-8");
	refuses("CN=\\C3", "expected UTF-8");
	refuses("CN=#0c0161", "as text, not in hexadecimal");
	refuses("CN=#0c0", "in hexadecimal after #");
	refuses("1.2.3=#0c0161x", "between parts");
	refuses("1.2.3.4=a", "expected # and the DER");
	refuses("1..4=#0c0161", "not an attribute");
}

static void both_orders_are_one_value(void **state)
{
	char message[512];

	/* Where the types cannot tell, it is RFC 2253's. */
	finds("DC=example,DC=com", "DC=example,DC=com");
	assert_int_equal(matches("DC=example,DC=com", "DC=com,DC=example", message), 0);
	finds("CN=x,DC=example,DC=com", "DC=com,DC=example,CN=x");
	assert_int_equal(matches("CN=x,DC=example,DC=com", "CN=x,DC=com,DC=example", message), 0);
	refuses("DC = com, DC = example", "DC=com,DC=example or DC=example,DC=com");
	refuses("OU=a, OU=b", "either order");
	finds("CN = x", "CN=x");
	finds("OU=Staff+CN=ann,O=x", "CN=ann+OU=Staff,O=x");
	finds("CN = ann + OU = Staff, O = x", "O=x,OU=Staff+CN=ann");
	finds("CN=ann+UID=1+OU=Staff,O=x", "UID=1+OU=Staff+CN=ann,O=x");
	refuses("CN=a+OU=b+UID=c+O=d", "expected at most");
	refuses("CN=a+OU=b,UID=c+O=d", "expected at most");
}

static void long_names_are_refused(void **state)
{
	char text[POLICY_TEXT_ROOM * 2];

	for (size_t len = POLICY_TEXT_ROOM - 8; len < POLICY_TEXT_ROOM + 8; len++) {
		memset(text, 'a', len);
		memcpy(text, "CN=", 3);
		text[len] = '\0';
		if (len < POLICY_TEXT_ROOM) {
			finds(text, text);
		} else {
			refuses(text, len > POLICY_TEXT_ROOM ? "too long" : "at most");
		}
	}
	text[0] = '\0';
	for (size_t i = 0; i < 33; i++) {
		snprintf(text + strlen(text), 16, "%sOU=%zu", i > 0 ? "," : "", i);
	}
	refuses(text, "too many parts");
}

/* Each name that OpenSSL would print for such an attribute, and all of X.520. */
static void attributes_are_openssls(void **state)
{
	char oid[80];

	for (size_t i = 0; i < policy_attribute_count; i++) {
		const struct policy_attribute *a = &policy_attributes[i];

		assert_string_equal(OBJ_nid2sn(OBJ_txt2nid(a->oid)), a->name);
		assert_ptr_equal(policy_attribute_find(str_view(a->name)), a);
		assert_ptr_equal(policy_attribute_find(str_view(a->oid)), a);
		assert_ptr_equal(
			policy_attribute_find(str_view(OBJ_nid2ln(OBJ_txt2nid(a->oid)))), a);
	}
	assert_true(OBJ_obj2txt(oid, sizeof(oid), OBJ_nid2obj(NID_commonName), 1) > 0);
	assert_null(policy_attribute_find(str_view("OID.")));
	assert_null(policy_attribute_find(str_view("")));
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16 & 0x7fff;
}

static void print(const X509_NAME *name, unsigned long flags, char out[1024])
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;

	assert_true(X509_NAME_print_ex(bio, name, 0, flags) >= 0);
	long len = BIO_get_mem_data(bio, &text);

	assert_true(len < 1024);
	memcpy(out, text, (size_t)len);
	out[len] = '\0';
	BIO_free(bio);
}

/* What OpenSSL prints in any of its styles matches what it prints in doorward's, or is refused. */
static void what_openssl_prints(void **state)
{
	static const char *const types[] = {"CN", "O", "OU", "C", "DC", "emailAddress", "UID"};
	static const char *const pieces[] = {"a", "B", " ", ",", "+", "\"", "\\", "<", ";", "#",
		"=", "/", "\xc3\xbc", "\xe2\x82\xac", "x", "\n"};
	static const unsigned long styles[] = {XN_FLAG_RFC2253, XN_FLAG_ONELINE,
		XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB,
		XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_FN_SN | ASN1_STRFLGS_RFC2253,
		(XN_FLAG_RFC2253 & ~XN_FLAG_FN_MASK) | XN_FLAG_FN_LN,
		(XN_FLAG_RFC2253 & ~XN_FLAG_FN_MASK) | XN_FLAG_FN_OID};
	unsigned seed = 1;
	size_t found = 0;
	char message[512];

	for (int round = 0; round < 3000; round++) {
		X509_NAME *name = X509_NAME_new();
		unsigned parts = 1 + next_random(&seed) % 4;
		char printed[1024];
		char written[1024];

		for (unsigned i = 0; i < parts; i++) {
			char value[64] = "";
			unsigned len = 1 + next_random(&seed) % 4;

			for (unsigned j = 0; j < len; j++) {
				strcat(value, pieces[next_random(&seed) % ARRAY_LEN(pieces)]);
			}
			assert_int_equal(X509_NAME_add_entry_by_txt(name,
						 types[next_random(&seed) % ARRAY_LEN(types)],
						 V_ASN1_UTF8STRING, (const uint8_t *)value, -1, -1,
						 i > 0 && next_random(&seed) % 8 == 0 ? -1 : 0),
				1);
		}
		print(name, XN_FLAG_RFC2253, printed);
		for (size_t i = 0; i < ARRAY_LEN(styles); i++) {
			print(name, styles[i], written);

			int is = matches(written, printed, message);

			if (is == 0 && i != 3) {
				print_error("%s is not %s\n", written, printed);
				fail();
			}
			found += is == 1;
		}
		X509_NAME_free(name);
	}
	assert_true(found > 3000 * 4);
}

/* Rules, JSON and warnings name the values of an attribute by one word. */
static void each_attribute_with_values_has_its_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < DN_ATTRIBUTES; i++) {
		const struct {
			const char *prefix;
			size_t offset;
		} names[] = {
			{"cert.", offsetof(struct policy_cert, subject_values.of[i])},
			{"issuer.", offsetof(struct policy_cert, issuer_values.of[i])},
		};
		size_t rows = 0;

		for (size_t j = 0; j < ARRAY_LEN(names); j++) {
			const struct policy_field *field;
			struct diag d;
			char name[64];

			snprintf(
				name, sizeof(name), "%s%s", names[j].prefix, dn_attribute_words[i]);
			diag_init(&d);
			field = policy_field_find(str_view(name), NULL, &d);
			diag_clear(&d);
			assert_non_null(field);
			assert_true(field->list);
			assert_int_equal(field->offset, names[j].offset);
		}
		for (size_t j = 0; j < policy_attribute_count; j++) {
			rows += policy_attributes[j].values == (enum dn_attribute)i;
		}
		assert_int_equal(rows, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_of_one_name),
		cmocka_unit_test(names_are_compared_folded),
		cmocka_unit_test(the_order_of_names_is_one),
		cmocka_unit_test(values_are_converted_to_openssl_s_form),
		cmocka_unit_test(both_orders_are_one_value),
		cmocka_unit_test(long_names_are_refused),
		cmocka_unit_test(attributes_are_openssls),
		cmocka_unit_test(each_attribute_with_values_has_its_fields),
		cmocka_unit_test(what_openssl_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
