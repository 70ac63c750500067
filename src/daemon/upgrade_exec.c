/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/upgrade_exec.h"

#include "daemon/upgrade_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_NOT_EXECUTED 127

static void reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++) {
		if (number != SIGPIPE) {
			(void)signal(number, SIG_DFL);
		}
	}
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Gives a variable that has the owner's PID this process's. */
static bool take_over_pid(const char *name, pid_t owner)
{
	const char *value = getenv(name);
	char text[24];

	snprintf(text, sizeof(text), "%ld", (long)owner);
	if (value == NULL || strcmp(value, text) != 0) {
		return true;
	}
	snprintf(text, sizeof(text), "%ld", (long)getpid());
	return setenv(name, text, 1) == 0;
}

static bool set_environment(const struct daemon_upgrade_program *program)
{
	return setenv(DAEMON_UPGRADE_CHILD_ENV, program->handover, 1) == 0 &&
	       take_over_pid("LISTEN_PID", program->owner) &&
	       take_over_pid("WATCHDOG_PID", program->owner);
}

/*
 * Gives the descriptors their numbers. Two steps, because one may lie where another has to go. On
 * failure fds[0] is where errors can still be reported.
 */
static bool place_descriptors(const struct daemon_upgrade_program *program, int *fds)
{
	int32_t above = 0;

	for (size_t i = 0; i < program->count; i++) {
		above = program->numbers[i] >= above ? program->numbers[i] + 1 : above;
	}
	for (size_t i = 0; i < program->count; i++) {
		int moved = fcntl(program->fds[i], F_DUPFD_CLOEXEC, above);

		if (moved < 0) {
			return false;
		}
		fds[i] = moved;
	}
	for (size_t i = 0; i < program->count; i++) {
		if (dup2(fds[i], program->numbers[i]) < 0) {
			return false;
		}
	}
	return true;
}

static _Noreturn void child_run(const struct daemon_upgrade_program *program)
{
	int fds[DAEMON_UPGRADE_FDS_MAX] = {program->fds[0]};

	reset_signals();
	if (set_environment(program) && place_descriptors(program, fds)) {
		execve(program->path, program->argv, environ);
	}

	const char *parts[] = {program->path, ": ", strerrordesc_np(errno)};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		(void)!write(fds[0], parts[i], strlen(parts[i]));
	}
	_exit(EXIT_NOT_EXECUTED);
}

pid_t daemon_upgrade_exec(const struct daemon_upgrade_program *program)
{
	if (program->count == 0 || program->count > DAEMON_UPGRADE_FDS_MAX) {
		errno = EINVAL;
		return -1;
	}
	pid_t pid = fork();

	if (pid == 0) {
		child_run(program);
	}
	return pid;
}
