/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/trust.h"

#include "cert/pins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reading what certificates are verified by; chains themselves are tested beside openssl(1). */

#define ROOT "tests/vectors/captures/ec-r.pem"
#define LEAF "tests/vectors/captures/ec-l.pem"
#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char folder[] = "/tmp/doorward-test-XXXXXX";

static const char *path_of(const char *name, char out[128])
{
	snprintf(out, 128, "%s/%s", folder, name);
	return out;
}

static void write_bytes(const char *name, const void *data, size_t len)
{
	char path[128];
	FILE *file = fopen(path_of(name, path), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static size_t read_file(const char *path, char *out, size_t max)
{
	FILE *file = fopen(path, "r");
	size_t len;

	assert_non_null(file);
	len = fread(out, 1, max - 1, file);
	out[len] = '\0';
	fclose(file);
	return len;
}

static int make_folder(void **state)
{
	assert_non_null(mkdtemp(folder));
	return 0;
}

static int remove_folder(void **state)
{
	char path[128];

	return unlink(path_of("f", path)) + rmdir(folder);
}

/* The pins of a file with this text; NULL if it is refused, with the message's end as expected. */
static struct cert_pins *pins_of(const char *text, const char *message)
{
	struct diag diag;
	char path[128];

	diag_init(&diag);
	write_bytes("f", text, strlen(text));

	struct cert_pins *pins = cert_pins_load(path_of("f", path), NULL, &diag);
	struct str found = bytes_view(&diag.text);

	assert_true((pins == NULL) == (message != NULL));
	if (message != NULL) {
		assert_non_null(memmem(found.data, found.len, message, strlen(message)));
	}
	diag_clear(&diag);
	return pins;
}

static void pins_are_found_as_what_they_are_of(void **state)
{
	static const char other[] =
		"ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	struct cert_pins *pins = pins_of("# a comment\n\n  " HEX "  \r\n", NULL);

	assert_true(cert_pins_match(pins, str_view(HEX), str_view(other)));
	assert_false(cert_pins_match(pins, str_view(other), str_view(HEX)));
	assert_false(cert_pins_match(pins, str_view(other), str_view(other)));
	assert_false(cert_pins_match(pins, str_view(""), str_view("")));
	cert_pins_unref(pins);
	pins = pins_of("spki:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:"
		       "77:88:99:aa:bb:cc:dd:ee:ff",
		NULL);
	assert_false(cert_pins_match(pins, str_view(HEX), str_view(other)));
	assert_true(cert_pins_match(pins, str_view(other), str_view(HEX)));
	cert_pins_unref(pins);
}

static void pins_that_are_none_are_refused(void **state)
{
	static const char colons[] = "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:"
				     "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff";
	char text[256];

	(void)pins_of("", "found none");
	(void)pins_of("# nothing\n", "found none");
	for (size_t len = 1; len < strlen(HEX); len++) {
		snprintf(text, sizeof(text), "%s\n%.*s\n", HEX, (int)len, HEX);
		(void)pins_of(text, "f:2: error: this is not a fingerprint");
	}
	for (size_t len = 1; len < strlen(colons); len++) {
		snprintf(text, sizeof(text), "%.*s\n", (int)len, colons);
		(void)pins_of(text, "f:1: error: this is not a fingerprint");
		snprintf(text, sizeof(text), "%s", colons);
		text[len - 1] = 'g';
		(void)pins_of(text, "f:1: error: this is not a fingerprint");
	}
	(void)pins_of(HEX "0\n", "expected the SHA-256");
	(void)pins_of("md5:" HEX "\n", "expected the SHA-256");
	(void)pins_of(HEX " # alice\n", "expected the SHA-256");
}

static bool loads(const char *data, size_t len, const char *message)
{
	char path[128];
	struct cert_trust_settings settings = {
		.ca_file = path_of("f", path), .ca_file_place = {"t", 1, 1}, .depth = 4};
	struct diag diag;

	diag_init(&diag);
	write_bytes("f", data, len);

	struct cert_trust *trust = cert_trust_load(&settings, NULL, &diag);
	struct str found = bytes_view(&diag.text);
	bool loaded = trust != NULL;

	if (!loaded && memmem(found.data, found.len, message, strlen(message)) == NULL) {
		print_error("%.*s", (int)found.len, found.data);
		assert_true(false);
	}
	assert_int_equal(loaded, diag.errors == 0);
	cert_trust_free(trust);
	diag_clear(&diag);
	return loaded;
}

static void bundles_hold_certificates_and_nothing_else(void **state)
{
	static const char key[] = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
	static char root[8192];
	static char text[20000];
	size_t len = read_file(ROOT, root, sizeof(root));

	assert_true(loads(root, len, ""));
	snprintf(text, sizeof(text), "What it is\n%sand again\n%s", root, root);
	assert_true(loads(text, strlen(text), ""));
	snprintf(text, sizeof(text), "%s%s", root, key);
	assert_false(loads(text, strlen(text), "expected nothing but certificates"));
	snprintf(text, sizeof(text), "%s%s", root, "-----BEGIN CERTIFICATE-----\nAAAA\n");
	assert_false(loads(text, strlen(text), "armor behind certificate number 1"));
	snprintf(text, sizeof(text),
		"%s-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", root);
	assert_false(loads(text, strlen(text), "certificate number 2 is malformed"));
	assert_false(loads("", 0, "found none"));
	assert_false(loads("nonsense", 8, "found none"));

	/* Cut anywhere before its end line is whole, it is refused as a whole. */
	size_t whole = (size_t)(strstr(root, "-----END CERTIFICATE-----") - root) +
		       strlen("-----END CERTIFICATE-----");

	for (size_t cut = 0; cut < whole; cut++) {
		assert_false(loads(root, cut, ": error: "));
	}
}

static void the_stamp_tells_a_change(void **state)
{
	char path[128];
	const struct cert_trust_settings settings = {.ca_dir = folder};
	const struct cert_trust_settings file = {.pins = path_of("f", path)};
	uint64_t before;

	write_bytes("f", "a", 1);
	before = cert_trust_stamp(&file);
	assert_int_equal(before, cert_trust_stamp(&file));
	write_bytes("f", "ab", 2);
	assert_int_not_equal(before, cert_trust_stamp(&file));

	char named[128];

	before = cert_trust_stamp(&settings);
	assert_int_equal(rename(path, path_of("f.pem", named)), 0);
	assert_int_not_equal(before, cert_trust_stamp(&settings));
	assert_int_equal(rename(named, path), 0);
	unlink(path);
	assert_int_not_equal(before, cert_trust_stamp(&file));
	write_bytes("f", "a", 1);
}

static size_t armored(const char *path, struct arena *arena, struct cert_chain *chain)
{
	char text[8192];
	const char *why;
	size_t len = read_file(path, text, sizeof(text));
	struct str pem = {strstr(text, "-----BEGIN"), 0};

	pem.len = (size_t)(strstr(pem.data, "-----END CERTIFICATE-----") - pem.data) +
		  strlen("-----END CERTIFICATE-----");
	assert_int_equal(
		cert_decode(CERT_CODEC_PEM, pem, arena, &chain->certs[chain->count++], &why),
		CERT_OK);
	return len;
}

/* Verification leaves nothing in OpenSSL's queue, which others on the thread would read. */
static void a_chain_that_lacks_its_middle_is_untrusted(void **state)
{
	const struct cert_trust_settings settings = {.ca_file = ROOT, .depth = 4};
	struct cert_chain chain = {.count = 0};
	struct cert_identity identity;
	struct cert_verdict verdict;
	struct arena arena;
	struct diag diag;
	const char *why;

	arena_init(&arena, 1024);
	diag_init(&diag);
	armored(LEAF, &arena, &chain);

	struct cert_trust *trust = cert_trust_load(&settings, NULL, &diag);

	assert_non_null(trust);
	assert_int_equal(cert_read(chain.certs[0], false, &arena, &identity, &why), CERT_OK);
	cert_trust_verify(trust, &chain, &identity, identity.not_before + 1, &arena, &verdict);
	assert_int_equal(verdict.finding, CERT_UNTRUSTED);
	assert_int_equal(verdict.error, 20);
	assert_int_equal(verdict.depth, 0);
	/* An intermediate that is not a certificate is no help, and no harm. */
	chain.certs[chain.count++] = str_view("junk");
	cert_trust_verify(trust, &chain, &identity, identity.not_before + 1, &arena, &verdict);
	assert_int_equal(verdict.error, 20);
	cert_trust_free(trust);
	diag_clear(&diag);
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pins_are_found_as_what_they_are_of),
		cmocka_unit_test(pins_that_are_none_are_refused),
		cmocka_unit_test(bundles_hold_certificates_and_nothing_else),
		cmocka_unit_test(the_stamp_tells_a_change),
		cmocka_unit_test(a_chain_that_lacks_its_middle_is_untrusted),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
