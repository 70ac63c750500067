/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/upgrade_parent.h"

#include "base/epoll.h"
#include "daemon/upgrade_child.h"
#include "daemon/upgrade_exec.h"
#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSTEMD_FDS_START 3 /* sd_listen_fds(3) */
#define SYSTEMD_FDS_MAX 1024
#define READY_WITHIN_MS 60000
#define SAID_MAX 16384 /* the most bytes that are read of the successor's message */

struct daemon_upgrade_parent {
	struct daemon_upgrade_parent_owner owner;
	struct daemon_monitor *monitor;
	uv_poll_t channel;
	uv_timer_t timer;
	unsigned handles; /* not closed yet */
	int fd;
	pid_t pid;
	bool decided;
	struct bytes said;
};

char *daemon_upgrade_parent_program(const char *argv0)
{
	static const char running[] = "/proc/self/exe";
	struct stat named;
	struct stat kernels;

	/*
	 * A link is resolved again at each upgrade, because it may point to another version by
	 * then.
	 */
	if (argv0 != NULL && argv0[0] == '/' && stat(argv0, &named) == 0 &&
		stat(running, &kernels) == 0 && named.st_dev == kernels.st_dev &&
		named.st_ino == kernels.st_ino) {
		return strdup(argv0);
	}
	return realpath(running, NULL);
}

static void log_said(const struct daemon_upgrade_parent *h)
{
	struct str rest = bytes_view(&h->said);
	struct str line;

	while (str_split_next(&rest, '\n', &line)) {
		if (line.len > 0) {
			log_write(LOG_LEVEL_ERROR, "hand-over: PID %ld: %.*s", (long)h->pid,
				(int)line.len, line.data);
		}
	}
}

