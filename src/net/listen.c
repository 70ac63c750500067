/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/listen.h"

#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A Unix socket is bound as PATH.XXXXXXXX, and renamed when it is ready. */
#define SUFFIX_LEN 9

_Static_assert(NET_LISTEN_PATH_MAX + SUFFIX_LEN < sizeof(((struct sockaddr_un *)NULL)->sun_path),
	"the longest path fits with its suffix");

/* Accepted sockets inherit it: a response is one small write, and must not wait for an ACK. */
static int set_nodelay(int fd)
{
	int on = 1;

	return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int bind_and_listen(int fd, const struct endpoint *endpoint, int backlog)
{
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(endpoint, &sa);
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		(sa.ss_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0) ||
		set_nodelay(fd) != 0 || bind(fd, (const struct sockaddr *)&sa, len) != 0) {
		return -1;
	}
	return listen(fd, backlog);
}

static int open_tcp(const struct endpoint *endpoint, int backlog, struct diag *diag)
{
	char text[ENDPOINT_TEXT_MAX];
	int fd = socket(endpoint->addr.family == ADDR_V4 ? AF_INET : AF_INET6,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	endpoint_format(endpoint, text);
	if (fd < 0) {
		diag_error(diag, NULL, "listen: %s: no socket: %s", text, strerror(errno));
		return -1;
	}
	if (bind_and_listen(fd, endpoint, backlog) != 0) {
		diag_error(diag, NULL, "listen: %s: cannot listen: %s%s", text, strerror(errno),
			errno == EADDRINUSE      ? " by another process"
			: errno == EACCES        ? ": a port below 1024 is for root alone"
			: errno == EADDRNOTAVAIL ? ": no interface has this address"
						 : "");
		close(fd);
		return -1;
	}
	return fd;
}

static int unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* net_listen_parse has checked that `path` fits. */
static struct sockaddr_un unix_address(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	memcpy(sun.sun_path, path, strnlen(path, sizeof(sun.sun_path) - 1));
	return sun;
}

static int unix_connect(int fd, const char *path)
{
	struct sockaddr_un sun = unix_address(path);

	return connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0 ? 0 : errno;
}

/*
 * Two instances that start at once would both find a stale socket, and the slower one would replace
 * the socket of the other. So the check and the replacement are under a lock, a temporary file
 * beside the socket. If the file was removed before its lock was taken, the descriptor locks
 * nothing, hence the comparison. Returns -1 with errno set; EWOULDBLOCK: another process holds the
 * lock.
 */
static int lock_take(const char *lock_path)
{
	for (;;) {
		struct stat held;
		struct stat there;
		int fd = open(
			lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

		if (fd < 0) {
			return -1;
		}
		if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &held) != 0) {
			int error = errno;

			close(fd);
			errno = error;
			return -1;
		}
		if (lstat(lock_path, &there) == 0 && there.st_ino == held.st_ino &&
			there.st_dev == held.st_dev) {
			return fd;
		}
		close(fd);
	}
}

static void lock_release(int fd, const char *lock_path)
{
	unlink(lock_path);
	close(fd);
}

/* The process that listens where `fd` is connected to; 0: none that this process can see. */
static pid_t listener_of(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 ? who.pid : 0;
}

static void refuse_taken(const char *path, pid_t pid, struct diag *diag)
{
	if (pid > 0) {
		diag_error(diag, NULL, "listen: unix:%s: another process listens there (PID %ld)",
			path, (long)pid);
	} else {
		diag_error(diag, NULL, "listen: unix:%s: another process listens there", path);
	}
}

/* Whether the path may be taken: it does not exist, or is a socket without a listener. */
static bool path_is_free(const char *path, struct diag *diag)
{
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno == ENOENT) {
			return true;
		}
		diag_error(diag, NULL, "listen: unix:%s: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISSOCK(st.st_mode)) {
		diag_error(diag, NULL,
			"listen: unix:%s: exists and is not a socket: expected a free path or a "
			"stale "
			"socket",
			path);
		return false;
	}
	int client = unix_socket();

	if (client < 0) {
		diag_error(diag, NULL, "listen: unix:%s: no socket: %s", path, strerror(errno));
		return false;
	}
	int error = unix_connect(client, path);
	pid_t pid = error == 0 ? listener_of(client) : 0;

	close(client);
	if (error == 0 || error == EAGAIN) {
		refuse_taken(path, pid, diag);
		return false;
	}
	/*
	 * A socket of another kind (EPROTOTYPE), or one without permission to connect, is in use.
	 */
	if (error != ECONNREFUSED && error != ENOENT) {
		diag_error(diag, NULL,
			"listen: unix:%s: cannot tell whether anyone listens there: %s", path,
			strerror(error));
		return false;
	}
	return true;
}

/* NULL, or the step that failed, with errno. */
static const char *make_ready(int fd, const char *path, const struct net_listen_options *options)
{
	if (options->socket_owner != (uid_t)-1 &&
		lchown(path, options->socket_owner, (gid_t)-1) != 0) {
		return "socket_owner cannot be set";
	}
	if (options->socket_group != (gid_t)-1 &&
		lchown(path, (uid_t)-1, options->socket_group) != 0) {
		return "socket_group cannot be set";
	}
	if (chmod(path, options->socket_mode) != 0) {
		return "socket_mode cannot be set";
	}
	return listen(fd, options->backlog) != 0 ? "cannot listen" : NULL;
}

/*
 * Binds without any permissions until the owner is set. NULL, or the step that failed, with errno.
 */
