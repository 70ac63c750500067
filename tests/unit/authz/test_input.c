/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static struct cert_sources sources_of(enum cert_profile profile)
{
	const struct cert_choice none = {0};
	struct cert_sources sources;

	assert_null(cert_sources_make(profile, &none, &none, false, NULL, &sources));
	return sources;
}

/* `i` is the only input that has a value. */
static void check_only(const struct authz_input *input, unsigned i)
{
	for (unsigned k = 0; k < AUTHZ_INPUT_COUNT; k++) {
		assert_int_equal(input->values[k].data != NULL, k == i);
	}
	assert_int_equal(input->present, 1U << i);
	assert_true(str_eq_text(input->values[i], "value"));
	assert_int_equal(input->duplicates, 0);
}

static void every_name_is_recognised_and_kept(void **state)
{
	(void)state;
	for (unsigned p = 0; p < CERT_PROFILE_COUNT; p++) {
		struct cert_sources sources = sources_of((enum cert_profile)p);

		assert_null(authz_input_clash(&sources).data);
		for (unsigned i = 0; i < AUTHZ_INPUT_COUNT; i++) {
			struct str name = authz_input_word(&sources, (enum authz_input_name)i);
			char value[] = "value";
			struct arena arena;
			struct authz_input input;

			if (name.data == NULL) {
				continue;
			}
			arena_init(&arena, 256);
			authz_input_init(&input);
			authz_input_add(&input, &sources, name, str_view(value));
			assert_ptr_equal(input.values[i].data, value);
			authz_input_keep(&input, &arena);
			value[0] = 'X';
			check_only(&input, i);
			arena_clear(&arena);
		}
	}
}

static void names_of_other_profiles_are_passed_over(void **state)
{
	(void)state;
	for (unsigned p = 0; p < CERT_PROFILE_COUNT; p++) {
		struct cert_sources sources = sources_of((enum cert_profile)p);
		struct authz_input input;

		authz_input_init(&input);
		for (unsigned other = 0; other < CERT_PROFILE_COUNT; other++) {
			struct cert_sources others = sources_of((enum cert_profile)other);

			for (unsigned i = 0; i < CERT_INPUT_COUNT; i++) {
				bool own = others.names[i].data == NULL;

				for (unsigned k = 0; k < CERT_INPUT_COUNT; k++) {
					own = own || str_eq(others.names[i], sources.names[k]);
				}
				if (!own) {
					authz_input_add(
						&input, &sources, others.names[i], str_view("x"));
				}
			}
		}
		assert_int_equal(input.present, 0);
	}
}

static void a_configured_name_is_read_as_it_arrives(void **state)
{
	const struct cert_choice cert = {"x-arr-ClientCert", true, CERT_CODEC_DER_B64};
	const struct cert_choice status = {"Tls_Status", false, CERT_CODEC_PEM};
	struct cert_sources sources;
	struct arena arena;
	struct authz_input input;

	(void)state;
	arena_init(&arena, 256);
	authz_input_init(&input);
	assert_null(cert_sources_make(CERT_PROFILE_NGINX, &cert, &status, false, &arena, &sources));
	authz_input_add(&input, &sources, str_view("HTTP_X_ARR_CLIENTCERT"), str_view("value"));
	check_only(&input, AUTHZ_INPUT_CERT + CERT_INPUT_HEADER);
	authz_input_add(&input, &sources, str_view("TLS_STATUS"), str_view("x"));
	authz_input_add(&input, &sources, str_view("SSL_CLIENT_CERT"), str_view("x"));
	authz_input_add(&input, &sources, str_view("HTTP_X_SSL_CLIENT_CERT"), str_view("x"));
	check_only(&input, AUTHZ_INPUT_CERT + CERT_INPUT_HEADER);
	authz_input_add(&input, &sources, str_view("Tls_Status"), str_view("value"));
	assert_non_null(input.values[AUTHZ_INPUT_CERT + CERT_INPUT_STATUS_PARAM].data);
	authz_input_add(&input, &sources, str_view("HTTP_X_ARR_CLIENTCERT"), str_view("x"));
	assert_int_equal(input.duplicates, 1U << (AUTHZ_INPUT_CERT + CERT_INPUT_HEADER));
	arena_clear(&arena);
}