static void on_ended(struct daemon_upgrade_parent *h)
{
	int status = daemon_monitor_end(h->monitor);
	bool killed = WIFSIGNALED(status);

	log_said(h);
	log_write(LOG_LEVEL_ERROR,
		"hand-over: PID %ld ended with %s %d instead of serving; this process goes on",
		(long)h->pid, killed ? "signal" : "status",
		killed ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void on_channel(uv_poll_t *channel, int status, int events)
{
	struct daemon_upgrade_parent *h = channel->data;
	char piece[1024];
	ssize_t len = recv(h->fd, piece, sizeof(piece), MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (len > 0) {
		bytes_append(&h->said, piece, (size_t)len);
	}
	if (str_eq_text(bytes_view(&h->said), DAEMON_UPGRADE_CHILD_READY)) {
		h->decided = true;
		h->owner.ready(h->owner.ctx, h->pid);
	} else if (len <= 0) {
		h->decided = true;
		on_ended(h);
		h->owner.failed(h->owner.ctx);
	}
}

static void on_late(uv_timer_t *timer)
{
	struct daemon_upgrade_parent *h = timer->data;

	h->decided = true;
	(void)daemon_monitor_end(h->monitor);
	log_said(h);
	log_write(LOG_LEVEL_ERROR,
		"hand-over: PID %ld did not serve within %d s, and was ended; this process goes on",
		(long)h->pid, READY_WITHIN_MS / 1000);
	h->owner.failed(h->owner.ctx);
}

static void on_closed(uv_handle_t *handle)
{
	struct daemon_upgrade_parent *h = handle->data;

	if (--h->handles == 0) {
		close(h->fd);
		bytes_clear(&h->said);
		free(h);
	}
}

static uint64_t number_in(const char *name, uint64_t max)
{
	uint64_t number = 0;

	(void)!str_to_u64(str_view(getenv(name)), max, &number);
	return number;
}

/* What a successor inherits. */
struct inheritance {
	int fds[DAEMON_UPGRADE_FDS_MAX];
	size_t count;
};

/* A descriptor that is there already is not added again. False: there is no more room. */
static bool add(struct inheritance *all, int fd)
{
	for (size_t i = 0; i < all->count; i++) {
		if (all->fds[i] == fd) {
			return true;
		}
	}
	if (all->count == ARRAY_LEN(all->fds)) {
		return false;
	}
	all->fds[all->count++] = fd;
	return true;
}

/* The channel comes first. The successor counts those that systemd passed, in use or not. */
static bool collect(struct inheritance *all, const struct daemon_sockets *sockets, int channel)
{
	bool room = add(all, channel);

	for (size_t i = 0; i < sockets->count; i++) {
		room = room && add(all, sockets->fds[i]);
	}
	if (number_in("LISTEN_PID", INT_MAX) != (uint64_t)getpid()) {
		return room;
	}
	for (uint64_t i = 0; i < number_in("LISTEN_FDS", SYSTEMD_FDS_MAX); i++) {
		int fd = SYSTEMD_FDS_START + (int)i;

		room = room && (fcntl(fd, F_GETFD) < 0 || add(all, fd));
	}
	return room;
}

/* -1 with errno set. */
static pid_t spawn(struct daemon_monitor *monitor, const struct daemon_sockets *sockets, int fd)
{
	struct inheritance all = {.count = 0};
	struct bytes inherited;

	if (!collect(&all, sockets, fd)) {
		errno = EMFILE;
		return -1;
	}
	bytes_init(&inherited, 0);
	bytes_appendf(&inherited, "%d\n", fd);
	daemon_sockets_describe(sockets, &inherited);
	bytes_append_u8(&inherited, '\0');
	pid_t pid = -1;

	if (inherited.failed) {
		errno = ENOMEM;
	} else {
		pid = daemon_monitor_start(
			monitor, (const char *)inherited.data, all.fds, all.count);
	}
	int error = errno;

	bytes_clear(&inherited);
	errno = error;
	return pid;
}

static void log_refusal(int error)
{
	log_write(LOG_LEVEL_ERROR, "hand-over: no process can be started: %s; this one goes on",
		error == ECHILD ? "the monitor (dw-monitor) has ended, a restart starts another"
				: strerror(error));
}

static struct daemon_upgrade_parent *refuse(struct daemon_upgrade_parent *h, int error)
{
	log_refusal(error);
	free(h);
	return NULL;
}

struct daemon_upgrade_parent *daemon_upgrade_parent_start(uv_loop_t *loop, const char *program,
	struct daemon_monitor *monitor, const struct daemon_sockets *sockets,
	const struct daemon_upgrade_parent_owner *owner)
{
	struct daemon_upgrade_parent *h = calloc(1, sizeof(*h));
	int pair[2];

	if (h == NULL || program == NULL) {
		return refuse(h, h == NULL ? ENOMEM : ENOENT);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		return refuse(h, errno);
	}
	h->owner = *owner;
	h->monitor = monitor;
	h->fd = pair[0];
	h->pid = spawn(monitor, sockets, pair[1]);
	int error = h->pid < 0 ? errno : -uv_poll_init(loop, &h->channel, h->fd);

	close(pair[1]);
	if (error != 0) {
		if (h->pid > 0) {
			(void)daemon_monitor_end(h->monitor);
		}
		close(h->fd);
		return refuse(h, error);
	}
	bytes_init(&h->said, SAID_MAX);
	uv_timer_init(loop, &h->timer);
	h->channel.data = h;
	h->timer.data = h;
	h->handles = 2;
	uv_poll_start(&h->channel, UV_READABLE, on_channel);
	error = epoll_reserve(uv_backend_fd(loop), h->fd);
	if (error != 0) {
		log_refusal(error);
		daemon_upgrade_parent_free(h);
		return NULL;
	}
	uv_timer_start(&h->timer, on_late, READY_WITHIN_MS, 0);
	log_write(LOG_LEVEL_INFO, "hand-over: %s was started as PID %ld", program, (long)h->pid);
	return h;
}

void daemon_upgrade_parent_free(struct daemon_upgrade_parent *h)
{
	if (h == NULL) {
		return;
	}
	if (!h->decided) {
		(void)daemon_monitor_end(h->monitor);
	}
	uv_close((uv_handle_t *)&h->channel, on_closed);
	uv_close((uv_handle_t *)&h->timer, on_closed);
}
