/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/sockets.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
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

/* Of other kinds of sockets it is not known who reaches them; of TCP, see daemon/tcp_peers.h. */
static bool is_unix_or_tcp(int fd)
{
	struct sockaddr_storage sa = {0};
	socklen_t len = sizeof(sa);
	struct addr addr;

	return getsockname(fd, (struct sockaddr *)&sa, &len) == 0 &&
	       (sa.ss_family == AF_UNIX || addr_from_sockaddr((struct sockaddr *)&sa, &addr));
}

static bool adopt(struct daemon_sockets *sockets, int fd, enum net_listen_protocol protocol,
	struct diag *diag)
{
	if (!net_listen_adopt(fd)) {
		diag_error(diag, NULL, "descriptor %d is not a listening stream socket", fd);
		return false;
	}
	if (protocol == NET_LISTEN_ADMIN && !is_unix_or_tcp(fd)) {
		diag_error(diag, NULL,
			"descriptor %d, for admin, is neither a Unix nor a TCP socket", fd);
		return false;
	}
	return add(sockets, fd, NULL, protocol, diag);
}

#if DW_SYSTEMD
/* Whether a `listen` names the sockets of this name. */
static bool is_named(const struct config_server *server, struct str name)
{
	for (size_t i = 0; i < server->listen_count; i++) {
		const struct net_listen_spec *spec = &server->listen[i];

		if (spec->kind == NET_LISTEN_SYSTEMD && spec->name.len > 0 &&
			str_eq(spec->name, name)) {
			return true;
		}
	}
	return false;
}

/*
 * The protocol of a socket that no `listen` names, by its FileDescriptorName in the units of
 * contrib/systemd.
 */
static enum net_listen_protocol protocol_by_name(
	const struct net_listen_spec *spec, struct str name)
{
	if (str_eq_text(name, "admin")) {
		return NET_LISTEN_ADMIN;
	}
	return str_eq_text(name, "http") ? NET_LISTEN_HTTP : spec->protocol;
}

/*
 * Whether `spec` means the sockets of this name; a `systemd` without a name does not mean sockets
 * that another `listen` names, nor those for admin.
 */
static bool means(
	const struct config_server *server, const struct net_listen_spec *spec, struct str name)
{
	if (spec->name.len > 0) {
		return str_eq(spec->name, name);
	}
	return !is_named(server, name) &&
	       (spec->protocol == NET_LISTEN_ADMIN) == str_eq_text(name, "admin");
}

static void free_names(char **names)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		free(names[i]);
	}
	free(names);
}

/* Adopts the sockets that `spec` means, if there are any. */
static bool take_systemd(struct daemon_sockets *sockets, const struct config_server *server,
	const struct net_listen_spec *spec, struct diag *diag)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(0, &names);
	bool adopted = true;

	for (int i = 0; i < count && adopted; i++) {
		struct str name = str_view(names[i]);

		if (means(server, spec, name)) {
			adopted = adopt(sockets, SD_LISTEN_FDS_START + i,
				spec->name.len > 0 ? spec->protocol : protocol_by_name(spec, name),
				diag);
		}
	}
	free_names(names);
	return adopted;
}

static bool adopt_systemd(struct daemon_sockets *sockets, const struct config_server *server,
	const struct net_listen_spec *spec, struct diag *diag)
{
	size_t before = sockets->count;
	bool adopted = take_systemd(sockets, server, spec, diag);

	if (adopted && sockets->count == before) {
		diag_error(diag, NULL, "listen = %ssystemd%s%.*s: no such sockets were passed (%s)",
			net_listen_protocol_prefix(spec->protocol), spec->name.len > 0 ? ":" : "",
			(int)spec->name.len, spec->name.len > 0 ? spec->name.data : "",
			spec->name.len > 0 ? "LISTEN_FDNAMES" : "LISTEN_FDS");
		return false;
	}
	return adopted;
}
#else
static bool take_systemd(struct daemon_sockets *sockets, const struct config_server *server,
	const struct net_listen_spec *spec, struct diag *diag)
{
	return true;
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
		const struct net_listen_spec *spec = &server->listen[i];

		if (spec->protocol != NET_LISTEN_ADMIN &&
			(spec->kind == NET_LISTEN_FD || spec->kind == NET_LISTEN_SYSTEMD)) {
			return true;
		}
	}
	return false;
}

