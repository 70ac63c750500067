/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ONE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define TWO "YW5vdGhlciBzZWNyZXQsIG9mIDMyIGJ5dGVzLCB0b28="

static void test_secrets(void **state)
{
	static const char text[] = "# made on one machine\n" ONE "\r\n\n  " TWO "\n";
	struct shared_secrets secrets;
	unsigned line;
	const char *why;

	assert_true(shared_parse_secrets(str_view(text), &secrets, &line, &why));
	assert_int_equal(secrets.count, 2);
	assert_int_equal(secrets.lens[0], 32);
	for (unsigned i = 0; i < 32; i++) {
		assert_int_equal(secrets.bytes[0][i], i);
	}
	assert_int_equal(secrets.lens[1], 32);
	assert_memory_equal(secrets.bytes[1], "another secret, of 32 bytes, too", 32);
	assert_true(shared_parse_secrets(str_view(ONE), &secrets, &line, &why));
	assert_int_equal(secrets.count, 1);
	/* 33 and 34 bytes: one and no padding character less. */
	assert_true(shared_parse_secrets(
		str_view("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"), &secrets, &line, &why));
	assert_int_equal(secrets.lens[0], 33);
	assert_true(
		shared_parse_secrets(str_view("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ=="),
			&secrets, &line, &why));
	assert_int_equal(secrets.lens[0], 34);
}

static void test_bad_secrets(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *why;
	} cases[] = {
		{"", 0, "it is empty: expected a secret, from openssl rand -base64 32"},
		{"# only this\n\n", 0,
			"it is empty: expected a secret, from openssl rand -base64 32"},
		{"secret\n", 1, "expected base64, as from openssl rand -base64 32"},
		{"c2VjcmV0\n", 1, "expected at least 32 bytes, as from openssl rand -base64 32"},
		{ONE "\n" ONE "=\n", 2, "expected base64, as from openssl rand -base64 32"},
		{"AAECAwQFBgcICQoLDA0ODxAREhMU=RYXGBkaGxwdHh8=", 1,
			"expected base64, as from openssl rand -base64 32"},
		{"AAECAwQFBgcICQoLDA0ODxAREhMUF YXGBkaGxwdHh8=", 1,
			"expected base64, as from openssl rand -base64 32"},
		{"====", 1, "expected base64, as from openssl rand -base64 32"},
		{ONE "\n" TWO "\n\n" ONE, 4, "expected one secret, or two while it is changed"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct shared_secrets secrets;
		unsigned line = 99;
		const char *why = "";

		assert_false(shared_parse_secrets(str_view(cases[i].text), &secrets, &line, &why));
		assert_string_equal(why, cases[i].why);
		assert_int_equal(line, cases[i].line);
	}
}

static void test_long_secret(void **state)
{
	struct shared_secrets secrets;
	char text[1025];
	unsigned line;
	const char *why;

	memset(text, 'A', sizeof(text) - 1);
	text[1024] = '\0';
	assert_false(shared_parse_secrets(str_view(text), &secrets, &line, &why));
	text[340] = '\0'; /* 255 bytes */
	assert_true(shared_parse_secrets(str_view(text), &secrets, &line, &why));
	assert_int_equal(secrets.lens[0], 255);
}

/* A file with this text and mode; its path is to be removed and freed. */
static char *file_with(const char *text, mode_t mode)
{
	char *path = strdup("/tmp/doorward-test-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static void assert_password(const char *text, mode_t mode, const char *password)
{
	char *path = file_with(text, mode);
	struct bytes out;
	struct diag diag;

	diag_init(&diag);
	bytes_init(&out, 0);
	bool good = shared_read_password(path, &out, &diag);

	assert_true(good == (password != NULL));
	assert_int_equal(diag.errors, password == NULL);
	if (password != NULL) {
		assert_true(str_eq_text(bytes_view(&out), password));
	}
	bytes_clear(&out);
	diag_clear(&diag);
	unlink(path);
	free(path);
}

static void test_passwords(void **state)
{
	assert_password("a b#c \n", 0600, "a b#c ");
	assert_password("word\r\n", 0640, "word");
	assert_password("word", 0400, "word");
	assert_password("", 0600, NULL);
	assert_password("\n", 0600, NULL);
	assert_password("one\ntwo\n", 0600, NULL);
	assert_password("word\n", 0644, NULL);
	assert_password("word\n", 0602, NULL);
}

static void test_secret_files(void **state)
{
	struct shared_secrets secrets;
	struct diag diag;
	char *path = file_with(ONE "\n", 0644);

	diag_init(&diag);
	assert_false(shared_read_secrets(path, &secrets, &diag));
	assert_non_null(memmem(diag.text.data, diag.text.len, "(mode 0644)", 11));
	assert_int_equal(chmod(path, 0640), 0);
	assert_true(shared_read_secrets(path, &secrets, &diag));
	unlink(path);
	assert_false(shared_read_secrets(path, &secrets, &diag));
	assert_false(shared_read_secrets("/tmp", &secrets, &diag));
	assert_int_equal(diag.errors, 3);
	diag_clear(&diag);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_bad_secrets),
		cmocka_unit_test(test_long_secret),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_secret_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
