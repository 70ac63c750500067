/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/sockets.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#if DW_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

bool daemon_sockets_is_listening(int fd)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening != 0;
}

static bool add(struct daemon_sockets *sockets, int fd, const struct net_listen_spec *spec,
	enum net_listen_protocol protocol, struct diag *diag)
{
	if (sockets->count == DAEMON_SOCKETS_MAX) {
		diag_error(diag, NULL, "more than %d listening sockets", DAEMON_SOCKETS_MAX);
		close(fd);
		return false;
	}
	sockets->fds[sockets->count] = fd;
	sockets->specs[sockets->count] = spec;
	sockets->protocols[sockets->count] = protocol;
	sockets->count++;
	return true;
}

static bool adopt(struct daemon_sockets *sockets, int fd, enum net_listen_protocol protocol,
	struct diag *diag)
{
	if (!net_listen_adopt(fd)) {
		diag_error(diag, NULL, "descriptor %d is not a listening stream socket", fd);
		return false;
	}
	return add(sockets, fd, NULL, protocol, diag);
}

#if DW_SYSTEMD
static int systemd_count(void)
{
	int count = sd_listen_fds(0);

	return count > 0 ? count : 0;
}

/*
 * Whether `spec` means the sockets of this name; a `systemd` without a name does not mean sockets
 * that another `listen` names.
 */
static bool means(
	const struct config_server *server, const struct net_listen_spec *spec, struct str name)
{
	if (spec->name.len > 0) {
		return str_eq(spec->name, name);
	}
	for (size_t i = 0; i < server->listen_count; i++) {
		const struct net_listen_spec *other = &server->listen[i];

		if (other->kind == NET_LISTEN_SYSTEMD && other->name.len > 0 &&
			str_eq(other->name, name)) {
			return false;
		}
	}
	return true;
}

static void free_names(char **names)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		free(names[i]);
	}
	free(names);
}

static bool adopt_systemd(struct daemon_sockets *sockets, const struct config_server *server,
	const struct net_listen_spec *spec, struct diag *diag)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(0, &names);
	size_t before = sockets->count;
	bool adopted = true;

	for (int i = 0; i < count && adopted; i++) {
		if (means(server, spec, str_view(names[i]))) {
			adopted = adopt(sockets, SD_LISTEN_FDS_START + i, spec->protocol, diag);
		}
	}
	free_names(names);
	if (adopted && sockets->count == before) {
		diag_error(diag, NULL, "listen = systemd%s%.*s: no such sockets were passed (%s)",
			spec->name.len > 0 ? ":" : "", (int)spec->name.len,
			spec->name.len > 0 ? spec->name.data : "",
			spec->name.len > 0 ? "LISTEN_FDNAMES" : "LISTEN_FDS");
		return false;
	}
	return adopted;
}
#else
static int systemd_count(void)
{
	return 0;
}

static bool adopt_systemd(struct daemon_sockets *sockets, const struct config_server *server,
	const struct net_listen_spec *spec, struct diag *diag)
{
	diag_error(diag, NULL, "listen = systemd: this doorward was built without libsystemd");
	return false;
}
#endif

static bool names_inherited(const struct config_server *server)
{
	for (size_t i = 0; i < server->listen_count; i++) {
		if (server->listen[i].kind == NET_LISTEN_FD ||
			server->listen[i].kind == NET_LISTEN_SYSTEMD) {
			return true;
		}
	}
	return false;
}

static bool is_same(const struct net_listen_spec *a, const struct net_listen_spec *b)
{
	return a->kind == b->kind &&
	       (a->kind == NET_LISTEN_UNIX ? str_eq(a->path, b->path)
					   : addr_eq(&a->endpoint.addr, &b->endpoint.addr) &&
						     a->endpoint.port == b->endpoint.port);
}

/*
 * The descriptor, or -1. A second listen(2) sets the backlog, and makes this process the one that
 * clients see as the listener (SO_PEERCRED).
 */
static int take_given(
	struct daemon_sockets_given *given, const struct net_listen_spec *spec, int backlog)
{
	for (size_t i = 0; i < given->count; i++) {
		struct daemon_sockets_given_one *one = &given->all[i];
		int fd = one->fd;

		if (fd >= 0 && is_same(&one->spec, spec) && listen(fd, backlog) == 0) {
			one->fd = -1;
			return fd;
		}
	}
	return -1;
}

static bool open_one(struct daemon_sockets *sockets, const struct net_listen_spec *spec,
	const struct net_listen_options *options, struct daemon_sockets_given *given,
	struct diag *diag)
{
	int fd = take_given(given, spec, options->backlog);
	bool shared = fd >= 0;

