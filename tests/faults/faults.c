/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Fault injection: a library for LD_PRELOAD that makes calls of libc fail, and shifts the wall
 * clock.
 *
 * DOORWARD_FAULTS names a file of at least sizeof(struct faults_control) bytes, which is mapped by
 * every process that has this library, and by the test: the test says at any moment which calls
 * fail from then on. tests/integration/kit/faults.py has the same struct. Without the variable
 * nothing fails.
 *
 * Calls that libc makes itself are not seen, except its allocations. With AddressSanitizer linked
 * statically into the program, only the allocator of the program is not seen.
 */

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind {
	MEMORY,
	MAP,
	OPEN,
	READ,
	WRITE,
	RECV,
	SEND,
	ACCEPT,
	SOCKET,
	SOCKOPT,
	CONNECT,
	BIND,
	LISTEN,
	EPOLL,
	PIPE,
	THREAD,
	FORK,
	EXEC,
	STAT,
	RENAME,
	UNLINK,
	FCNTL,
	RANDOM,
	OWNER,
};

/* By enum kind; the test finds its bit here. */
extern const char *const faults_kinds[];
const char *const faults_kinds[] = {"memory", "map", "open", "read", "write", "recv", "send",
	"accept", "socket", "sockopt", "connect", "bind", "listen", "epoll", "pipe", "thread",
	"fork", "exec", "stat", "rename", "unlink", "fcntl", "random", "owner", NULL};

struct faults_control {
	_Atomic int64_t kinds;     /* bits of the kinds that are counted and fail */
	_Atomic int64_t first;     /* the first call that fails, from 1 */
	_Atomic int64_t count;     /* how many fail from there on */
	_Atomic int64_t error;     /* errno of the failures */
	_Atomic int64_t seen;      /* calls of these kinds so far */
	_Atomic int64_t failed;    /* calls that failed */
	_Atomic int64_t wall_s;    /* is added to the wall clock */
	_Atomic int64_t allocated; /* blocks allocated and not freed, since the start */
};

static struct faults_control *control;

__attribute__((constructor)) static void map_control(void)
{
	const char *path = getenv("DOORWARD_FAULTS");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd >= 0) {
		void *mapped =
			mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		close(fd);
		control = mapped != MAP_FAILED ? mapped : NULL;
	}
}

static bool fails(enum kind kind)
{
	struct faults_control *c = control;

	if (c == NULL || (c->kinds >> kind & 1) == 0) {
		return false;
	}
	int64_t nth = ++c->seen;

	if (nth < c->first || nth - c->first >= c->count) {
		return false;
	}
	c->failed++;
	errno = (int)c->error;
	return true;
}

/* The next definition of a function: libc's, or that of a sanitizer. */
#define NEXT(name)                                                                                 \
	static __typeof__(name) *next_##name;                                                      \
	__attribute__((constructor)) static void find_##name(void)                                 \
	{                                                                                          \
		next_##name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);                         \
	}                                                                                          \
	static __typeof__(name) *get_##name(void)                                                  \
	{                                                                                          \
		if (next_##name == NULL) {                                                         \
			find_##name();                                                             \
		}                                                                                  \
		return next_##name;                                                                \
	}

/* A function of fixed arguments, which returns `failure` when it fails. */
#define WRAP(kind, result, failure, name, parameters, arguments)                                   \
	NEXT(name)                                                                                 \
	result name parameters                                                                     \
	{                                                                                          \
		return fails(kind) ? (failure) : get_##name() arguments;                           \
	}

/* Allocations: libc's own names for them need no look-up, which would itself allocate. */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static void *counted(void *block)
{
	if (block != NULL && control != NULL) {
		control->allocated++;
	}
	return block;
}

void *malloc(size_t size)
{
	return fails(MEMORY) ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return fails(MEMORY) ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
	if (fails(MEMORY)) {
		return NULL;
	}
	void *moved = __libc_realloc(block, size);

	return block == NULL ? counted(moved) : moved;
}

