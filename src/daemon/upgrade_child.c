/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/upgrade_child.h"

#include "base/epoll.h"
#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void tell(int channel, struct str text)
{
	while (text.len > 0) {
		ssize_t sent = send(channel, text.data, text.len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR) {
			continue;
		}
		if (sent <= 0) {
			return;
		}
		text = str_from(text, (size_t)sent);
	}
}

bool daemon_upgrade_child_init(struct daemon_upgrade_child *s, struct diag *diag)
{
	struct str lines = str_view(getenv(DAEMON_UPGRADE_CHILD_ENV));
	struct str number;
	uint64_t channel;

	*s = (struct daemon_upgrade_child){.channel = -1};
	if (lines.data == NULL) {
		return true;
	}
	if (!str_split_next(&lines, '\n', &number) || !str_to_u64(number, INT_MAX, &channel) ||
		fcntl((int)channel, F_SETFD, FD_CLOEXEC) != 0) {
		diag_error(diag, NULL, DAEMON_UPGRADE_CHILD_ENV " is not what a predecessor sets");
		return false;
	}
	s->channel = (int)channel;
	bool read = daemon_sockets_given_read(&s->given, lines, diag);

	unsetenv(DAEMON_UPGRADE_CHILD_ENV);
	return read;
}

static void close_channel(struct daemon_upgrade_child *s)
{
	if (s->channel >= 0) {
		close(s->channel);
		s->channel = -1;
	}
}

static void on_channel(uv_poll_t *poll, int status, int events)
{
	struct daemon_upgrade_child *s = poll->data;
	char byte;
	ssize_t len = recv(s->channel, &byte, 1, MSG_DONTWAIT);

	if (len > 0 || (len < 0 && (errno == EAGAIN || errno == EINTR))) {
		return;
	}
	daemon_sockets_given_close(&s->given, true);
	daemon_upgrade_child_clear(s);
	s->alone(s->ctx);
}

void daemon_upgrade_child_ready(
	struct daemon_upgrade_child *s, uv_loop_t *loop, void (*alone)(void *ctx), void *ctx)
{
	s->alone = alone;
	s->ctx = ctx;
	if (s->channel < 0) {
		alone(ctx);
		return;
	}
	tell(s->channel, str_view(DAEMON_UPGRADE_CHILD_READY));
	s->polled = uv_poll_init(loop, &s->poll, s->channel) == 0;
	s->poll.data = s;
	if (!s->polled || uv_poll_start(&s->poll, UV_READABLE, on_channel) != 0 ||
		epoll_reserve(uv_backend_fd(loop), s->channel) != 0) {
		log_write(LOG_LEVEL_WARNING, "the end of the predecessor cannot be watched");
		daemon_upgrade_child_clear(s);
		alone(ctx);
	}
}

void daemon_upgrade_child_fail(const struct daemon_upgrade_child *s, const struct diag *diag)
{
	if (s->channel >= 0) {
		tell(s->channel, bytes_view(&diag->text));
	}
}

void daemon_upgrade_child_clear(struct daemon_upgrade_child *s)
{
	if (s->polled) {
		uv_close((uv_handle_t *)&s->poll, NULL);
		s->polled = false;
	}
	close_channel(s);
	daemon_sockets_given_close(&s->given, false);
}