/* Else a certificate's name could hide the address by which headers are judged. */
static void a_configured_name_cannot_hide_another(void **state)
{
	static const struct cert_choice choices[] = {{"REMOTE_ADDR", false, CERT_CODEC_PEM},
		{"DOORWARD_TRUST_HEADERS", false, CERT_CODEC_PEM},
		{"x-real-ip", true, CERT_CODEC_PEM}, {"User-Agent", true, CERT_CODEC_PEM}};
	static const char *const names[] = {
		"REMOTE_ADDR", "DOORWARD_TRUST_HEADERS", "HTTP_X_REAL_IP", "HTTP_USER_AGENT"};
	const struct cert_choice none = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		struct cert_sources sources;
		struct arena arena;
		struct authz_input input;

		arena_init(&arena, 256);
		authz_input_init(&input);
		assert_null(cert_sources_make(
			CERT_PROFILE_NGINX, &choices[i], &none, false, &arena, &sources));
		assert_true(str_eq_text(authz_input_clash(&sources), names[i]));
		authz_input_add(&input, &sources, str_view(names[i]), str_view("x"));
		for (unsigned k = AUTHZ_INPUT_CERT; k < AUTHZ_INPUT_COUNT; k++) {
			assert_null(input.values[k].data);
		}
		arena_clear(&arena);
	}
}

static void near_misses_are_passed_over(void **state)
{
	static const char *const names[] = {"", "HTTP_X_REAL_I", "HTTP_X_REAL_IP ",
		"http_x_real_ip", "X_REAL_IP", "HTTP_SSL_CLIENT_CERT", "HTTP_SSL_CLIENT_VERIFY",
		"SSL_CLIENT_CERT_CHAIN", "HTTP_REMOTE_ADDR", "HTTP_DOORWARD_POLICY",
		"HTTP_DOORWARD_TRUST_HEADERS", "CONTENT_LENGTH"};
	const struct cert_sources sources = sources_of(CERT_PROFILE_NGINX);
	struct authz_input input;

	(void)state;
	authz_input_init(&input);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		authz_input_add(&input, &sources, str_view(names[i]), str_view("x"));
	}
	authz_input_add(&input, &sources, str_from_bytes("REMOTE_ADDR\0", 12), str_view("x"));
	assert_int_equal(input.present, 0);
	for (int k = 0; k < AUTHZ_INPUT_COUNT; k++) {
		assert_null(input.values[k].data);
	}
}

/* Else a header without a value could make way for another one. */
static void a_value_without_data_is_empty_and_not_absent(void **state)
{
	const struct cert_sources sources = sources_of(CERT_PROFILE_NGINX);
	struct authz_input input;

	(void)state;
	authz_input_init(&input);
	authz_input_add(&input, &sources, str_view("HTTP_X_REAL_IP"), (struct str){NULL, 0});
	assert_non_null(input.values[AUTHZ_INPUT_X_REAL_IP].data);
	assert_int_equal(input.values[AUTHZ_INPUT_X_REAL_IP].len, 0);
	assert_true(authz_input_is_clear(&input));
	authz_input_add(&input, &sources, str_view("HTTP_X_REAL_IP"), str_view("192.0.2.1"));
	assert_int_equal(input.values[AUTHZ_INPUT_X_REAL_IP].len, 0);
	assert_false(authz_input_is_clear(&input));
}

