/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/monitor.h"

#include "base/clock.h"
#include "daemon/monitor_private.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#define REPLY_WITHIN_S 10
#define START_WITHIN_MS 9000 /* less, so that the reply is in time */

struct daemon_monitor {
	int channel;
	int event;
	struct daemon_monitor_counts *counts; /* shared with the monitor */
	uint32_t asked;                       /* requests so far */
};

static struct daemon_monitor *open_all(int *far)
{
	struct daemon_monitor *m = calloc(1, sizeof(*m));
	const struct timeval within = {.tv_sec = REPLY_WITHIN_S};
	int pair[2] = {-1, -1};

	if (m == NULL) {
		return NULL;
	}
	m->counts = mmap(NULL, sizeof(*m->counts), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	m->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (m->counts != MAP_FAILED && m->event >= 0 &&
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0 &&
		setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &within, sizeof(within)) == 0) {
		m->channel = pair[0];
		*far = pair[1];
		return m;
	}
	int error = errno;

	for (size_t i = 0; i < ARRAY_LEN(pair); i++) {
		if (pair[i] >= 0) {
			close(pair[i]);
		}
	}
	m->channel = -1;
	daemon_monitor_free(m);
	errno = error;
	return NULL;
}

struct daemon_monitor *daemon_monitor_new(const char *program, char *const *argv)
{
	int far;
	struct daemon_monitor *m = open_all(&far);

	if (m == NULL) {
		return NULL;
	}
	const struct daemon_monitor_start start = {
		.program = program,
		.argv = argv,
		.owner = getpid(),
		.channel = far,
		.event = m->event,
		.counts = m->counts,
	};
	pid_t pid = fork();

	if (pid == 0) {
		close(m->channel);
		daemon_monitor_run(&start);
	}
	int error = errno;

	close(far);
	if (pid < 0) {
		daemon_monitor_free(m);
		errno = error;
		return NULL;
	}
	return m;
}

void daemon_monitor_free(struct daemon_monitor *m)
{
	if (m == NULL) {
		return;
	}
	if (m->channel >= 0) {
		close(m->channel);
	}
	if (m->event >= 0) {
		close(m->event);
	}
	if (m->counts != MAP_FAILED) {
		munmap(m->counts, sizeof(*m->counts));
	}
	free(m);
}

static bool send_request(struct daemon_monitor *m, const struct daemon_monitor_request *request,
	size_t text_len, const int *fds, size_t count)
{
	union daemon_monitor_control control = {.bytes = {0}};
	struct iovec part = {.iov_base = (void *)(uintptr_t)request,
		.iov_len = offsetof(struct daemon_monitor_request, text) + text_len};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	if (count > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * count);

		struct cmsghdr *header = CMSG_FIRSTHDR(&message);

		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int) * count);
		memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
	}
	do {
		sent = sendmsg(m->channel, &message, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent >= 0;
}

/* Skips replies to earlier requests, which came too late. False with errno set. */
static bool receive_reply(
	struct daemon_monitor *m, uint32_t number, struct daemon_monitor_reply *reply)
{
	ssize_t got;

	do {
		got = recv(m->channel, reply, sizeof(*reply), 0);
	} while ((got < 0 && errno == EINTR) ||
		 (got == (ssize_t)sizeof(*reply) && reply->number != number));
	if (got < 0) {
		errno = errno == EAGAIN ? ETIMEDOUT : errno;
	} else if (got != (ssize_t)sizeof(*reply)) {
		errno = ECHILD;
	}
	return got == (ssize_t)sizeof(*reply);
}

/* A negative result becomes errno; false. */
static bool ask(struct daemon_monitor *m, struct daemon_monitor_request *request, size_t text_len,
	const int *fds, size_t count, struct daemon_monitor_reply *reply)
{
	*reply = (struct daemon_monitor_reply){.result = -EIO};
	request->number = ++m->asked;
	if (!send_request(m, request, text_len, fds, count)) {
		errno = errno == EPIPE ? ECHILD : errno;
		return false;
	}
	if (!receive_reply(m, request->number, reply)) {
		return false;
	}
	reply->text[sizeof(reply->text) - 1] = '\0';
	if (reply->result < 0) {
		errno = (int)-reply->result;
	}
	return reply->result >= 0;
}

/* Appends a text and its NUL; NULL is an empty one. False: no room. */
static bool add_text(struct daemon_monitor_request *request, size_t *len, const char *text)
{
	size_t size = strlen(text != NULL ? text : "") + 1;

	if (size > sizeof(request->text) - *len) {
		errno = E2BIG;
		return false;
	}
	memcpy(request->text + *len, text != NULL ? text : "", size);
	*len += size;
	return true;
}

bool daemon_monitor_drop_privileges(
	struct daemon_monitor *m, const char *user, const char *group, struct diag *diag)
{
	struct daemon_monitor_request request = {.kind = DAEMON_MONITOR_DROP};
	struct daemon_monitor_reply reply = {.result = 0};
	size_t len = 0;

	if (add_text(&request, &len, user) && add_text(&request, &len, group) &&
		ask(m, &request, len, NULL, 0, &reply)) {
		return true;
	}
	if (reply.text[0] != '\0') {
		diag_error(diag, NULL, "the monitor: %s", reply.text);
	} else {
		diag_error(diag, NULL, "the monitor does not answer: %s", strerror(errno));
	}
	return false;
}

bool daemon_monitor_watch(struct daemon_monitor *m, int listener, bool deny)
{
	struct daemon_monitor_request request = {.kind = DAEMON_MONITOR_WATCH, .deny = deny};
	struct daemon_monitor_reply reply;
	bool watched = ask(m, &request, 0, &listener, 1, &reply);
	int error = errno;

	close(listener);
	errno = error;
	return watched;
}

const struct daemon_monitor_counts *daemon_monitor_counts(const struct daemon_monitor *m)
{
	return m->counts;
}

int daemon_monitor_event(const struct daemon_monitor *m)
{
	return m->event;
}

pid_t daemon_monitor_start(
	struct daemon_monitor *m, const char *handover, const int *fds, size_t count)
{
	struct daemon_monitor_request request = {
		.kind = DAEMON_MONITOR_START, .end_ms = clock_ms() + START_WITHIN_MS};
	struct daemon_monitor_reply reply;
	size_t len = 0;

	if (count == 0 || count > ARRAY_LEN(request.numbers)) {
		errno = E2BIG;
		return -1;
	}
	memcpy(request.numbers, fds, sizeof(*fds) * count);
	if (!add_text(&request, &len, handover) || !ask(m, &request, len, fds, count, &reply)) {
		return -1;
	}
	return (pid_t)reply.result;
}

int daemon_monitor_end(struct daemon_monitor *m)
{
	struct daemon_monitor_request request = {.kind = DAEMON_MONITOR_END};
	struct daemon_monitor_reply reply;

	return ask(m, &request, 0, NULL, 0, &reply) ? (int)reply.result : 0;
}
