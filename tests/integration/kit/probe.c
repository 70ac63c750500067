/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Preloaded into doorward, it does what an attacker would, once, when /metrics is requested, and
 * writes the results to stderr: "probe NAME ERRNO".
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void tell(const char *name, long result)
{
	dprintf(STDERR_FILENO, "probe %s %d\n", name, result < 0 ? errno : 0);
}

static long open_and_close(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0) {
		close(fd);
	}
	return fd;
}

static long map(int protection)
{
	return mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1
											      : 0;
}

static long spawn(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0) {
		_exit(0);
	}
	return pid;
}

static void probe(void)
{
	static char *const nothing[] = {NULL};
	const char *folder = getenv("PROBE_FOLDER");
	struct rlimit limit;
	char path[256];

	tell("unshare", unshare(0));
	tell("clone", spawn());
	tell("execve", execve("/nonexistent", nothing, nothing));
	tell("ptrace", ptrace(PTRACE_PEEKDATA, 1, 0, 0));
	tell("kill", kill(1, 0));
	tell("set_owner", fcntl(STDERR_FILENO, F_SETOWN, getpid()));
	tell("limit_other", prlimit(1, RLIMIT_CPU, NULL, &limit));
	tell("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
	tell("mmap_exec", map(PROT_READ | PROT_EXEC));
	tell("mmap_write_exec", map(PROT_READ | PROT_WRITE | PROT_EXEC));
	tell("read_conf", open_and_close("/etc/passwd", O_RDONLY));
	tell("read_other", open_and_close("/usr/bin/env", O_RDONLY));
	snprintf(path, sizeof(path), "%s/doorward.conf", folder);
	tell("read_own", open_and_close(path, O_RDONLY));
	tell("write_own", open_and_close(path, O_WRONLY));
	snprintf(path, sizeof(path), "%s/new", folder);
	tell("create", open_and_close(path, O_WRONLY | O_CREAT));
}

int getrusage(__rusage_who_t who, struct rusage *usage)
{
	static int probed;

	if (!probed) {
		probed = 1;
		probe();
	}
	return (int)syscall(SYS_getrusage, who, usage);
}
