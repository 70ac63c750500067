/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/epoll.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

static void a_reserved_descriptor_has_its_place_and_no_events(void **state)
{
	int set = epoll_create1(EPOLL_CLOEXEC);
	int readable = eventfd(1, EFD_CLOEXEC);
	struct epoll_event wanted = {.events = EPOLLIN, .data.fd = readable};
	struct epoll_event got;

	assert_int_equal(epoll_reserve(set, readable), 0);
	assert_int_equal(epoll_wait(set, &got, 1, 0), 0);
	assert_int_equal(epoll_reserve(set, readable), 0);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, readable, &wanted), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(epoll_ctl(set, EPOLL_CTL_MOD, readable, &wanted), 0);
	assert_int_equal(epoll_wait(set, &got, 1, 0), 1);
	assert_int_equal(got.data.fd, readable);
	close(readable);
	close(set);
}

static void errors_are_told(void **state)
{
	int set = epoll_create1(EPOLL_CLOEXEC);

	assert_int_equal(epoll_reserve(set, -1), EBADF);
	assert_int_equal(epoll_reserve(set, set), EINVAL);
	close(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reserved_descriptor_has_its_place_and_no_events),
		cmocka_unit_test(errors_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
