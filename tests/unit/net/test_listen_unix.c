/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/listen.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "unit/net/sockets.h"

static void opens_a_unix_socket(void **state)
{
	struct place_of_socket p;
	struct stat st;

	setup(&p);
	mode_t old = umask(077);
	const struct net_listen_options options = {
		.backlog = 16, .socket_mode = 0666, .socket_owner = getuid(), .socket_group = -1U};
	struct diag diag;

	diag_init(&diag);
	int fd = net_listen_open(&p.spec, &options, &diag);

	umask(old);
	assert_true(fd >= 0);
	assert_flags(fd);
	assert_int_equal(stat(p.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	int client = connect_to(p.path);

	assert_true(client >= 0);
	close(client);
	net_listen_remove(&p.spec, fd);
	assert_int_equal(access(p.path, F_OK), -1);
	close(fd);
	diag_clear(&diag);
	teardown(&p);
}

static void the_longest_path_works(void **state)
{
	struct place_of_socket p;
	char path[110];
	char text[128];

	setup(&p);
	int len = snprintf(path, sizeof(path), "%s/", p.folder);

	memset(path + len, 'l', 98 - (size_t)len);
	path[98] = '\0';
	snprintf(text, sizeof(text), "unix:%s", path);
	struct net_listen_spec spec = parse(text);
	int fd = open_plain(&spec);

	assert_true(fd >= 0);
	int client = connect_to(path);

	assert_true(client >= 0);
	close(client);
	assert_refused(&spec, "another process listens");
	net_listen_remove(&spec, fd);
	close(fd);
	teardown(&p);
}

static void sets_the_owner_before_the_path_appears(void **state)
{
	struct place_of_socket p;
	struct stat st;

	setup(&p);
	if (getuid() == 0) {
		const struct net_listen_options options = {.backlog = 16,
			.socket_mode = 0640,
			.socket_owner = 65534,
			.socket_group = 65533};
		struct diag diag;

		diag_init(&diag);
		int fd = net_listen_open(&p.spec, &options, &diag);

		assert_true(fd >= 0);
		assert_int_equal(stat(p.path, &st), 0);
		assert_int_equal(st.st_uid, 65534);
		assert_int_equal(st.st_gid, 65533);
		assert_int_equal(st.st_mode & 07777, 0640);
		close(fd);
		diag_clear(&diag);
	}
	teardown(&p);
}

static void replaces_a_stale_socket(void **state)
{
	struct place_of_socket p;

	setup(&p);
	int fd = open_plain(&p.spec);

	close(fd);
	assert_int_equal(connect_to(p.path), -1);
	fd = open_plain(&p.spec);
	assert_true(fd >= 0);
	int client = connect_to(p.path);

	assert_true(client >= 0);
	close(client);
	close(fd);
	teardown(&p);
}

static void leaves_a_live_socket_alone(void **state)
{
	struct place_of_socket p;

	setup(&p);
	int fd = open_plain(&p.spec);

	assert_refused(&p.spec, "another process listens");
	int client = connect_to(p.path);

	assert_true(client >= 0);
	close(client);
	close(fd);
	teardown(&p);
}

static void a_socket_with_a_full_backlog_is_alive(void **state)
{
	struct place_of_socket p;
	int clients[64];
	size_t count = 0;

	setup(&p);
	int fd = open_plain(&p.spec);
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	memcpy(sun.sun_path, p.path, strlen(p.path));
	for (; count < ARRAY_LEN(clients); count++) {
		clients[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(clients[count], (struct sockaddr *)&sun, sizeof(sun)) != 0) {
			assert_int_equal(errno, EAGAIN);
			close(clients[count]);
			break;
		}
	}
	assert_true(count < ARRAY_LEN(clients));
	assert_refused(&p.spec, "another process listens");
	while (count > 0) {
		close(clients[--count]);
	}
	close(fd);
	teardown(&p);
}

static void leaves_what_is_no_stream_socket_alone(void **state)
{
	struct place_of_socket p;
	struct stat st;

	setup(&p);
	int file = open(p.path, O_CREAT | O_WRONLY, 0600);

	assert_refused(&p.spec, "not a socket");
	assert_int_equal(stat(p.path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	close(file);
	unlink(p.path);

	assert_int_equal(symlink("/nowhere", p.path), 0);
	assert_refused(&p.spec, "not a socket");
	unlink(p.path);

	assert_int_equal(mkdir(p.path, 0700), 0);
	assert_refused(&p.spec, "not a socket");
	rmdir(p.path);

	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int datagrams = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(sun.sun_path, p.path, strlen(p.path));
	assert_int_equal(bind(datagrams, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_refused(&p.spec, "cannot tell");
	close(datagrams);
	teardown(&p);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	struct net_listen_spec spec = parse("unix:/nowhere/at/all");

	assert_refused(&spec, "/nowhere/at/all");
}

static void waits_for_nobody_who_holds_the_lock(void **state)
{
	struct place_of_socket p;
	char lock_path[80];

	setup(&p);
	snprintf(lock_path, sizeof(lock_path), "%s.lock", p.path);
	int lock = open(lock_path, O_CREAT | O_RDWR, 0600);

	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_refused(&p.spec, "about to listen");
	/* Left behind by one that was killed, it is in nobody's way, and goes. */
	close(lock);
	int fd = open_plain(&p.spec);

	assert_true(fd >= 0);
	close(fd);
	teardown(&p);
}

/* Many at once on one stale path: exactly one has it, and keeps it. */
static void of_many_at_once_one_wins(void **state)
{
	struct place_of_socket p;
	int ready[2];
	int go[2];
	pid_t children[8];
	unsigned winners = 0;
	char byte;

	setup(&p);
	int stale = open_plain(&p.spec);

	close(stale);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	for (size_t i = 0; i < ARRAY_LEN(children); i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			struct diag diag;

			diag_init(&diag);
			close(go[1]);
			if (read(go[0], &byte, 1) != 0) {
				_exit(1);
			}
			byte = net_listen_open(&p.spec, &plain, &diag) >= 0 ? 'y' : 'n';
			if (write(ready[1], &byte, 1) != 1) {
				_exit(1);
			}
			/* Holds on to what it has until it is killed. */
			for (;;) {
				pause();
			}
		}
	}
	close(go[1]);
	for (size_t i = 0; i < ARRAY_LEN(children); i++) {
		assert_int_equal(read(ready[0], &byte, 1), 1);
		winners += byte == 'y';
	}
	assert_int_equal(winners, 1);
	int client = connect_to(p.path);

	assert_true(client >= 0);
	close(client);
	for (size_t i = 0; i < ARRAY_LEN(children); i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	close(go[0]);
	close(ready[0]);
	close(ready[1]);
	teardown(&p);
}

static void removes_only_its_own(void **state)
{
	struct place_of_socket p;

	setup(&p);
	int first = open_plain(&p.spec);

	unlink(p.path);
	int second = open_plain(&p.spec);

	net_listen_remove(&p.spec, first);
	assert_int_equal(access(p.path, F_OK), 0);
	net_listen_remove(&p.spec, second);
	assert_int_equal(access(p.path, F_OK), -1);
	net_listen_remove(&p.spec, second);
	close(first);
	close(second);
	teardown(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_a_unix_socket),
		cmocka_unit_test(the_longest_path_works),
		cmocka_unit_test(sets_the_owner_before_the_path_appears),
		cmocka_unit_test(replaces_a_stale_socket),
		cmocka_unit_test(leaves_a_live_socket_alone),
		cmocka_unit_test(a_socket_with_a_full_backlog_is_alive),
		cmocka_unit_test(leaves_what_is_no_stream_socket_alone),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
		cmocka_unit_test(waits_for_nobody_who_holds_the_lock),
		cmocka_unit_test(of_many_at_once_one_wins),
		cmocka_unit_test(removes_only_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
