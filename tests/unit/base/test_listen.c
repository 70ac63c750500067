/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder of its own, and the path and spec of a socket in it. */
struct place_of_socket {
	char folder[32];
	char path[64];
	char text[80];
	struct listen_spec spec;
};

static struct listen_spec parse(const char *text)
{
	struct listen_spec spec;
	const char *why;

	assert_true(listen_parse(str_view(text), &spec, &why));
	return spec;
}

static void setup(struct place_of_socket *p)
{
	*p = (struct place_of_socket){.folder = "/tmp/doorward-XXXXXX"};
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/s", p->folder);
	snprintf(p->text, sizeof(p->text), "unix:%s", p->path);
	p->spec = parse(p->text);
}

/* The folder must hold nothing but, at most, the path itself: no lock and no hidden socket. */
static void teardown(struct place_of_socket *p)
{
	unlink(p->path);
	assert_int_equal(rmdir(p->folder), 0);
}

static const struct listen_options plain = {
	.backlog = 16, .socket_mode = 0600, .socket_owner = -1U, .socket_group = -1U};

static int open_plain(const struct listen_spec *spec)
{
	struct diag diag;

	diag_init(&diag);
	int fd = listen_open(spec, &plain, &diag);

	assert_int_equal(diag.errors, fd < 0);
	diag_clear(&diag);
	return fd;
}

/* What is said when it cannot be opened. */
static void assert_refused(const struct listen_spec *spec, const char *word)
{
	struct diag diag;

	diag_init(&diag);
	assert_int_equal(listen_open(spec, &plain, &diag), -1);
	assert_int_equal(diag.errors, 1);
	bytes_append_u8(&diag.text, '\0');
	assert_non_null(strstr((const char *)diag.text.data, word));
	diag_clear(&diag);
}

static int connect_to(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(sun.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void assert_flags(int fd)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len), 0);
	assert_int_equal(listening, 1);
}

static void reads_what_to_listen_on(void **state)
{
	struct listen_spec spec = parse("unix:/run/doorward/doorward.sock");

	assert_int_equal(spec.kind, LISTEN_UNIX);
	assert_true(str_eq_text(spec.path, "/run/doorward/doorward.sock"));
	spec = parse("192.0.2.1:9000");
	assert_int_equal(spec.kind, LISTEN_TCP);
	assert_int_equal(spec.endpoint.port, 9000);
	assert_int_equal(spec.endpoint.addr.family, ADDR_V4);
	spec = parse("[::1]:9000");
	assert_int_equal(spec.kind, LISTEN_TCP);
	assert_int_equal(spec.endpoint.addr.family, ADDR_V6);
	spec = parse("fd:0");
	assert_int_equal(spec.kind, LISTEN_FD);
	assert_int_equal(spec.fd, 0);
	assert_int_equal(parse("fd:2147483647").fd, 2147483647);
	assert_int_equal(parse("systemd").kind, LISTEN_SYSTEMD);
}

static void refuses_what_it_cannot_read(void **state)
{
	static const char *const bad[] = {"", "unix:", "unix:relative", "unix:@abstract",
		"fd:", "fd:-1", "fd:x", "fd:2147483648", "fd: 0", "systemd ", "Systemd",
		"127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "[::1]", "::1",
		"localhost:9000", ":9000", "*:9000", "9000", "/run/s", "http:127.0.0.1:80"};
	struct listen_spec spec;
	char longest[120] = "unix:/";
	const char *why;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		why = NULL;
		assert_false(listen_parse(str_view(bad[i]), &spec, &why));
		assert_non_null(why);
	}
	assert_false(listen_parse((struct str){"unix:/a\0b", 9}, &spec, &why));
	memset(longest + 6, 'p', 97);
	assert_true(listen_parse(str_view(longest), &spec, &why));
	memset(longest + 6, 'p', 98);
	assert_false(listen_parse(str_view(longest), &spec, &why));
}

