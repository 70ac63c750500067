/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/listen.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/net/sockets.h"

static void reads_what_to_listen_on(void **state)
{
	struct net_listen_spec spec = parse("unix:/run/doorward/doorward.sock");

	assert_int_equal(spec.kind, NET_LISTEN_UNIX);
	assert_true(str_eq_text(spec.path, "/run/doorward/doorward.sock"));
	spec = parse("192.0.2.1:9000");
	assert_int_equal(spec.kind, NET_LISTEN_TCP);
	assert_int_equal(spec.endpoint.port, 9000);
	assert_int_equal(spec.endpoint.addr.family, ADDR_V4);
	spec = parse("[::1]:9000");
	assert_int_equal(spec.kind, NET_LISTEN_TCP);
	assert_int_equal(spec.endpoint.addr.family, ADDR_V6);
	spec = parse("fd:0");
	assert_int_equal(spec.kind, NET_LISTEN_FD);
	assert_int_equal(spec.fd, 0);
	assert_int_equal(parse("fd:2147483647").fd, 2147483647);
	assert_int_equal(parse("systemd").kind, NET_LISTEN_SYSTEMD);
	assert_int_equal(parse("systemd").protocol, NET_LISTEN_FASTCGI);
	spec = parse("systemd:fastcgi");
	assert_int_equal(spec.kind, NET_LISTEN_SYSTEMD);
	assert_true(str_eq_text(spec.name, "fastcgi"));
}

static void reads_what_to_speak_there(void **state)
{
	static const struct {
		const char *text;
		enum net_listen_kind kind;
	} places[] = {
		{"http:unix:/run/doorward/http.sock", NET_LISTEN_UNIX},
		{"http:127.0.0.1:9080", NET_LISTEN_TCP},
		{"http:[::1]:9080", NET_LISTEN_TCP},
		{"http:fd:3", NET_LISTEN_FD},
		{"http:systemd", NET_LISTEN_SYSTEMD},
		{"http:systemd:web", NET_LISTEN_SYSTEMD},
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct net_listen_spec spec = parse(places[i].text);

		assert_int_equal(spec.kind, places[i].kind);
		assert_int_equal(spec.protocol, NET_LISTEN_HTTP);
	}
	assert_true(str_eq_text(parse("http:systemd:web").name, "web"));
}

static void reads_where_admins_ask(void **state)
{
	static const struct {
		const char *text;
		enum net_listen_kind kind;
	} places[] = {
		{"admin:unix:/run/doorward/admin.sock", NET_LISTEN_UNIX},
		{"admin:127.0.0.1:9180", NET_LISTEN_TCP},
		{"admin:127.9.9.9:9180", NET_LISTEN_TCP},
		{"admin:[::1]:9180", NET_LISTEN_TCP},
		{"admin:192.0.2.1:9180", NET_LISTEN_TCP},
		{"admin:fd:3", NET_LISTEN_FD},
		{"admin:systemd:status", NET_LISTEN_SYSTEMD},
	};
	static const char *const wrong[] = {
		"admin:systemd", "admin:http:127.0.0.1:9180", "http:admin:127.0.0.1:9180"};
	struct net_listen_spec spec;
	const char *why;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		spec = parse(places[i].text);
		assert_int_equal(spec.kind, places[i].kind);
		assert_int_equal(spec.protocol, NET_LISTEN_ADMIN);
		assert_string_equal(net_listen_protocol_prefix(spec.protocol), "admin:");
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_false(net_listen_parse(str_view(wrong[i]), &spec, &why));
	}
}

static void refuses_what_it_cannot_read(void **state)
{
	static const char *const bad[] = {"", "unix:", "unix:relative", "unix:@abstract",
		"fd:", "fd:-1", "fd:x", "fd:2147483648", "fd: 0", "systemd ", "Systemd",
		"127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "[::1]", "::1",
		"localhost:9000", ":9000", "*:9000", "9000", "/run/s",
		"systemd:", "http:", "http:127.0.0.1", "http:relative", "http:http:127.0.0.1:80",
		"HTTP:127.0.0.1:80", "http://127.0.0.1:80", "http: 127.0.0.1:80", "http:systemd:"};
	struct net_listen_spec spec;
	char longest[120] = "unix:/";
	const char *why;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		why = NULL;
		assert_false(net_listen_parse(str_view(bad[i]), &spec, &why));
		assert_non_null(why);
	}
	assert_false(net_listen_parse((struct str){"unix:/a\0b", 9}, &spec, &why));
	memset(longest + 6, 'p', 97);
	assert_true(net_listen_parse(str_view(longest), &spec, &why));
	memset(longest + 6, 'p', 98);
	assert_false(net_listen_parse(str_view(longest), &spec, &why));
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
	struct net_listen_spec v6 = parse(text);

	snprintf(text, sizeof(text), "0.0.0.0:%u", port);
	struct net_listen_spec v4 = parse(text);
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
	net_listen_remove(&v4, fd4);
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

	assert_false(net_listen_adopt(tcp));
	assert_int_equal(listen(tcp, 4), 0);
	assert_true(net_listen_adopt(tcp));
	assert_flags(tcp);
	assert_int_equal(getsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
	assert_true(on != 0);
	close(tcp);
	assert_false(net_listen_adopt(tcp));

	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	assert_int_equal(bind(packets, (struct sockaddr *)&sun, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(packets, 4), 0);
	assert_false(net_listen_adopt(packets));
	close(packets);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_false(net_listen_adopt(pair[0]));
	close(pair[0]);
	close(pair[1]);
	int file = open("/dev/null", O_RDONLY);

	assert_false(net_listen_adopt(file));
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_to_listen_on),
		cmocka_unit_test(reads_where_admins_ask),
		cmocka_unit_test(reads_what_to_speak_there),
		cmocka_unit_test(refuses_what_it_cannot_read),
		cmocka_unit_test(opens_tcp_sockets_of_both_families_on_one_port),
		cmocka_unit_test(adopts_what_listens_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
