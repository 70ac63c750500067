/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/profile.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"

/* What a front end sends, and what must come of it. */
struct frontend_vector {
	const char *name;
	enum cert_profile profile;
	enum cert_codec codec;
	const char *text;                  /* NULL: one byte more than may come */
	const char *intermediates;         /* NULL: none */
	const char *names[CERT_MAX_CERTS]; /* of golden certificates; none: it is refused */
	const char *why;                   /* NULL where that need not be said */
};

#include "vectors/frontends.inc"

static struct str der_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(golden_certificates); i++) {
		if (strcmp(golden_certificates[i].name, name) == 0) {
			return golden_certificates[i].der;
		}
	}
	return (struct str){NULL, 0};
}

/* As the decision does it: the profile says whether a list may come. */
static enum cert_status read_all(const struct frontend_vector *v, struct str text,
	struct arena *arena, struct cert_chain *chain, const char **why)
{
	const struct cert_choice none = {0};
	struct cert_sources sources;
	struct cert_identity identity;
	enum cert_status status;

	assert_null(cert_sources_make(v->profile, &none, &none, false, arena, &sources));
	chain->count = 1;
	status = sources.list ? cert_decode_list(v->codec, text, arena, chain, why)
			      : cert_decode(v->codec, text, arena, &chain->certs[0], why);
	if (status == CERT_OK) {
		status = cert_decode_intermediates(str_view(v->intermediates), arena, chain, why);
	}
	return status == CERT_OK ? cert_read(chain->certs[0], false, arena, &identity, why)
				 : status;
}

static void check_vector(const struct frontend_vector *v)
{
	size_t len = v->text != NULL ? strlen(v->text) : CERT_MAX_TEXT + 1;
	char *copy = malloc(len > 0 ? len : 1); /* of exactly its size */
	struct cert_chain chain;
	const char *why = NULL;
	struct arena arena;

	assert_non_null(copy);
	memset(copy, 'A', len);
	if (v->text != NULL) {
		memcpy(copy, v->text, len);
	}
	arena_init(&arena, 4096);
	enum cert_status status = read_all(v, (struct str){copy, len}, &arena, &chain, &why);

	print_message("%s: %s\n", v->name, why != NULL ? why : "good");
	if (v->names[0] == NULL) {
		assert_int_equal(status, CERT_MALFORMED);
		assert_non_null(why);
		if (v->why != NULL) {
			assert_string_equal(why, v->why);
		}
	} else {
		size_t count = 0;

		assert_int_equal(status, CERT_OK);
		for (; v->names[count] != NULL; count++) {
			assert_true(count < chain.count);
			assert_true(str_eq(chain.certs[count], der_of(v->names[count])));
		}
		assert_int_equal(chain.count, count);
	}
	arena_clear(&arena);
	free(copy);
}

static void takes_what_front_ends_document_and_nothing_else(void **state)
{
	bool seen[CERT_PROFILE_COUNT] = {false};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frontend_vectors); i++) {
		seen[frontend_vectors[i].profile] = true;
		check_vector(&frontend_vectors[i]);
	}
	for (size_t i = 0; i < CERT_PROFILE_COUNT; i++) {
		assert_true(seen[i]);
	}
}

/* No beginning of a good text is good, but for what may be left out at its end. */
static void takes_no_part_of_a_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frontend_vectors); i++) {
		const struct frontend_vector *v = &frontend_vectors[i];
		struct cert_chain whole;
		struct cert_chain chain;
		struct arena arena;
		const char *why;

		arena_init(&arena, 65536);
		if (v->names[0] == NULL ||
			read_all(v, str_view(v->text), &arena, &whole, &why) != CERT_OK) {
			arena_clear(&arena);
			continue;
		}
		for (size_t len = 0; len < strlen(v->text); len++) {
			struct arena part;

			arena_init(&part, 65536);
			if (read_all(v, (struct str){v->text, len}, &part, &chain, &why) ==
				CERT_OK) {
				assert_true(str_eq(chain.certs[0], whole.certs[0]));
				assert_true(chain.count < whole.count ||
					    v->codec == CERT_CODEC_XFCC ||
					    v->codec == CERT_CODEC_PEM);
			}
			arena_clear(&part);
		}
		arena_clear(&arena);
	}
}

/* Each byte of a text turned into others is taken or refused with a reason. */
static void survives_each_changed_byte(void **state)
{
	static const char others[] = {'\0', ' ', ',', ';', ':', '"', '\\', '%', '=', 'A', '\x80'};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frontend_vectors); i++) {
		const struct frontend_vector *v = &frontend_vectors[i];
		char *copy = v->names[0] != NULL ? strdup(v->text) : NULL;

		for (size_t at = 0; copy != NULL && at < strlen(v->text); at++) {
			for (size_t k = 0; k < sizeof(others); k++) {
				struct str text = {copy, strlen(v->text)};
				struct cert_chain chain;
				struct arena arena;
				const char *why = NULL;

				arena_init(&arena, 65536);
				copy[at] = others[k];
				enum cert_status status =
					cert_decode_list(v->codec, text, &arena, &chain, &why);

				assert_true(status == CERT_OK || why != NULL);
				copy[at] = v->text[at];
				arena_clear(&arena);
			}
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_front_ends_document_and_nothing_else),
		cmocka_unit_test(takes_no_part_of_a_text),
		cmocka_unit_test(survives_each_changed_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
