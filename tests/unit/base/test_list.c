/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/list.h"
#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct item {
	int number;
	struct list entry;
};

static int first_number(const struct list *head)
{
	return CONTAINER_OF(list_first(head), struct item, entry)->number;
}

static void keeps_the_order(void **state)
{
	struct item items[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
	struct list head;

	list_init(&head);
	assert_true(list_is_empty(&head));
	assert_null(list_first(&head));
	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		list_append(&head, &items[i].entry);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(first_number(&head), i);
		list_remove(&items[i].entry);
	}
	assert_true(list_is_empty(&head));
	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		list_prepend(&head, &items[i].entry);
	}
	for (int i = 2; i >= 0; i--) {
		assert_int_equal(first_number(&head), i);
		list_remove(&items[i].entry);
	}
}

static void removes_from_the_middle_and_twice(void **state)
{
	struct item items[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
	struct list head;

	list_init(&head);
	for (size_t i = 0; i < ARRAY_LEN(items); i++) {
		list_append(&head, &items[i].entry);
	}
	list_remove(&items[1].entry);
	list_remove(&items[1].entry);
	assert_int_equal(first_number(&head), 0);
	list_remove(&items[0].entry);
	assert_int_equal(first_number(&head), 2);
	list_append(&head, &items[1].entry);
	list_remove(&items[2].entry);
	assert_int_equal(first_number(&head), 1);
}

static void pops_until_it_is_empty(void **state)
{
	struct item items[2] = {{.number = 0}, {.number = 1}};
	struct list head;

	list_init(&head);
	assert_null(list_pop(&head));
	list_append(&head, &items[0].entry);
	list_append(&head, &items[1].entry);
	assert_ptr_equal(list_pop(&head), &items[0].entry);
	assert_ptr_equal(list_pop(&head), &items[1].entry);
	assert_null(list_pop(&head));
}

static void a_list_with_a_short_head_loses_any_entry(void **state)
{
	struct hlist_entry entries[3];

	for (size_t gone = 0; gone < ARRAY_LEN(entries); gone++) {
		struct hlist head = {NULL};
		struct hlist_entry *at;
		size_t i = ARRAY_LEN(entries);

		for (size_t k = 0; k < ARRAY_LEN(entries); k++) {
			hlist_add(&head, &entries[k]);
		}
		hlist_remove(&entries[gone]);
		at = head.first;
		while (i-- > 0) {
			if (i != gone) {
				assert_ptr_equal(at, &entries[i]);
				at = at->next;
			}
		}
		assert_null(at);
		while (head.first != NULL) {
			hlist_remove(head.first);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_order),
		cmocka_unit_test(removes_from_the_middle_and_twice),
		cmocka_unit_test(pops_until_it_is_empty),
		cmocka_unit_test(a_list_with_a_short_head_loses_any_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
