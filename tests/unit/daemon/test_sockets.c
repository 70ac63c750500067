/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/sockets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/net/sockets.h"

static bool reads(struct daemon_sockets_given *given, struct str lines)
{
	struct diag diag;

	*given = (struct daemon_sockets_given){.count = 0};
	diag_init(&diag);
	bool read = daemon_sockets_given_read(given, lines, &diag);

	assert_int_equal(diag.errors, read ? 0 : 1);
	diag_clear(&diag);
	return read;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void what_is_described_is_read_again_and_taken(void **state)
{
	struct place_of_socket place;
	struct daemon_sockets_given given;
	struct daemon_sockets sockets = {.count = 0};
	struct bytes lines;
	struct diag diag;

	setup(&place);
	struct net_listen_spec tcp = parse("127.0.0.1:9");
	const struct config_server server = {.listen = (struct net_listen_spec[]){place.spec},
		.listen_count = 1,
		.socket = plain};
	int fd = open_plain(&place.spec);
	int other = dup(fd);

	sockets.fds[0] = fd;
	sockets.specs[0] = &place.spec;
	sockets.fds[1] = other;
	sockets.specs[1] = &tcp;
	sockets.fds[2] = 0;
	sockets.count = 3;
	bytes_init(&lines, 0);
	diag_init(&diag);
	daemon_sockets_describe(&sockets, &lines);
	assert_true(reads(&given, bytes_view(&lines)));
	assert_int_equal(given.count, 2);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);

	assert_true(daemon_sockets_open(&sockets, &server, &given, &diag));
	assert_int_equal(sockets.count, 1);
	assert_int_equal(sockets.fds[0], fd);
	daemon_sockets_given_close(&given, true);
	assert_true(is_open(fd));
	assert_false(is_open(other));
	daemon_sockets_close(&sockets);
	assert_int_equal(access(place.path, F_OK), 0);
	assert_false(is_open(fd));
	bytes_clear(&lines);
	diag_clear(&diag);
	teardown(&place);
}

static void lines_that_nobody_leaves_are_refused(void **state)
{
	static const char *const bad[] = {"x", "=", "1=", "=unix:/s", "99999=unix:/s", "-1=unix:/s",
		"2147483648=unix:/s", "%d=", "%d=unix:s", "%d=fd:0", "%d=systemd", "%d=127.0.0.1",
		"%d unix:/s", "%d=unix:/s\n%d"};
	struct daemon_sockets_given given;
	struct place_of_socket place;
	char line[128];

	setup(&place);
	int fd = open_plain(&place.spec);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		size_t len = 0;

		for (const char *at = bad[i]; *at != '\0'; at++) {
			if (at[0] == '%' && at[1] == 'd') {
				len += (size_t)snprintf(line + len, sizeof(line) - len, "%d", fd);
				at++;
			} else {
				line[len++] = *at;
			}
		}
		assert_false(reads(&given, (struct str){line, len}));
		given.count = 0;
		daemon_sockets_given_close(&given, false);
	}
	snprintf(line, sizeof(line), "%d=unix:/s", fd);
	for (size_t len = 1; len < strlen(line) - 1; len++) {
		assert_false(reads(&given, (struct str){line, len}));
		given.count = 0;
		daemon_sockets_given_close(&given, false);
	}
	assert_true(reads(&given, (struct str){NULL, 0}));
	daemon_sockets_given_close(&given, false);
	close(fd);
	teardown(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_described_is_read_again_and_taken),
		cmocka_unit_test(lines_that_nobody_leaves_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
