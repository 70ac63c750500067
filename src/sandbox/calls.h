/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * The system calls that the serving process may make after its start, for seccomp.c:
 *
 *   CALL(name, condition, reason)    used in each traced run of
 * tests/integration/test_sandbox_calls.py, which fails if a call is missing here or is not used
 *   SELDOM(name, condition, reason)  not used in each traced run; the reason says when it is
 *   QUIET(name, errno, reason)       fails with this error, is neither counted nor logged
 *
 * A call with several rows is allowed if one of their conditions holds. All other calls are
 * blocked, logged and counted.
 */

/* Sockets: of front ends, name servers, the log and the service manager. */
CALL(accept4, ALWAYS, "front ends connect")
CALL(recvfrom, ALWAYS, "requests, replies of name servers")
CALL(sendto, ALWAYS, "responses, queries")
CALL(socket, ARG_IS(0, AF_INET), "queries to name servers")
CALL(socket, ARG_IS(0, AF_INET6), "queries to name servers")
CALL(socket, ARG_IS(0, AF_UNIX),
	"sd_notify, syslog, whether a socket's path is still this process's")
CALL(connect, ALWAYS, "queries; never preceded by bind")
CALL(getsockname, ALWAYS, "a socket's path that is removed must be this process's")
CALL(getpeername, ALWAYS, "a socket's path that is removed must be this process's")
CALL(getsockopt, ALWAYS, "whether a TCP connection to a name server was made")
CALL(setsockopt, ALWAYS, "sizes of buffers, TCP_NODELAY")
CALL(shutdown, ALWAYS, "the end of a connection after its last response")
CALL(socketpair, ALWAYS, "an upgrade: the channel to the successor")
CALL(sendmsg, ALWAYS, "an upgrade: sockets for the successor, through the monitor; sd_notify")
CALL(ioctl, ARG_IS(1, FIONBIO), "libuv makes descriptors non-blocking")
SELDOM(ioctl, ARG_IS(1, SIOCGIFINDEX), "the zone of a name server's IPv6 address")
SELDOM(recvmsg, ALWAYS, "user and group names at a reload, from the name service")

/* Event loops. */
CALL(epoll_create1, ALWAYS, "a worker's loop")
CALL(epoll_ctl, ALWAYS, "a worker's loop")
CALL(epoll_wait, ALWAYS, "a worker's loop")
SELDOM(epoll_pwait, ALWAYS, "libuv since 1.45; architectures without epoll_wait")
CALL(eventfd2, ALWAYS, "messages to a worker")
CALL(pipe2, ALWAYS, "libuv's signals")
CALL(alarm, ALWAYS, "a start: the monitor has the filter's notifications")
SELDOM(setitimer, ALWAYS, "architectures without alarm")
CALL(poll, ALWAYS, "whether a pipe takes lines of the log")
SELDOM(ppoll, ALWAYS, "architectures without poll")
CALL(read, ALWAYS, "files, events")
CALL(write, ALWAYS, "the log, events")
CALL(close, ALWAYS, "descriptors")
CALL(fcntl, ARG_IS(1, F_GETFL), "flags of descriptors; no F_SETOWN, which sends signals")
CALL(fcntl, ARG_IS(1, F_SETFL), "flags of descriptors")
CALL(fcntl, ARG_IS(1, F_GETFD), "an upgrade: which descriptors systemd passed")
CALL(fcntl, ARG_IS(1, F_SETFD), "flags of descriptors")

