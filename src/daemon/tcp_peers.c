/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/tcp_peers.h"

#include "fcgi/web_server_addrs.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static bool is_configured(const struct config_server *server, const struct addr *addr)
{
	bool configured = server->tcp_peer_count == 0;

	for (size_t i = 0; i < server->tcp_peer_count && !configured; i++) {
		configured = prefix_contains(&server->tcp_peers[i], addr);
	}
	return configured;
}

static bool take_environment(struct daemon_tcp_peers *peers, const struct config_server *server,
	const char *text, struct diag *diag)
{
	struct addr addrs[FCGI_WEB_SERVER_ADDRS_MAX];
	size_t count;
	const char *why;

	if (!fcgi_web_server_addrs_parse(str_view(text), addrs, &count, &why)) {
		diag_error(diag, NULL, "FCGI_WEB_SERVER_ADDRS is \"%s\": %s", text, why);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (is_configured(server, &addrs[i])) {
			peers->items[peers->count++] = prefix_of(&addrs[i], addr_bits(&addrs[i]));
		}
	}
	if (peers->count == 0) {
		diag_error(diag, NULL,
			"FCGI_WEB_SERVER_ADDRS is \"%s\": expected an address of tcp_peers", text);
	}
	return peers->count > 0;
}

bool daemon_tcp_peers_init(
	struct daemon_tcp_peers *peers, const struct config *config, struct diag *diag)
{
	const struct config_server *server = &config->server;
	const char *text = getenv("FCGI_WEB_SERVER_ADDRS");
	size_t room = server->tcp_peer_count + FCGI_WEB_SERVER_ADDRS_MAX;

	*peers = (struct daemon_tcp_peers){.items = calloc(room, sizeof(struct prefix))};
	if (peers->items == NULL) {
		diag_error(diag, NULL, "out of memory");
		return false;
	}
	if (text != NULL) {
		return take_environment(peers, server, text, diag);
	}
	for (size_t i = 0; i < server->tcp_peer_count; i++) {
		peers->items[peers->count++] = server->tcp_peers[i];
	}
	return true;
}

void daemon_tcp_peers_clear(struct daemon_tcp_peers *peers)
{
	free(peers->items);
	*peers = (struct daemon_tcp_peers){0};
}

static bool check(const struct daemon_tcp_peers *peers, const struct config *config,
	const struct endpoint *endpoint, enum net_listen_protocol protocol, struct diag *diag)
{
	struct place place = {.file = config->path};
	char text[ENDPOINT_TEXT_MAX];

	if (addr_is_loopback(&endpoint->addr)) {
		return true;
	}
	endpoint_format(endpoint, text);
	if (protocol == NET_LISTEN_ADMIN && config->server.admin_peer_count == 0) {
		diag_error(diag, &place,
			"admin:%s: the admin listener tells all that is decided and configured; "
			"expected admin_peers = the addresses of administrators and monitoring, a "
			"loopback address or a Unix socket",
			text);
		return false;
	}
	if (protocol != NET_LISTEN_FASTCGI || peers->count > 0) {
		return true;
	}
	diag_error(diag, &place,
		"FastCGI on %s: a peer that connects can claim any client address; expected "
		"tcp_peers = the addresses of the web servers (or FCGI_WEB_SERVER_ADDRS in the "
		"environment), a loopback address or a Unix socket",
		text);
	return false;
}

bool daemon_tcp_peers_check_listen(
	const struct daemon_tcp_peers *peers, const struct config *config, struct diag *diag)
{
	bool good = true;

	for (size_t i = 0; i < config->server.listen_count; i++) {
		const struct net_listen_spec *spec = &config->server.listen[i];

		if (spec->kind == NET_LISTEN_TCP) {
			good = check(peers, config, &spec->endpoint, spec->protocol, diag) && good;
		}
	}
	return good;
}

/* False if it is not a TCP socket. */
static bool endpoint_of(int fd, struct endpoint *out)
{
	struct sockaddr_storage sa = {0};
	socklen_t len = sizeof(sa);

	*out = (struct endpoint){0};
	if (getsockname(fd, (struct sockaddr *)&sa, &len) != 0 ||
		!addr_from_sockaddr((struct sockaddr *)&sa, &out->addr)) {
		return false;
	}
	/* IPv4 and IPv6 addresses have the port at the same place. */
	out->port = ntohs(((const struct sockaddr_in *)(const void *)&sa)->sin_port);
	return true;
}

bool daemon_tcp_peers_check_sockets(const struct daemon_tcp_peers *peers,
	const struct config *config, const struct daemon_sockets *sockets, struct diag *diag)
{
	struct place place = {.file = config->path};
	bool good = true;

	for (size_t i = 0; i < sockets->count; i++) {
		struct endpoint endpoint;
		char text[ENDPOINT_TEXT_MAX];

		if (!endpoint_of(sockets->fds[i], &endpoint)) {
			continue;
		}
		good = check(peers, config, &endpoint, sockets->protocols[i], diag) && good;
		if (sockets->specs[i] == NULL && sockets->protocols[i] != NET_LISTEN_ADMIN &&
			config->frontend.trust_headers) {
			endpoint_format(&endpoint, text);
			diag_warning(diag, &place,
				"trust_headers = yes, and the socket that was passed, %s, is a TCP "
				"socket: every peer that reaches it is believed; expected "
				"trusted_proxies, "
				"or a Unix socket",
				text);
		}
	}
	return good;
}