void *reallocarray(void *block, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(block, total);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails(MEMORY) ? NULL : counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
	void *got = fails(MEMORY) ? NULL : counted(__libc_memalign(alignment, size));

	if (got != NULL) {
		*block = got;
	}
	return got != NULL ? 0 : ENOMEM;
}

void free(void *block)
{
	if (block != NULL && control != NULL) {
		control->allocated--;
	}
	__libc_free(block);
}

WRAP(MAP, void *, MAP_FAILED, mmap,
	(void *at, size_t len, int prot, int flags, int fd, off_t offset),
	(at, len, prot, flags, fd, offset))
WRAP(MAP, void *, MAP_FAILED, mmap64,
	(void *at, size_t len, int prot, int flags, int fd, off64_t offset),
	(at, len, prot, flags, fd, offset))
WRAP(MAP, int, -1, mprotect, (void *at, size_t len, int prot), (at, len, prot))

/* Files */

static mode_t mode_of(int flags, va_list args)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(args, mode_t)
									  : 0;
}

#define WRAP_OPEN(name)                                                                            \
	NEXT(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list args;                                                                      \
		va_start(args, flags);                                                             \
		mode_t mode = mode_of(flags, args);                                                \
		va_end(args);                                                                      \
		return fails(OPEN) ? -1 : get_##name()(path, flags, mode);                         \
	}
#define WRAP_OPENAT(name)                                                                          \
	NEXT(name)                                                                                 \
	int name(int folder, const char *path, int flags, ...)                                     \
	{                                                                                          \
		va_list args;                                                                      \
		va_start(args, flags);                                                             \
		mode_t mode = mode_of(flags, args);                                                \
		va_end(args);                                                                      \
		return fails(OPEN) ? -1 : get_##name()(folder, path, flags, mode);                 \
	}