	if (!shared) {
		fd = net_listen_open(spec, options, diag);
	}
	if (fd < 0 || !add(sockets, fd, spec, spec->protocol, diag)) {
		return false;
	}
	sockets->shared[sockets->count - 1] = shared;
	return true;
}

static bool open_configured(struct daemon_sockets *sockets, const struct config_server *server,
	struct daemon_sockets_given *given, struct diag *diag)
{
	for (size_t i = 0; i < server->listen_count; i++) {
		const struct net_listen_spec *spec = &server->listen[i];
		bool opened;

		if (spec->kind == NET_LISTEN_FD) {
			opened = adopt(sockets, spec->fd, spec->protocol, diag);
		} else if (spec->kind == NET_LISTEN_SYSTEMD) {
			opened = adopt_systemd(sockets, server, spec, diag);
		} else {
			opened = open_one(sockets, spec, &server->socket, given, diag);
		}
		if (!opened) {
			return false;
		}
	}
	return true;
}

bool daemon_sockets_open(struct daemon_sockets *sockets, const struct config_server *server,
	struct daemon_sockets_given *given, struct diag *diag)
{
	static const struct net_listen_spec any_of_systemd = {.kind = NET_LISTEN_SYSTEMD};
	bool opened;

	*sockets = (struct daemon_sockets){.count = 0};
	if (names_inherited(server)) {
		opened = open_configured(sockets, server, given, diag);
	} else if (systemd_count() > 0) {
		opened = adopt_systemd(sockets, server, &any_of_systemd, diag);
	} else if (daemon_sockets_is_listening(STDIN_FILENO)) {
		opened = adopt(sockets, STDIN_FILENO, NET_LISTEN_FASTCGI, diag);
	} else {
		opened = open_configured(sockets, server, given, diag);
	}
	if (!opened) {
		daemon_sockets_close(sockets);
	}
	return opened;
}

void daemon_sockets_share(struct daemon_sockets *sockets, bool shared)
{
	for (size_t i = 0; i < sockets->count; i++) {
		sockets->shared[i] = shared;
	}
}

void daemon_sockets_close(struct daemon_sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->specs[i] != NULL && !sockets->shared[i]) {
			net_listen_remove(sockets->specs[i], sockets->fds[i]);
		}
		close(sockets->fds[i]);
	}
	sockets->count = 0;
}

void daemon_sockets_describe(const struct daemon_sockets *sockets, struct bytes *out)
{
	for (size_t i = 0; i < sockets->count; i++) {
		const struct net_listen_spec *spec = sockets->specs[i];
		char text[ENDPOINT_TEXT_MAX];

		if (spec != NULL && spec->kind == NET_LISTEN_UNIX) {
			bytes_appendf(out, "%d=unix:%.*s\n", sockets->fds[i], (int)spec->path.len,
				spec->path.data);
		} else if (spec != NULL) {
			endpoint_format(&spec->endpoint, text);
			bytes_appendf(out, "%d=%s\n", sockets->fds[i], text);
		}
	}
}

static bool read_given(struct daemon_sockets_given *given, struct str line)
{
	struct daemon_sockets_given_one *one = &given->all[given->count];
	const char *why;
	struct str number;
	uint64_t fd;

	if (given->count == DAEMON_SOCKETS_MAX || !str_split_next(&line, '=', &number) ||
		!str_to_u64(number, INT_MAX, &fd) || !net_listen_parse(line, &one->spec, &why) ||
		(one->spec.kind != NET_LISTEN_UNIX && one->spec.kind != NET_LISTEN_TCP) ||
		!net_listen_adopt((int)fd)) {
		return false;
	}
	one->fd = (int)fd;
	given->count++;
	return true;
}

bool daemon_sockets_given_read(
	struct daemon_sockets_given *given, struct str lines, struct diag *diag)
{
	struct str line;

	given->text = strndup(lines.len > 0 ? lines.data : "", lines.len);
	struct str rest = {given->text, given->text != NULL ? lines.len : 0};

	while (str_split_next(&rest, '\n', &line)) {
		if (line.len > 0 && !read_given(given, line)) {
			diag_error(diag, NULL,
				"\"%.*s\" is not a listening socket that the previous process can "
				"pass on",
				(int)line.len, line.data);
			return false;
		}
	}
	if (given->text == NULL) {
		diag_error(diag, NULL, "out of memory");
	}
	return given->text != NULL;
}

void daemon_sockets_given_close(struct daemon_sockets_given *given, bool remove)
{
	for (size_t i = 0; i < given->count; i++) {
		struct daemon_sockets_given_one *one = &given->all[i];

		if (one->fd >= 0 && remove) {
			net_listen_remove(&one->spec, one->fd);
		}
		if (one->fd >= 0) {
			close(one->fd);
		}
	}
	given->count = 0;
	free(given->text);
	given->text = NULL;
}
