/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/cert.h"

#include <openssl/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"
#include "read.h"

/* OpenSSL's allocations are counted, and from the given one on they fail. */
static size_t allocations;
static size_t first_to_fail = SIZE_MAX;

static void *count_malloc(size_t size, const char *file, int line)
{
	return allocations++ >= first_to_fail ? NULL : malloc(size);
}

static void *count_realloc(void *old, size_t size, const char *file, int line)
{
	return allocations++ >= first_to_fail ? NULL : realloc(old, size);
}

static void count_free(void *memory, const char *file, int line)
{
	free(memory);
}

static const struct golden_certificate *richest(void)
{
	return &golden_certificates[ARRAY_LEN(golden_certificates) - 1];
}

static enum cert_status read_richest(void)
{
	struct arena arena;
	struct cert_identity id;
	const char *why = NULL;

	arena_init(&arena, 4096);
	enum cert_status status = cert_read(richest()->der, true, &arena, &id, &why);

	assert_int_equal(status == CERT_OK, why == NULL);
	if (status == CERT_OK) {
		assert_str(id.sha256, richest()->sha256);
		assert_str(id.spki, richest()->spki);
		assert_str(id.subject, richest()->subject);
		assert_str(id.issuer, richest()->issuer);
		assert_str(id.serial, richest()->serial);
		assert_list(id.subject_values.of[DN_CN], richest()->cn);
		assert_list(id.dns, richest()->dns);
		assert_list(id.email, richest()->email);
		assert_list(id.uri, richest()->uri);
		assert_int_equal(id.unusable_names, 0);
	}
	arena_clear(&arena);
	return status;
}

/* However soon memory runs out: no crash, no leak, and never half of a certificate as a whole. */
static void survives_without_memory(void **state)
{
	assert_int_equal(read_richest(), CERT_OK);
	allocations = 0;
	assert_int_equal(read_richest(), CERT_OK);
	size_t needed = allocations;
	size_t refused = 0;

	assert_true(needed > 10);
	for (size_t i = 0; i < needed; i++) {
		allocations = 0;
		first_to_fail = i;
		refused += read_richest() != CERT_OK;
		first_to_fail = SIZE_MAX;
		assert_int_equal(ERR_peek_error(), 0);
		assert_int_equal(read_richest(), CERT_OK);
	}
	assert_true(refused > needed / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives_without_memory),
	};

	if (CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free) != 1) {
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