WRAP_OPEN(open)
WRAP_OPEN(open64)
WRAP_OPENAT(openat)
WRAP_OPENAT(openat64)
WRAP(OPEN, FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
WRAP(OPEN, FILE *, NULL, fopen64, (const char *path, const char *mode), (path, mode))
WRAP(OPEN, FILE *, NULL, fdopen, (int fd, const char *mode), (fd, mode))
WRAP(OPEN, int, -1, mkostemp, (char *path, int flags), (path, flags))
WRAP(OPEN, int, GLOB_ABORTED, glob,
	(const char *restrict pattern, int flags, int (*error)(const char *, int),
		glob_t *restrict found),
	(pattern, flags, error, found))
WRAP(OPEN, DIR *, NULL, opendir, (const char *path), (path))
WRAP(STAT, int, -1, stat, (const char *path, struct stat *out), (path, out))
WRAP(STAT, int, -1, fstat, (int fd, struct stat *out), (fd, out))
WRAP(STAT, int, -1, lstat, (const char *path, struct stat *out), (path, out))
WRAP(STAT, int, -1, fstatat, (int folder, const char *path, struct stat *out, int flags),
	(folder, path, out, flags))
WRAP(STAT, int, -1, fstat64, (int fd, struct stat64 *out), (fd, out))
WRAP(STAT, int, -1, access, (const char *path, int how), (path, how))
WRAP(STAT, char *, NULL, realpath, (const char *restrict path, char *restrict out), (path, out))
WRAP(OWNER, int, -1, chmod, (const char *path, mode_t mode), (path, mode))
WRAP(OWNER, int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(OWNER, int, -1, lchown, (const char *path, uid_t user, gid_t group), (path, user, group))
WRAP(RENAME, int, -1, rename, (const char *from, const char *to), (from, to))
WRAP(UNLINK, int, -1, unlink, (const char *path), (path))
WRAP(UNLINK, int, -1, unlinkat, (int folder, const char *path, int flags), (folder, path, flags))

/* Not so the pipes and eventfds by which threads wake each other: their calls cannot fail. */
static bool wakes(int fd)
{
	struct stat st;

	return get_fstat()(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || (st.st_mode & S_IFMT) == 0);
}

NEXT(read)
ssize_t read(int fd, void *out, size_t len)
{
	return !wakes(fd) && fails(READ) ? -1 : get_read()(fd, out, len);
}

NEXT(write)
ssize_t write(int fd, const void *data, size_t len)
{
	return !wakes(fd) && fails(WRITE) ? -1 : get_write()(fd, data, len);
}

WRAP(READ, ssize_t, -1, readv, (int fd, const struct iovec *out, int count), (fd, out, count))
WRAP(READ, ssize_t, -1, pread, (int fd, void *out, size_t len, off_t at), (fd, out, len, at))
WRAP(READ, ssize_t, -1, getdelim, (char **line, size_t *size, int end, FILE *file),
	(line, size, end, file))
WRAP(READ, ssize_t, -1, getline, (char **line, size_t *size, FILE *file), (line, size, file))

/* As a read(2) that fails inside of libc: the stream then has its mark of an error. */
static bool breaks(FILE *file)
{
	bool broken = fails(READ);

	if (broken) {
		file->_flags |= 0x20; /* _IO_ERR_SEEN, which ferror(3) tests */
	}
	return broken;
}

NEXT(fread)
size_t fread(void *restrict out, size_t size, size_t count, FILE *restrict file)
{
	return breaks(file) ? 0 : get_fread()(out, size, count, file);
}

int __uflow(FILE *file); /* getc_unlocked(3), when its buffer is empty */
NEXT(__uflow)
int __uflow(FILE *file)
{
	return breaks(file) ? EOF : get___uflow()(file);
}

WRAP(WRITE, ssize_t, -1, writev, (int fd, const struct iovec *data, int count), (fd, data, count))
WRAP(WRITE, int, -1, fsync, (int fd), (fd))
WRAP(WRITE, int, EOF, fflush, (FILE * file), (file))

#define WRAP_FCNTL(name)                                                                           \
	NEXT(name)                                                                                 \
	int name(int fd, int command, ...)                                                         \
	{                                                                                          \
		va_list args;                                                                      \
		va_start(args, command);                                                           \
		void *argument = va_arg(args, void *);                                             \
		va_end(args);                                                                      \
		return fails(FCNTL) ? -1 : get_##name()(fd, command, argument);                    \
	}

WRAP_FCNTL(fcntl)
WRAP_FCNTL(fcntl64)

/* With _FORTIFY_SOURCE these stand for read, recv and recvfrom. */
ssize_t __read_chk(int fd, void *out, size_t len, size_t room);
ssize_t __recv_chk(int fd, void *out, size_t len, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *out, size_t len, size_t room, int flags,
	struct sockaddr *restrict from, socklen_t *restrict size);
NEXT(__read_chk)
ssize_t __read_chk(int fd, void *out, size_t len, size_t room)
{
	return !wakes(fd) && fails(READ) ? -1 : get___read_chk()(fd, out, len, room);
}
WRAP(RECV, ssize_t, -1, __recv_chk, (int fd, void *out, size_t len, size_t room, int flags),
	(fd, out, len, room, flags))
WRAP(RECV, ssize_t, -1, __recvfrom_chk,
	(int fd, void *out, size_t len, size_t room, int flags, struct sockaddr *restrict from,
		socklen_t *restrict size),
	(fd, out, len, room, flags, from, size))

/* Sockets */

WRAP(SOCKET, int, -1, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(SOCKET, int, -1, socketpair, (int domain, int type, int protocol, int pair[2]),
	(domain, type, protocol, pair))
WRAP(SOCKOPT, int, -1, setsockopt, (int fd, int level, int name, const void *value, socklen_t len),
	(fd, level, name, value, len))
WRAP(SOCKOPT, int, -1, getsockopt,
	(int fd, int level, int name, void *restrict value, socklen_t *restrict len),
	(fd, level, name, value, len))
WRAP(SOCKOPT, int, -1, getsockname,
	(int fd, struct sockaddr *restrict address, socklen_t *restrict len), (fd, address, len))
WRAP(SOCKOPT, int, -1, getpeername,
	(int fd, struct sockaddr *restrict address, socklen_t *restrict len), (fd, address, len))
WRAP(CONNECT, int, -1, connect, (int fd, const struct sockaddr *to, socklen_t len), (fd, to, len))
WRAP(BIND, int, -1, bind, (int fd, const struct sockaddr *to, socklen_t len), (fd, to, len))
WRAP(LISTEN, int, -1, listen, (int fd, int backlog), (fd, backlog))
WRAP(ACCEPT, int, -1, accept, (int fd, struct sockaddr *restrict from, socklen_t *restrict len),
	(fd, from, len))
WRAP(ACCEPT, int, -1, accept4,
	(int fd, struct sockaddr *restrict from, socklen_t *restrict len, int flags),
	(fd, from, len, flags))
WRAP(RECV, ssize_t, -1, recv, (int fd, void *out, size_t len, int flags), (fd, out, len, flags))
WRAP(RECV, ssize_t, -1, recvfrom,
	(int fd, void *restrict out, size_t len, int flags, struct sockaddr *restrict from,
		socklen_t *restrict size),
	(fd, out, len, flags, from, size))
WRAP(RECV, ssize_t, -1, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
WRAP(SEND, ssize_t, -1, send, (int fd, const void *data, size_t len, int flags),
	(fd, data, len, flags))
WRAP(SEND, ssize_t, -1, sendto,
	(int fd, const void *data, size_t len, int flags, const struct sockaddr *to,
		socklen_t size),
	(fd, data, len, flags, to, size))
WRAP(SEND, ssize_t, -1, sendmsg, (int fd, const struct msghdr *message, int flags),
	(fd, message, flags))

/* The loop, threads and processes */

WRAP(EPOLL, int, -1, epoll_create1, (int flags), (flags))

/*
 * The kernel needs memory, or a watch of the user, for a descriptor that it adds, and for nothing
 * else (fs/eventpoll.c).
 */
NEXT(epoll_ctl)
int epoll_ctl(int set, int what, int fd, struct epoll_event *event)
{
	int result = get_epoll_ctl()(set, what, fd, event);

	if (what == EPOLL_CTL_ADD && result == 0 && fails(EPOLL)) {
		int error = errno;

		get_epoll_ctl()(set, EPOLL_CTL_DEL, fd, event);
		errno = error;
		return -1;
	}
	return result;
}

WRAP(PIPE, int, -1, pipe, (int pair[2]), (pair))
WRAP(PIPE, int, -1, pipe2, (int pair[2], int flags), (pair, flags))
WRAP(PIPE, int, -1, eventfd, (unsigned value, int flags), (value, flags))
WRAP(THREAD, int, EAGAIN, pthread_create,
	(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
		void *(*run)(void *), void *restrict argument),
	(thread, attributes, run, argument))
WRAP(FORK, pid_t, -1, fork, (void), ())
WRAP(EXEC, int, -1, execve, (const char *path, char *const argv[], char *const env[]),
	(path, argv, env))
WRAP(RANDOM, ssize_t, -1, getrandom, (void *out, size_t len, unsigned flags), (out, len, flags))
WRAP(RANDOM, int, -1, getentropy, (void *out, size_t len), (out, len))

/* The wall clock */

NEXT(clock_gettime)

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = get_clock_gettime()(clock, now);

	if (result == 0 && control != NULL &&
		(clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
		now->tv_sec += control->wall_s;
	}
	return result;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL) {
		*out = now.tv_sec;
	}
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	(void)zone;
	struct timespec exact;

	clock_gettime(CLOCK_REALTIME, &exact);
	now->tv_sec = exact.tv_sec;
	now->tv_usec = exact.tv_nsec / 1000;
	return 0;
}