static bool open_one(struct daemon_sockets *sockets, const struct net_listen_spec *spec,
	const struct net_listen_options *options, struct daemon_sockets_given *given,
	struct diag *diag)
{
	int fd = daemon_sockets_given_take(given, spec, options->backlog);
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

/* The admin socket is not for the front end's group: only its owner, and root, may connect. */
static struct net_listen_options options_of(
	const struct config_server *server, const struct net_listen_spec *spec)
{
	struct net_listen_options options = server->socket;

	if (spec->protocol == NET_LISTEN_ADMIN) {
		options.socket_mode = 0600;
		options.socket_owner = (uid_t)-1;
		options.socket_group = (gid_t)-1;
	}
	return options;
}

enum places { ALL_PLACES, ADMIN_PLACES };

static bool open_configured(struct daemon_sockets *sockets, const struct config_server *server,
	enum places places, struct daemon_sockets_given *given, struct diag *diag)
{
	for (size_t i = 0; i < server->listen_count; i++) {
		const struct net_listen_spec *spec = &server->listen[i];
		const struct net_listen_options options = options_of(server, spec);
		bool opened;

		if (places == ADMIN_PLACES && spec->protocol != NET_LISTEN_ADMIN) {
			continue;
		}
		if (spec->kind == NET_LISTEN_FD) {
			opened = adopt(sockets, spec->fd, spec->protocol, diag);
		} else if (spec->kind == NET_LISTEN_SYSTEMD) {
			opened = adopt_systemd(sockets, server, spec, diag);
		} else {
			opened = open_one(sockets, spec, &options, given, diag);
		}
		if (!opened) {
			return false;
		}
	}
	return true;
}

/* Sockets for front ends: those that were passed, or else those of the configuration. */
static bool open_all(struct daemon_sockets *sockets, const struct config_server *server,
	struct daemon_sockets_given *given, struct diag *diag)
{
	static const struct net_listen_spec any_of_systemd = {.kind = NET_LISTEN_SYSTEMD};
	static const struct net_listen_spec admin_of_systemd = {
		.kind = NET_LISTEN_SYSTEMD, .protocol = NET_LISTEN_ADMIN};

	if (!take_systemd(sockets, server, &admin_of_systemd, diag)) {
		return false;
	}
	if (names_inherited(server)) {
		return open_configured(sockets, server, ALL_PLACES, given, diag);
	}
	size_t before = sockets->count;
	bool opened = take_systemd(sockets, server, &any_of_systemd, diag);

	if (opened && sockets->count == before && daemon_sockets_is_listening(STDIN_FILENO)) {
		opened = adopt(sockets, STDIN_FILENO, NET_LISTEN_FASTCGI, diag);
	}
	return opened && open_configured(sockets, server,
				 sockets->count == before ? ALL_PLACES : ADMIN_PLACES, given, diag);
}

static bool has_front_ends(const struct daemon_sockets *sockets)
{
	bool has = false;

	for (size_t i = 0; i < sockets->count; i++) {
		has = has || sockets->protocols[i] != NET_LISTEN_ADMIN;
	}
	return has;
}

bool daemon_sockets_open(struct daemon_sockets *sockets, const struct config_server *server,
	struct daemon_sockets_given *given, struct diag *diag)
{
	*sockets = (struct daemon_sockets){.count = 0};
	bool opened = open_all(sockets, server, given, diag);

	if (opened && !has_front_ends(sockets)) {
		diag_error(diag, NULL,
			"listen has nothing but admin: places: front ends could not ask; "
			"expected, beside them, a line such as listen = "
			"unix:/run/doorward/doorward.sock");
		opened = false;
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

void daemon_sockets_name(
	const struct daemon_sockets *sockets, size_t index, char out[DAEMON_SOCKETS_TEXT_MAX])
{
	const char *prefix = net_listen_protocol_prefix(sockets->protocols[index]);
	struct sockaddr_storage sa = {0};
	socklen_t len = sizeof(sa);
	struct endpoint endpoint = {0};
	char text[ENDPOINT_TEXT_MAX];

	if (sockets->specs[index] != NULL && sockets->specs[index]->kind == NET_LISTEN_UNIX) {
		struct str path = sockets->specs[index]->path;

		/* A socket is bound under another name, and renamed. */
		snprintf(out, DAEMON_SOCKETS_TEXT_MAX, "%sunix:%.*s", prefix, (int)path.len,
			path.data);
	} else if (getsockname(sockets->fds[index], (struct sockaddr *)&sa, &len) != 0) {
		snprintf(out, DAEMON_SOCKETS_TEXT_MAX, "%sfd:%d", prefix, sockets->fds[index]);
	} else if (sa.ss_family == AF_UNIX) {
		const struct sockaddr_un *sun = (const void *)&sa;

		snprintf(out, DAEMON_SOCKETS_TEXT_MAX, "%sunix:%.*s", prefix,
			(int)strnlen(sun->sun_path, sizeof(sun->sun_path)), sun->sun_path);
	} else if (addr_from_sockaddr((struct sockaddr *)&sa, &endpoint.addr)) {
		/* IPv4 and IPv6 addresses have the port at the same place. */
		endpoint.port = ntohs(((const struct sockaddr_in *)(const void *)&sa)->sin_port);
		endpoint_format(&endpoint, text);
		snprintf(out, DAEMON_SOCKETS_TEXT_MAX, "%s%s", prefix, text);
	}
}

/* Versions before the admin listener pass http: places without their prefix. */
static const char *admin_prefix(const struct net_listen_spec *spec)
{
	bool admin = spec->protocol == NET_LISTEN_ADMIN;

	return admin ? net_listen_protocol_prefix(NET_LISTEN_ADMIN) : "";
}

void daemon_sockets_describe(const struct daemon_sockets *sockets, struct bytes *out)
{
	for (size_t i = 0; i < sockets->count; i++) {
		const struct net_listen_spec *spec = sockets->specs[i];
		char text[ENDPOINT_TEXT_MAX];

		if (spec != NULL && spec->kind == NET_LISTEN_UNIX) {
			bytes_appendf(out, "%d=%sunix:%.*s\n", sockets->fds[i], admin_prefix(spec),
				(int)spec->path.len, spec->path.data);
		} else if (spec != NULL) {
			endpoint_format(&spec->endpoint, text);
			bytes_appendf(out, "%d=%s%s\n", sockets->fds[i], admin_prefix(spec), text);
		}
	}
}