/* Of the same length, with the same middle and last letters. */
static void another_name_with_a_word_s_mark_is_passed_over(void **state)
{
	(void)state;
	for (unsigned p = 0; p < CERT_PROFILE_COUNT; p++) {
		struct cert_sources sources = sources_of((enum cert_profile)p);
		struct authz_input input;

		authz_input_init(&input);
		for (unsigned i = 0; i < AUTHZ_INPUT_COUNT; i++) {
			struct str word = authz_input_word(&sources, (enum authz_input_name)i);
			char name[64];

			for (size_t at = 0; at + 1 < word.len; at++) {
				if (at == word.len / 2) {
					continue;
				}
				memcpy(name, word.data, word.len);
				name[at] ^= 0x20;
				assert_int_equal(cert_name_mark((struct str){name, word.len}),
					cert_name_mark(word));
				authz_input_add(&input, &sources, (struct str){name, word.len},
					str_view("x"));
			}
		}
		assert_int_equal(input.present, 0);
		assert_int_equal(input.duplicates, 0);
	}
}

/* Every name of up to two bytes, so every mark is asked for, whatever the bytes' signs. */
static void short_names_are_passed_over(void **state)
{
	const struct cert_sources sources = sources_of(CERT_PROFILE_NGINX);
	struct authz_input input;

	(void)state;
	authz_input_init(&input);
	for (unsigned two = 0; two < 0x10000; two++) {
		char *name = malloc(2);

		name[0] = (char)(two >> 8);
		name[1] = (char)two;
		assert_in_range(cert_name_mark((struct str){name, 2}), 0, CERT_NAME_MARKS - 1);
		authz_input_add(&input, &sources, (struct str){name, 0}, str_view("x"));
		authz_input_add(&input, &sources, (struct str){name, 1}, str_view("x"));
		authz_input_add(&input, &sources, (struct str){name, 2}, str_view("x"));
		free(name);
	}
	assert_int_equal(input.present, 0);
}

static void a_configured_name_may_share_a_word_s_mark(void **state)
{
	const struct cert_choice cert = {"SEMOTE_ADDR", false, CERT_CODEC_PEM};
	const struct cert_choice none = {0};
	struct cert_sources sources;
	struct arena arena;
	struct authz_input input;

	(void)state;
	arena_init(&arena, 256);
	authz_input_init(&input);
	assert_null(cert_sources_make(CERT_PROFILE_NGINX, &cert, &none, false, &arena, &sources));
	assert_int_equal(
		cert_name_mark(str_view("SEMOTE_ADDR")), cert_name_mark(str_view("REMOTE_ADDR")));
	assert_null(authz_input_clash(&sources).data);
	authz_input_add(&input, &sources, str_view("SEMOTE_ADDR"), str_view("value"));
	check_only(&input, AUTHZ_INPUT_CERT + CERT_INPUT_PARAM);
	authz_input_add(&input, &sources, str_view("REMOTE_ADDR"), str_view("192.0.2.1"));
	assert_true(str_eq_text(input.values[AUTHZ_INPUT_REMOTE_ADDR], "192.0.2.1"));
	assert_int_equal(input.duplicates, 0);
	arena_clear(&arena);
}

static void what_is_kept_keeps_empty_and_absent_apart(void **state)
{
	struct arena arena;
	struct authz_input input;

	(void)state;
	arena_init(&arena, 256);
	authz_input_init(&input);
	authz_input_set(&input, AUTHZ_INPUT_HOST, str_view(""));
	authz_input_set(&input, AUTHZ_INPUT_COUNT - 1, str_view("last"));
	authz_input_keep(&input, &arena);
	for (unsigned i = 0; i < AUTHZ_INPUT_COUNT; i++) {
		assert_int_equal(input.values[i].data != NULL, input.present >> i & 1);
	}
	assert_int_equal(input.values[AUTHZ_INPUT_HOST].len, 0);
	assert_true(str_eq_text(input.values[AUTHZ_INPUT_COUNT - 1], "last"));
	assert_true(authz_input_is_clear(&input));
	arena_clear(&arena);
}

static void a_second_value_is_a_duplicate_and_changes_nothing(void **state)
{
	static const char *const first[] = {"192.0.2.1", ""};
	const struct cert_sources sources = sources_of(CERT_PROFILE_NGINX);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		struct authz_input input;

		authz_input_init(&input);
		authz_input_add(&input, &sources, str_view("HTTP_X_REAL_IP"), str_view(first[i]));
		authz_input_add(
			&input, &sources, str_view("HTTP_X_REAL_IP"), str_view("198.51.100.1"));
		assert_int_equal(input.duplicates, 1U << AUTHZ_INPUT_X_REAL_IP);
		assert_true(str_eq_text(input.values[AUTHZ_INPUT_X_REAL_IP], first[i]));
	}
}

