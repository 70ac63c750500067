/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "sockets.h"

#include <sys/socket.h>
#include <unistd.h>
#if DW_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

bool sockets_is_listening(int fd)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening != 0;
}

static bool add(struct sockets *sockets, int fd, const struct listen_spec *spec, struct diag *diag)
{
	if (sockets->count == SOCKETS_MAX) {
		diag_error(diag, NULL, "more than %d listening sockets", SOCKETS_MAX);
		close(fd);
		return false;
	}
	sockets->fds[sockets->count] = fd;
	sockets->specs[sockets->count] = spec;
	sockets->count++;
	return true;
}

static bool adopt(struct sockets *sockets, int fd, struct diag *diag)
{
	if (!listen_adopt(fd)) {
		diag_error(diag, NULL, "descriptor %d is not a listening stream socket", fd);
		return false;
	}
	return add(sockets, fd, NULL, diag);
}

#if DW_SYSTEMD
static int systemd_count(void)
{
	int count = sd_listen_fds(0);

	return count > 0 ? count : 0;
}

static bool adopt_systemd(struct sockets *sockets, struct diag *diag)
{
	int count = systemd_count();

	if (count == 0) {
		diag_error(diag, NULL, "listen = systemd: no sockets were passed (LISTEN_FDS)");
		return false;
	}
	for (int i = 0; i < count; i++) {
		if (!adopt(sockets, SD_LISTEN_FDS_START + i, diag)) {
			return false;
		}
	}
	return true;
}
#else
static int systemd_count(void)
{
	return 0;
}

static bool adopt_systemd(struct sockets *sockets, struct diag *diag)
{
	diag_error(diag, NULL, "listen = systemd: this doorward was built without libsystemd");
	return false;
}
#endif

static bool names_inherited(const struct config_server *server)
{
	for (size_t i = 0; i < server->listen_count; i++) {
		if (server->listen[i].kind == LISTEN_FD ||
			server->listen[i].kind == LISTEN_SYSTEMD) {
			return true;
		}
	}
	return false;
}

static bool open_configured(
	struct sockets *sockets, const struct config_server *server, struct diag *diag)
{
	for (size_t i = 0; i < server->listen_count; i++) {
		const struct listen_spec *spec = &server->listen[i];
		bool opened;

		if (spec->kind == LISTEN_FD) {
			opened = adopt(sockets, spec->fd, diag);
		} else if (spec->kind == LISTEN_SYSTEMD) {
			opened = adopt_systemd(sockets, diag);
		} else {
			int fd = listen_open(spec, &server->socket, diag);

			opened = fd >= 0 && add(sockets, fd, spec, diag);
		}
		if (!opened) {
			return false;
		}
	}
	return true;
}

bool sockets_open(struct sockets *sockets, const struct config_server *server, struct diag *diag)
{
	bool opened;

	*sockets = (struct sockets){.count = 0};
	if (names_inherited(server)) {
		opened = open_configured(sockets, server, diag);
	} else if (systemd_count() > 0) {
		opened = adopt_systemd(sockets, diag);
	} else if (sockets_is_listening(STDIN_FILENO)) {
		opened = adopt(sockets, STDIN_FILENO, diag);
	} else {
		opened = open_configured(sockets, server, diag);
	}
	if (!opened) {
		sockets_close(sockets);
	}
	return opened;
}

void sockets_close(struct sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->specs[i] != NULL) {
			listen_remove(sockets->specs[i], sockets->fds[i]);
		}
		close(sockets->fds[i]);
	}
	sockets->count = 0;
}