static void opens_a_unix_socket(void **state)
{
	struct place_of_socket p;
	struct stat st;

	setup(&p);
	mode_t old = umask(077);
	const struct listen_options options = {
		.backlog = 16, .socket_mode = 0666, .socket_owner = getuid(), .socket_group = -1U};
	struct diag diag;

	diag_init(&diag);
	int fd = listen_open(&p.spec, &options, &diag);

	umask(old);
	assert_true(fd >= 0);
	assert_flags(fd);
	assert_int_equal(stat(p.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	int client = connect_to(p.path);

	assert_true(client >= 0);
	close(client);
	listen_remove(&p.spec, fd);
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
	struct listen_spec spec = parse(text);
	int fd = open_plain(&spec);

	assert_true(fd >= 0);
	int client = connect_to(path);

	assert_true(client >= 0);
	close(client);
	assert_refused(&spec, "another process listens");
	listen_remove(&spec, fd);
	close(fd);
	teardown(&p);
}

static void sets_the_owner_before_the_path_appears(void **state)
{
	struct place_of_socket p;
	struct stat st;

	setup(&p);
	if (getuid() == 0) {
		const struct listen_options options = {.backlog = 16,
			.socket_mode = 0640,
			.socket_owner = 65534,
			.socket_group = 65533};
		struct diag diag;

		diag_init(&diag);
		int fd = listen_open(&p.spec, &options, &diag);

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

	assert_refused(&p.spec, "no socket");
	assert_int_equal(stat(p.path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	close(file);
	unlink(p.path);

	assert_int_equal(symlink("/nowhere", p.path), 0);
	assert_refused(&p.spec, "no socket");
	unlink(p.path);

	assert_int_equal(mkdir(p.path, 0700), 0);
	assert_refused(&p.spec, "no socket");
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
	struct listen_spec spec = parse("unix:/nowhere/at/all");

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
			byte = listen_open(&p.spec, &plain, &diag) >= 0 ? 'y' : 'n';
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

	listen_remove(&p.spec, first);
	assert_int_equal(access(p.path, F_OK), 0);
	listen_remove(&p.spec, second);
	assert_int_equal(access(p.path, F_OK), -1);
	listen_remove(&p.spec, second);
	close(first);
	close(second);
	teardown(&p);
}

/* A port that was free a moment ago. */
static unsigned free_port(int family)
{
	struct sockaddr_storage sa = {.ss_family = (sa_family_t)family};
	socklen_t len = sizeof(sa);
	int fd = socket(family, SOCK_STREAM, 0);
	struct sockaddr_in sin;

	assert_int_equal(bind(fd, (struct sockaddr *)&sa,
				 family == AF_INET ? sizeof(struct sockaddr_in)
						   : sizeof(struct sockaddr_in6)),
		0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	close(fd);
	/* The port is at the same place in both families. */
	memcpy(&sin, &sa, sizeof(sin));
	return ntohs(sin.sin_port);
}

static void opens_tcp_sockets_of_both_families_on_one_port(void **state)
{
	unsigned port = free_port(AF_INET6);
	char text[64];
	int on = 0;
	socklen_t len = sizeof(on);

	snprintf(text, sizeof(text), "[::]:%u", port);
	struct listen_spec v6 = parse(text);

	snprintf(text, sizeof(text), "0.0.0.0:%u", port);
	struct listen_spec v4 = parse(text);
	int fd6 = open_plain(&v6);
	int fd4 = open_plain(&v4);

	assert_true(fd6 >= 0);
	assert_true(fd4 >= 0);
	assert_flags(fd6);
	assert_flags(fd4);
	assert_int_equal(getsockopt(fd6, IPPROTO_IPV6, IPV6_V6ONLY, &on, &len), 0);
	assert_int_equal(on, 1);
	assert_int_equal(getsockopt(fd4, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
	assert_true(on != 0);
	assert_refused(&v4, "cannot listen");
	assert_refused(&v6, "cannot listen");
	listen_remove(&v4, fd4);
	close(fd6);
	close(fd4);
}

static void adopts_what_listens_and_nothing_else(void **state)
{
	int tcp = socket(AF_INET, SOCK_STREAM, 0);
	int on = 0;
	socklen_t len = sizeof(on);
	int packets = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	int pair[2];

	assert_false(listen_adopt(tcp));
	assert_int_equal(listen(tcp, 4), 0);
	assert_true(listen_adopt(tcp));
	assert_flags(tcp);
	assert_int_equal(getsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
	assert_true(on != 0);
	close(tcp);
	assert_false(listen_adopt(tcp));

	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	assert_int_equal(bind(packets, (struct sockaddr *)&sun, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(packets, 4), 0);
	assert_false(listen_adopt(packets));
	close(packets);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_false(listen_adopt(pair[0]));
	close(pair[0]);
	close(pair[1]);
	int file = open("/dev/null", O_RDONLY);

	assert_false(listen_adopt(file));
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_to_listen_on),
		cmocka_unit_test(refuses_what_it_cannot_read),
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
		cmocka_unit_test(opens_tcp_sockets_of_both_families_on_one_port),
		cmocka_unit_test(adopts_what_listens_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
