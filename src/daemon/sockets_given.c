/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/sockets_given.h"

#include "net/listen.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_same(const struct net_listen_spec *a, const struct net_listen_spec *b)
{
	/* The modes of sockets for admin and for front ends differ. */
	return (a->protocol == NET_LISTEN_ADMIN) == (b->protocol == NET_LISTEN_ADMIN) &&
	       net_listen_is_same_place(a, b);
}

/*
 * A second listen(2) sets the backlog, and makes this process the one that clients see as the
 * listener (SO_PEERCRED).
 */
int daemon_sockets_given_take(
	struct daemon_sockets_given *given, const struct net_listen_spec *spec, int backlog)
{
	for (size_t i = 0; i < given->count; i++) {
		struct daemon_sockets_given_one *one = &given->all[i];
		int fd = one->fd;

		if (fd >= 0 && is_same(&one->spec, spec) && listen(fd, backlog) == 0) {
			one->fd = -1;
			return fd;
		}
	}
	return -1;
}

static bool read_given(struct daemon_sockets_given *given, struct str line)
{
	struct daemon_sockets_given_one *one = &given->all[given->count];
	const char *why;
	struct str number;
	uint64_t fd;

	if (given->count == DAEMON_SOCKETS_MAX || !str_split_next(&line, '=', &number) ||
		!str_to_u64(number, INT_MAX, &fd) || !net_listen_parse(line, &one->spec, &why) ||
		(one->spec.kind != NET_LISTEN_UNIX && one->spec.kind != NET_LISTEN_TCP) ||
		!net_listen_adopt((int)fd)) {
		return false;
	}
	one->fd = (int)fd;
	given->count++;
	return true;
}

bool daemon_sockets_given_read(
	struct daemon_sockets_given *given, struct str lines, struct diag *diag)
{
	struct str line;

	given->text = strndup(lines.len > 0 ? lines.data : "", lines.len);
	struct str rest = {given->text, given->text != NULL ? lines.len : 0};

	while (str_split_next(&rest, '\n', &line)) {
		if (line.len > 0 && !read_given(given, line)) {
			diag_error(diag, NULL,
				"\"%.*s\" is not a listening socket that the previous process can "
				"pass on",
				(int)line.len, line.data);
			return false;
		}
	}
	if (given->text == NULL) {
		diag_error(diag, NULL, "out of memory");
	}
	return given->text != NULL;
}

void daemon_sockets_given_close(struct daemon_sockets_given *given, bool remove)
{
	for (size_t i = 0; i < given->count; i++) {
		struct daemon_sockets_given_one *one = &given->all[i];

		if (one->fd >= 0 && remove) {
			net_listen_remove(&one->spec, one->fd);
		}
		if (one->fd >= 0) {
			close(one->fd);
		}
	}
	given->count = 0;
	free(given->text);
	given->text = NULL;
}