static void check_line(const struct authz_input *input, size_t i, const char *text)
{
	assert_true(i < input->more_line_count);
	assert_true(str_eq_text(input->more_lines[i], text));
}

static void a_list_may_come_in_several_lines(void **state)
{
	const struct cert_sources sources = sources_of(CERT_PROFILE_NGINX);
	const struct str name = str_view("HTTP_X_FORWARDED_FOR");
	char line[] = "b";
	struct arena arena;
	struct authz_input input;

	(void)state;
	arena_init(&arena, 256);
	authz_input_init(&input);
	input.lines_are_told_apart = true;
	authz_input_add(&input, &sources, name, str_view("a"));
	authz_input_add(&input, &sources, name, str_view(line));
	authz_input_add(&input, &sources, name, (struct str){NULL, 0});
	authz_input_keep(&input, &arena);
	line[0] = 'X';
	assert_true(authz_input_is_clear(&input));
	assert_true(str_eq_text(input.values[AUTHZ_INPUT_X_FORWARDED_FOR], "a"));
	assert_int_equal(input.more_line_count, 2);
	check_line(&input, 0, "b");
	check_line(&input, 1, "");
	assert_non_null(input.more_lines[1].data);
	for (size_t i = 2; i < AUTHZ_INPUT_MORE_LINES_MAX; i++) {
		authz_input_add(&input, &sources, name, str_view("c"));
		assert_true(authz_input_is_clear(&input));
	}
	authz_input_add(&input, &sources, name, str_view("d"));
	assert_false(authz_input_is_clear(&input));
	assert_null(strstr(input.unusable, "memory"));
	assert_int_equal(input.more_line_count, AUTHZ_INPUT_MORE_LINES_MAX);
	check_line(&input, AUTHZ_INPUT_MORE_LINES_MAX - 1, "c");
	arena_clear(&arena);
}

/* A second X-Real-IP is no list, and a second X-Forwarded-For none where it may be X_Forwarded_For.
 */
static void other_headers_and_ambiguous_ones_are_no_lists(void **state)
{
	const struct cert_sources sources = sources_of(CERT_PROFILE_NGINX);
	struct authz_input input;

	(void)state;
	for (unsigned i = 0; i < AUTHZ_INPUT_COUNT; i++) {
		for (unsigned apart = 0; apart < 2; apart++) {
			struct str name = authz_input_word(&sources, (enum authz_input_name)i);
			bool of_signature = (AUTHZ_INPUT_OF_SIGNATURE >> i & 1) != 0;

			authz_input_init(&input);
			input.lines_are_told_apart = apart == 1;
			authz_input_add(&input, &sources, name, str_view("a"));
			assert_true(authz_input_is_clear(&input));
			authz_input_add(&input, &sources, name, str_view("a"));
			assert_int_equal(input.duplicates >> i & 1,
				name.len > 0 && (apart == 0 || i != AUTHZ_INPUT_X_FORWARDED_FOR));
			assert_int_equal(authz_input_is_clear(&input),
				name.len == 0 || of_signature ||
					(apart == 1 && i == AUTHZ_INPUT_X_FORWARDED_FOR));
			authz_input_init(&input);
			input.lines_are_told_apart = apart == 1;
			authz_input_add_ambiguous(&input, &sources, name, str_view("a"));
			assert_int_equal(
				authz_input_is_clear(&input), name.len == 0 || of_signature);
		}
	}
	authz_input_init(&input);
	authz_input_add_ambiguous(&input, &sources, str_view(""), str_view("a"));
	authz_input_add_ambiguous(&input, &sources, str_view("HTTP_X_OTHER"), str_view("a"));
	assert_true(authz_input_is_clear(&input));
}

