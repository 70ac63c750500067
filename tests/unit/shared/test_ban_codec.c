/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/ban_codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1000000)

static struct store_seal *seal_of(const char *secret)
{
	struct str one = str_view(secret);
	struct store_seal *seal = store_seal_new((struct str_list){&one, 1});

	assert_non_null(seal);
	return seal;
}

struct world {
	struct arena arena;
	struct store_seal *seal;
	struct ban ban;
	struct bytes field;
	struct bytes value;
};

static void world_init(struct world *w, const char *line)
{
	arena_init(&w->arena, 4096);
	w->seal = seal_of("a secret of thirty-two bytes, at least");
	assert_null(ban_read(str_view(line), &w->arena, &w->ban));
	bytes_init(&w->field, 0);
	bytes_init(&w->value, 0);
	shared_ban_encode(w->seal, &w->ban, &w->field, &w->value);
	assert_false(w->field.failed);
	assert_false(w->value.failed);
}

static void world_clear(struct world *w)
{
	bytes_clear(&w->field);
	bytes_clear(&w->value);
	store_seal_free(w->seal);
	arena_clear(&w->arena);
}

static enum store_opened decode(struct world *w, struct str field, struct str value, int64_t now_ms)
{
	struct ban out;

	return shared_ban_decode(w->seal, field, value, now_ms, &w->arena, &out);
}

#define LINE "ban 192.0.2.7 2000000 2000000 999999 root a reason"

static void a_ban_comes_back(void **state)
{
	struct world w;
	struct ban out;

	world_init(&w, LINE);
	assert_int_equal(shared_ban_decode(w.seal, bytes_view(&w.field), bytes_view(&w.value), NOW,
				 &w.arena, &out),
		STORE_OPENED);
	assert_int_equal(ban_order(&out, &w.ban), 0);
	assert_int_equal(ban_compare_age(&out, &w.ban), 0);
	assert_int_equal(
		decode(&w, bytes_view(&w.field), bytes_view(&w.value), 2000000), STORE_EXPIRED);
	world_clear(&w);
}

static void the_store_shows_nothing_in_clear(void **state)
{
	struct world w;
	struct bytes again_field;
	struct bytes again;

	world_init(&w, LINE);
	assert_null(memmem(w.value.data, w.value.len, "192.0.2", 7));
	assert_null(memmem(w.value.data, w.value.len, "reason", 6));
	assert_null(memmem(w.value.data, w.value.len, "root", 4));
	assert_null(memmem(w.field.data, w.field.len, "192.0.2", 7));
	/* The same ban has the same field, and another value. */
	bytes_init(&again_field, 0);
	bytes_init(&again, 0);
	shared_ban_encode(w.seal, &w.ban, &again_field, &again);
	assert_true(str_eq(bytes_view(&again_field), bytes_view(&w.field)));
	assert_false(str_eq(bytes_view(&again), bytes_view(&w.value)));
	bytes_clear(&again_field);
	bytes_clear(&again);
	world_clear(&w);
}

static void any_changed_byte_is_a_forgery(void **state)
{
	struct world w;

	world_init(&w, LINE);
	for (size_t i = 0; i < w.value.len; i++) {
		w.value.data[i] ^= 1;
		assert_int_equal(
			decode(&w, bytes_view(&w.field), bytes_view(&w.value), NOW), STORE_FORGED);
		w.value.data[i] ^= 1;
	}
	for (size_t len = 0; len < w.value.len; len++) {
		assert_int_equal(
			decode(&w, bytes_view(&w.field), str_from_bytes(w.value.data, len), NOW),
			STORE_FORGED);
	}
	world_clear(&w);
}

static void a_value_belongs_to_its_field_and_secret(void **state)
{
	struct world w;
	struct world other;

	world_init(&w, LINE);
	world_init(&other, "unban 192.0.2.8 2000000 2000000 999999 root");
	assert_int_equal(
		decode(&w, bytes_view(&other.field), bytes_view(&w.value), NOW), STORE_FORGED);
	store_seal_free(w.seal);
	w.seal = seal_of("another secret of thirty-two bytes, at least");
	assert_int_equal(decode(&w, bytes_view(&w.field), bytes_view(&w.value), NOW), STORE_FORGED);
	world_clear(&other);
	world_clear(&w);
}

static void an_older_secret_opens(void **state)
{
	struct str both[2] = {str_view("another secret of thirty-two bytes, at least"),
		str_view("a secret of thirty-two bytes, at least")};
	struct world w;

	world_init(&w, "ban host:.example.net never never 5 root");
	store_seal_free(w.seal);
	w.seal = store_seal_new((struct str_list){both, 2});
	assert_non_null(w.seal);
	assert_int_equal(decode(&w, bytes_view(&w.field), bytes_view(&w.value), NOW), STORE_OPENED);
	world_clear(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ban_comes_back),
		cmocka_unit_test(the_store_shows_nothing_in_clear),
		cmocka_unit_test(any_changed_byte_is_a_forgery),
		cmocka_unit_test(a_value_belongs_to_its_field_and_secret),
		cmocka_unit_test(an_older_secret_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
