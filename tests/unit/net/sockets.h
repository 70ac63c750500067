/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_BASE_SOCKETS_H
#define DW_TEST_BASE_SOCKETS_H

#include "net/listen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A folder of its own, and the path and spec of a socket in it. */
struct place_of_socket {
	char folder[32];
	char path[64];
	char text[80];
	struct net_listen_spec spec;
};

static inline struct net_listen_spec parse(const char *text)
{
	struct net_listen_spec spec;
	const char *why;

	assert_true(net_listen_parse(str_view(text), &spec, &why));
	return spec;
}

static inline void setup(struct place_of_socket *p)
{
	*p = (struct place_of_socket){.folder = "/tmp/doorward-XXXXXX"};
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/s", p->folder);
	snprintf(p->text, sizeof(p->text), "unix:%s", p->path);
	p->spec = parse(p->text);
}

/* The folder must hold nothing but, at most, the path itself: no lock and no hidden socket. */
static inline void teardown(struct place_of_socket *p)
{
	unlink(p->path);
	assert_int_equal(rmdir(p->folder), 0);
}

static const struct net_listen_options plain = {
	.backlog = 16, .socket_mode = 0600, .socket_owner = -1U, .socket_group = -1U};

static inline int open_plain(const struct net_listen_spec *spec)
{
	struct diag diag;

	diag_init(&diag);
	int fd = net_listen_open(spec, &plain, &diag);

	assert_int_equal(diag.errors, fd < 0);
	diag_clear(&diag);
	return fd;
}

/* What is said when it cannot be opened. */
static inline void assert_refused(const struct net_listen_spec *spec, const char *word)
{
	struct diag diag;

	diag_init(&diag);
	assert_int_equal(net_listen_open(spec, &plain, &diag), -1);
	assert_int_equal(diag.errors, 1);
	bytes_append_u8(&diag.text, '\0');
	assert_non_null(strstr((const char *)diag.text.data, word));
	diag_clear(&diag);
}

static inline int connect_to(const char *path)
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

static inline void assert_flags(int fd)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len), 0);
	assert_int_equal(listening, 1);
}

#endif