static void fields_of_params_have_the_names_of_cgi(void **state)
{
	static const struct {
		const char *param;
		const char *field; /* NULL: it is the name of no field */
	} cases[] = {
		{"HTTP_X_A", "x-a"},
		{"HTTP_CONTENT_DIGEST", "content-digest"},
		{"DOORWARD_FIELD_X-A", "x-a"},
		{"DOORWARD_FIELD_X_A", NULL},
		{"HTTP_", NULL},
		{"X_A", NULL},
		{"CONTENT_TYPE", NULL},
	};
	static const char *const fields[] = {"x-a", "x_a", "content-digest", "content-type", "x-"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct authz_fields all = {.count = 0};

		authz_fields_add_param(&all, str_view(cases[i].param), str_view("v"));
		for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
			bool found = all.count == 1 &&
				     authz_field_is(&all.items[0], str_view(fields[k]));
			bool underscores = strcmp(cases[i].param, "DOORWARD_FIELD_X_A") == 0 &&
					   strcmp(fields[k], "x_a") == 0;

			assert_int_equal(found,
				underscores || (cases[i].field != NULL &&
						       strcmp(cases[i].field, fields[k]) == 0));
		}
	}
}

/* A line that is not known could be another one of a field that is. */
static void of_too_many_fields_none_is_known(void **state)
{
	struct authz_fields all = {.count = 0};

	(void)state;
	for (size_t i = 0; i < AUTHZ_INPUT_FIELDS_MAX; i++) {
		authz_fields_add(&all, str_view("x-a"), str_view("v"));
	}
	assert_int_equal(all.count, AUTHZ_INPUT_FIELDS_MAX);
	assert_false(all.overflow);
	authz_fields_add(&all, str_view("x-a"), str_view("v"));
	authz_fields_add(&all, str_view("x-b"), str_view("v"));
	assert_int_equal(all.count, 0);
	assert_true(all.overflow);
}

static void fields_are_kept_with_the_input(void **state)
{
	struct cert_sources sources = sources_of(CERT_PROFILE_NGINX);
	struct authz_fields all = {.count = 0};
	char value[] = "value";
	struct arena arena;
	struct authz_input input;

	(void)state;
	arena_init(&arena, 256);
	authz_input_init(&input);
	authz_input_add(&input, &sources, str_view("HTTP_SIGNATURE_INPUT"), str_view(value));
	assert_true(authz_input_is_signed(&input));
	authz_fields_add(&all, str_view("x-a"), str_view(value));
	input.fields = &all;
	authz_input_keep(&input, &arena);
	value[0] = 'X';
	all.count = 0;
	assert_int_equal(input.fields->count, 1);
	assert_true(str_eq_text(input.fields->items[0].value, "value"));
	arena_clear(&arena);
	authz_input_init(&input);
	authz_input_add(&input, &sources, str_view("HTTP_SIGNATURE_INPUT"), str_view(""));
	assert_false(authz_input_is_signed(&input));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_recognised_and_kept),
		cmocka_unit_test(names_of_other_profiles_are_passed_over),
		cmocka_unit_test(a_configured_name_is_read_as_it_arrives),
		cmocka_unit_test(a_configured_name_cannot_hide_another),
		cmocka_unit_test(near_misses_are_passed_over),
		cmocka_unit_test(a_value_without_data_is_empty_and_not_absent),
		cmocka_unit_test(another_name_with_a_word_s_mark_is_passed_over),
		cmocka_unit_test(short_names_are_passed_over),
		cmocka_unit_test(a_configured_name_may_share_a_word_s_mark),
		cmocka_unit_test(what_is_kept_keeps_empty_and_absent_apart),
		cmocka_unit_test(a_list_may_come_in_several_lines),
		cmocka_unit_test(other_headers_and_ambiguous_ones_are_no_lists),
		cmocka_unit_test(a_second_value_is_a_duplicate_and_changes_nothing),
		cmocka_unit_test(fields_of_params_have_the_names_of_cgi),
		cmocka_unit_test(of_too_many_fields_none_is_known),
		cmocka_unit_test(fields_are_kept_with_the_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