static const char *bind_hidden(int fd, const char *path, const struct net_listen_options *options)
{
	struct sockaddr_un sun = unix_address(path);

	if (fchmod(fd, 0) != 0 || bind(fd, (const struct sockaddr *)&sun, sizeof(sun)) != 0) {
		return "cannot be bound";
	}
	const char *failed = make_ready(fd, path, options);

	if (failed != NULL) {
		int error = errno;

		unlink(path);
		errno = error;
	}
	return failed;
}

static int open_locked(
	const char *path, const struct net_listen_options *options, struct diag *diag)
{
	char hidden[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	uint32_t random;

	if (!path_is_free(path, diag)) {
		return -1;
	}
	random_bytes(&random, sizeof(random));
	snprintf(hidden, sizeof(hidden), "%s.%08x", path, random);
	int fd = unix_socket();

	if (fd < 0) {
		diag_error(diag, NULL, "listen: unix:%s: no socket: %s", path, strerror(errno));
		return -1;
	}
	const char *failed = bind_hidden(fd, hidden, options);

	if (failed != NULL) {
		diag_error(diag, NULL, "listen: unix:%s: %s: %s%s", path, failed, strerror(errno),
			errno == EPERM
				? " (only root may, or for socket_group a member of the group)"
				: "");
		close(fd);
		return -1;
	}
	if (rename(hidden, path) != 0) {
		diag_error(diag, NULL, "listen: unix:%s: %s", path, strerror(errno));
		unlink(hidden);
		close(fd);
		return -1;
	}
	return fd;
}

/*
 * Reports that nothing can be created in the socket's folder, because only the socket's name is
 * configured.
 */
static void refuse_folder(const char *path, int error, struct diag *diag)
{
	const char *slash = strrchr(path, '/');
	int len = slash > path ? (int)(slash - path) : 1;
	const char *hint = "";

	if (error == ENOENT) {
		diag_error(diag, NULL, "listen: unix:%s: the folder %.*s does not exist", path, len,
			path);
		return;
	}
	if (error == EACCES || error == EPERM) {
		hint = ": listen needs a folder that this user may write to; under systemd, a "
		       "socket unit with this path as ListenStream= opens it instead";
	}
	diag_error(diag, NULL, "listen: unix:%s: nothing can be created in the folder %.*s: %s%s",
		path, len, path, strerror(error), hint);
}

/*
 * Makes the folder of the socket, if the folder above it exists: /run is empty after each boot.
 * Only for root, since the folder of another user would keep the front end's user out or let all
 * in.
 */
static bool make_folder(const char *path)
{
	char folder[NET_LISTEN_PATH_MAX + 1];
	const char *slash = strrchr(path, '/');

	if (geteuid() != 0 || slash == path) {
		return false;
	}
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	if (mkdir(folder, 0755) != 0) {
		return errno == EEXIST;
	}
	return chmod(folder, 0755) == 0; /* whatever the umask is */
}

static int open_unix(const char *path, const struct net_listen_options *options, struct diag *diag)
{
	char lock_path[NET_LISTEN_PATH_MAX + sizeof(".lock")];

	snprintf(lock_path, sizeof(lock_path), "%s.lock", path);
	int lock = lock_take(lock_path);

	if (lock < 0 && errno == ENOENT) {
		lock = make_folder(path) ? lock_take(lock_path) : -1;
	}
	if (lock < 0 && errno == EWOULDBLOCK) {
		diag_error(diag, NULL, "listen: unix:%s: another process is about to listen there",
			path);
		return -1;
	}
	if (lock < 0) {
		refuse_folder(path, errno, diag);
		return -1;
	}
	int fd = open_locked(path, options, diag);

	lock_release(lock, lock_path);
	return fd;
}

static void path_of(const struct net_listen_spec *spec, char out[NET_LISTEN_PATH_MAX + 1])
{
	snprintf(out, NET_LISTEN_PATH_MAX + 1, "%.*s", (int)spec->path.len, spec->path.data);
}

int net_listen_open(const struct net_listen_spec *spec, const struct net_listen_options *options,
	struct diag *diag)
{
	char path[NET_LISTEN_PATH_MAX + 1];

	if (spec->kind == NET_LISTEN_TCP) {
		return open_tcp(&spec->endpoint, options->backlog, diag);
	}
	path_of(spec, path);
	return open_unix(path, options, diag);
}

static bool set_flags(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

bool net_listen_adopt(int fd)
{
	struct sockaddr_storage sa;
	socklen_t sa_len = sizeof(sa);
	int listening = 0;
	int type = 0;
	socklen_t len = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) != 0 || listening == 0 ||
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_STREAM ||
		getsockname(fd, (struct sockaddr *)&sa, &sa_len) != 0) {
		return false;
	}
	if (sa.ss_family == AF_INET || sa.ss_family == AF_INET6) {
		if (set_nodelay(fd) != 0) {
			return false;
		}
	} else if (sa.ss_family != AF_UNIX) {
		return false;
	}
	return set_flags(fd);
}

void net_listen_remove(const struct net_listen_spec *spec, int fd)
{
	struct sockaddr_un ours = {0};
	struct sockaddr_un theirs = {0};
	socklen_t ours_len = sizeof(ours);
	socklen_t theirs_len = sizeof(theirs);
	char path[NET_LISTEN_PATH_MAX + 1];

	if (spec->kind != NET_LISTEN_UNIX) {
		return;
	}
	path_of(spec, path);
	int client = unix_socket();

	/* The peer's address is the name under which its socket was bound, and ours was random. */
	if (client >= 0 && unix_connect(client, path) == 0 &&
		getsockname(fd, (struct sockaddr *)&ours, &ours_len) == 0 &&
		getpeername(client, (struct sockaddr *)&theirs, &theirs_len) == 0 &&
		ours_len == theirs_len && memcmp(&ours, &theirs, ours_len) == 0) {
		unlink(path);
	}
	if (client >= 0) {
		close(client);
	}
}