/* Files: configuration, lists, certificates, CRLs, zones, the log. Landlock says which. */
CALL(openat, ALWAYS, "reloads, watched files, the log")
CALL(newfstatat, ALWAYS, "watched files")
SELDOM(fstat, ALWAYS, "glibc since 2.39, some architectures")
SELDOM(statx, ALWAYS, "libuv, architectures without fstat")
SELDOM(lseek, ALWAYS, "stdio, a file that is not read to its end")
CALL(getdents64, ALWAYS, "ca_dir, patterns of include")
CALL(readlink, ALWAYS, "realpath, for messages about who can replace a file")
SELDOM(readlinkat, ALWAYS, "architectures without readlink")
CALL(faccessat2, ALWAYS, "whether the sandbox forbids a file, for the message")
SELDOM(access, ALWAYS, "a folder that every user may write, at a reload")
SELDOM(faccessat, ALWAYS, "architectures without access")
SELDOM(flock, ALWAYS, "the file of bans, with admin_write")
SELDOM(fchmod, ALWAYS, "the file of bans, with a store or admin_write")
SELDOM(fsync, ALWAYS, "the file of bans, with a store or admin_write")
SELDOM(renameat, ALWAYS, "the file of bans, with a store or admin_write")
SELDOM(renameat2, ALWAYS, "architectures without renameat")
CALL(unlink, ALWAYS, "the sockets of listen, at the end")
SELDOM(unlinkat, ALWAYS, "architectures without unlink")

/* Memory. None is executable, unless regexes are compiled to machine code: see seccomp.c. */
CALL(mmap, ARG(2, PROT_EXEC, 0), "the heap, stacks of threads")
CALL(mprotect, ARG(2, PROT_EXEC, 0), "the heap")
CALL(munmap, ALWAYS, "the heap")
SELDOM(mremap, ALWAYS, "large blocks that grow")
SELDOM(brk, ALWAYS, "the heap of the main thread")
CALL(madvise, ALWAYS, "the stack of a thread that ends")

/* Threads. */
CALL(clone, ARG(CLONE_FLAGS, CLONE_THREAD, CLONE_THREAD), "workers; no processes")
QUIET(clone3, ENOSYS, "its flags cannot be seen here; glibc then calls clone")
CALL(set_robust_list, ALWAYS, "a thread begins")
SELDOM(rseq, ALWAYS, "a thread begins; not under strace of old kernels")
CALL(futex, ALWAYS, "locks, the end of a thread")
SELDOM(sched_yield, ALWAYS, "waiting for another worker's short step")
CALL(prctl, ARG_IS(0, PR_SET_NAME), "names of threads")
CALL(exit, ALWAYS, "a thread ends")
CALL(exit_group, ALWAYS, "the process ends")
SELDOM(sched_getaffinity, ALWAYS, "glibc, when many threads allocate memory")

/* Signals. */
CALL(rt_sigprocmask, ALWAYS, "signals stay with the main thread")
CALL(rt_sigaction, ALWAYS, "signals are ignored at the end")
CALL(rt_sigreturn, ALWAYS, "the end of a signal's handler")
SELDOM(restart_syscall, ALWAYS, "after SIGSTOP and SIGCONT")

/* Facts about the process. */
CALL(getrandom, ALWAYS, "query IDs, hash keys")
CALL(getpid, ALWAYS, "an upgrade, sd_notify")
CALL(getrusage, ALWAYS, "/metrics")
CALL(prlimit64, ARG_IS(0, 0), "/metrics; not the limits of other processes")
SELDOM(geteuid, ALWAYS, "a reload: whether root reads the files")
SELDOM(sysinfo, ALWAYS, "qsort of glibc before 2.37")
SELDOM(uname, ALWAYS, "libuv since 1.45")
SELDOM(clock_gettime, ALWAYS, "machines whose clock is not readable without a system call")
SELDOM(gettimeofday, ALWAYS, "machines whose clock is not readable without a system call")

/* An assertion that fails ends the process with SIGABRT. */
SELDOM(writev, ALWAYS, "glibc's message before abort")
SELDOM(gettid, ALWAYS, "abort")
SELDOM(tgkill, OWN_PID(0), "abort")

/* Not needed, and asked for by libraries that do without. */
QUIET(io_uring_setup, ENOSYS, "libuv since 1.45; it would go past this list")
