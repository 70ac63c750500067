/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/upgrade_exec.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEMD_FDS_START 3 /* sd_listen_fds(3) */
#define SYSTEMD_FDS_MAX 1024
#define PID_DIGITS_MAX 10

/* A variable that has this process's PID, and must have the child's. */
struct own_pid {
	const char *name; /* with its "=" */
	char text[32];
};

/*
 * Everything that the child needs, prepared by the parent: other threads may have held any lock at
 * the fork, so the child may only call async-signal-safe functions (signal-safety(7)).
 */
struct child {
	const char *program;
	char *const *argv;
	char **env;
	struct own_pid pids[2];
	const struct daemon_sockets *sockets;
	uint64_t systemd_fds;
	int channel;
	sigset_t mask;
};

static uint64_t number_in(const char *name, uint64_t max)
{
	uint64_t number = 0;

	(void)!str_to_u64(str_view(getenv(name)), max, &number);
	return number;
}

/* The variable, or the child's version of it. */
static char *carried(struct child *child, char *variable)
{
	char own[32];

	for (size_t i = 0; i < ARRAY_LEN(child->pids); i++) {
		struct own_pid *pid = &child->pids[i];

		snprintf(own, sizeof(own), "%s%ld", pid->name, (long)getpid());
		if (strcmp(variable, own) == 0) {
			snprintf(pid->text, sizeof(pid->text), "%s", pid->name);
			return pid->text;
		}
	}
	return variable;
}

static bool make_environment(struct child *child, char *added)
{
	size_t count = 0;
	size_t next = 0;

	while (environ[count] != NULL) {
		count++;
	}
	child->env = calloc(count + 2, sizeof(*child->env));
	if (child->env == NULL) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		child->env[next++] = carried(child, environ[i]);
	}
	child->env[next] = added;
	return true;
}

/* Decimal, without leading zeros. `pid->text` has the name already, and has room. */
static void write_pid(struct own_pid *pid, pid_t value)
{
	char digits[PID_DIGITS_MAX];
	size_t count = 0;
	char *at = pid->text + strlen(pid->text);

	for (; value > 0; value /= 10) {
		digits[count++] = (char)('0' + value % 10);
	}
	while (count > 0) {
		*at++ = digits[--count];
	}
	*at = '\0';
}

static void leave_open(int fd)
{
	(void)fcntl(fd, F_SETFD, 0);
}

/*
 * The handlers are the parent's, and write to its pipe: signals stay blocked until the handlers are
 * reset.
 */
static void reset_signals(const struct child *child)
{
	for (int number = 1; number < NSIG; number++) {
		if (number != SIGPIPE) {
			(void)signal(number, SIG_DFL);
		}
	}
	(void)sigprocmask(SIG_SETMASK, &child->mask, NULL);
}

static _Noreturn void child_run(struct child *child)
{
	reset_signals(child);
	for (size_t i = 0; i < child->sockets->count; i++) {
		leave_open(child->sockets->fds[i]);
	}
	for (uint64_t i = 0; i < child->systemd_fds; i++) {
		leave_open(SYSTEMD_FDS_START + (int)i);
	}
	leave_open(child->channel);
	for (size_t i = 0; i < ARRAY_LEN(child->pids); i++) {
		write_pid(&child->pids[i], getpid());
	}
	execve(child->program, child->argv, child->env);

	const char *parts[] = {child->program, ": ", strerrordesc_np(errno)};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		(void)!write(child->channel, parts[i], strlen(parts[i]));
	}
	_exit(127);
}

pid_t daemon_upgrade_exec(const char *program, char *const *argv, char *variable,
	const struct daemon_sockets *sockets, int channel)
{
	struct child child = {
		.program = program,
		.argv = argv,
		.pids = {{.name = "LISTEN_PID="}, {.name = "WATCHDOG_PID="}},
		.sockets = sockets,
		.channel = channel,
	};
	sigset_t all;

	if (!make_environment(&child, variable)) {
		errno = ENOMEM;
		return -1;
	}
	if (number_in("LISTEN_PID", INT_MAX) == (uint64_t)getpid()) {
		child.systemd_fds = number_in("LISTEN_FDS", SYSTEMD_FDS_MAX);
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &child.mask);
	pid_t pid = fork();

	if (pid == 0) {
		child_run(&child);
	}
	int error = errno;

	pthread_sigmask(SIG_SETMASK, &child.mask, NULL);
	free(child.env);
	errno = error;
	return pid;
}
