/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/monitor_private.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "daemon/privileges.h"
#include "daemon/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#if DW_SECCOMP
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#endif

/* Where the monitor has its descriptors; all others are closed. */
#define CHANNEL_FD 3
#define EVENT_FD 4

struct monitor {
	const struct daemon_monitor_start *start;
	int listener; /* -1: none */
	bool deny;
	pid_t started; /* 0: none */
};

/* A request as it came. */
struct received {
	struct daemon_monitor_request request;
	size_t text_len;
	int fds[DAEMON_UPGRADE_FDS_MAX];
	size_t count;
};

static void close_all(struct received *r)
{
	for (size_t i = 0; i < r->count; i++) {
		close(r->fds[i]);
	}
	r->count = 0;
}

static void take_descriptors(struct received *r, struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
		r->count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(r->fds, CMSG_DATA(header), r->count * sizeof(int));
	}
}

/* False: the serving process has ended. */
static bool receive(struct received *r)
{
	union daemon_monitor_control control;
	struct iovec part = {.iov_base = &r->request, .iov_len = sizeof(r->request)};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	ssize_t got;

	memset(r, 0, sizeof(*r));
	do {
		got = recvmsg(CHANNEL_FD, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got <= 0) {
		return false;
	}
	take_descriptors(r, &message);
	if ((size_t)got < offsetof(struct daemon_monitor_request, text) ||
		(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		close_all(r);
		r->request.kind = UINT32_MAX;
		return true;
	}
	r->text_len = (size_t)got - offsetof(struct daemon_monitor_request, text);
	return true;
}

/* Takes a text that ends with NUL off the front; NULL: no NUL. */
static const char *next_text(struct received *r, size_t *at)
{
	const char *text = r->request.text + *at;
	const char *end = memchr(text, '\0', r->text_len - *at);

	if (end == NULL) {
		return NULL;
	}
	*at += (size_t)(end - text) + 1;
	return text;
}

static int64_t drop(struct received *r, struct daemon_monitor_reply *reply)
{
	struct diag diag;
	size_t at = 0;
	const char *user = next_text(r, &at);
	const char *group = user != NULL ? next_text(r, &at) : NULL;

	if (group == NULL) {
		return -EINVAL;
	}
	diag_init(&diag);
	bool good = daemon_privileges_drop(
		user[0] != '\0' ? user : NULL, group[0] != '\0' ? group : NULL, &diag);

	snprintf(reply->text, sizeof(reply->text), "%.*s", (int)diag.text.len,
		diag.text.len > 0 ? (const char *)diag.text.data : "");
	diag_clear(&diag);
	return good ? 0 : -EPERM;
}

static int64_t watch(struct monitor *m, struct received *r)
{
	if (r->count != 1 || m->listener >= 0) {
		return -EINVAL;
	}
	m->listener = r->fds[0];
	m->deny = r->request.deny != 0;
	r->count = 0;
	return 0;
}

/* Kills what was started, and waits for its end. */
static int64_t end(struct monitor *m)
{
	int status = 0;

	if (m->started <= 0) {
		return -ECHILD;
	}
	kill(m->started, SIGKILL);
	while (waitpid(m->started, &status, 0) < 0 && errno == EINTR) {
	}
	m->started = 0;
	return status;
}

static int64_t start(struct monitor *m, struct received *r)
{
	size_t at = 0;
	const char *handover = next_text(r, &at);
	bool good = handover != NULL && r->count > 0;

	for (size_t i = 0; i < r->count; i++) {
		good = good && r->request.numbers[i] >= 0 && r->request.numbers[i] < INT32_MAX;
	}
	if (!good) {
		return -EINVAL;
	}
	if (clock_ms() > r->request.end_ms) {
		return -ETIMEDOUT;
	}
	(void)end(m);
	if (m->start->program == NULL) {
		return -ENOENT;
	}
	const struct daemon_upgrade_program program = {
		.path = m->start->program,
		.argv = m->start->argv,
		.owner = m->start->owner,
		.handover = handover,
		.fds = r->fds,
		.numbers = r->request.numbers,
		.count = r->count,
	};
	pid_t pid = daemon_upgrade_exec(&program);

	if (pid < 0) {
		return -errno;
	}
	m->started = pid;
	return pid;
}

static bool serve_request(struct monitor *m)
{
	static struct received r;
	struct daemon_monitor_reply reply = {.result = -EINVAL};

	if (!receive(&r)) {
		return false;
	}
	reply.number = r.request.number;
	switch (r.request.kind) {
	case DAEMON_MONITOR_DROP:
		reply.result = drop(&r, &reply);
		break;
	case DAEMON_MONITOR_WATCH:
		reply.result = watch(m, &r);
		break;
	case DAEMON_MONITOR_START:
		reply.result = start(m, &r);
		break;
	case DAEMON_MONITOR_END:
		reply.result = end(m);
		break;
	default:
		break;
	}
	close_all(&r);
	return send(CHANNEL_FD, &reply, sizeof(reply), MSG_NOSIGNAL) == (ssize_t)sizeof(reply);
}

#if DW_SECCOMP
static void count_blocked(struct monitor *m, int number)
{
	const uint64_t one = 1;
	size_t i = number >= 0 && number < DAEMON_MONITOR_CALLS_MAX ? (size_t)number
								    : DAEMON_MONITOR_CALLS_MAX;

	m->start->counts->blocked[i]++;
	(void)!write(EVENT_FD, &one, sizeof(one));
}

/* A call that a signal ended meanwhile needs no response (ENOENT). */
static void answer_notification(struct monitor *m)
{
	static union {
		struct seccomp_notif call;
		char room[1024]; /* a newer kernel's may be larger */
	} notification;
	static union {
		struct seccomp_notif_resp response;
		char room[1024];
	} answer;

	memset(&notification, 0, sizeof(notification));
	memset(&answer, 0, sizeof(answer));
	if (ioctl(m->listener, SECCOMP_IOCTL_NOTIF_RECV, &notification.call) != 0) {
		return;
	}
	answer.response.id = notification.call.id;
	if (m->deny) {
		answer.response.error = -EPERM;
	} else {
		answer.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	}
	count_blocked(m, notification.call.data.nr);
	(void)ioctl(m->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer.response);
}
#else
static void answer_notification(struct monitor *m)
{
}
#endif

/* The sockets of the serving process must be closed when it closes them. */
static bool keep_only(const struct daemon_monitor_start *given)
{
	int channel = fcntl(given->channel, F_DUPFD_CLOEXEC, EVENT_FD + 1);
	int event = fcntl(given->event, F_DUPFD_CLOEXEC, EVENT_FD + 1);

	if (channel < 0 || event < 0 || dup3(channel, CHANNEL_FD, O_CLOEXEC) < 0 ||
		dup3(event, EVENT_FD, O_CLOEXEC) < 0 || close_range(EVENT_FD + 1, ~0U, 0) != 0) {
		return false;
	}
	if (!daemon_sockets_is_listening(STDIN_FILENO)) {
		return true;
	}
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	return null >= 0 && dup2(null, STDIN_FILENO) >= 0 && close(null) == 0;
}

static void ignore_signals(void)
{
	static const int numbers[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGTERM, SIGINT};
	sigset_t none;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		(void)signal(numbers[i], SIG_IGN);
	}
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

void daemon_monitor_run(const struct daemon_monitor_start *given)
{
	struct monitor m = {.start = given, .listener = -1};
	bool serves = keep_only(given);

	ignore_signals();
	/* The serving process may be of the same user, and in the hands of an attacker. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NAME, "dw-monitor");
	while (serves) {
		struct pollfd polled[] = {
			{.fd = CHANNEL_FD, .events = POLLIN}, {.fd = m.listener, .events = POLLIN}};

		if (poll(polled, ARRAY_LEN(polled), -1) < 0) {
			serves = errno == EINTR;
			continue;
		}
		if ((polled[1].revents & POLLIN) != 0) {
			answer_notification(&m);
		} else if (polled[1].revents != 0) {
			close(m.listener);
			m.listener = -1;
		}
		serves = polled[0].revents == 0 || serve_request(&m);
	}
	_exit(0);
}
