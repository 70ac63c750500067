/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema_private.h"

#include "config/config.h"

static const struct config_word sandbox_words[] = {
	{"on", CONFIG_SANDBOX_ON, false},
	{"off", CONFIG_SANDBOX_OFF, false},
	{"log", CONFIG_SANDBOX_LOG, false},
	{NULL, 0, false},
};

static const struct config_word address_words[] = {
	{"whole", CONFIG_ADDRESSES_WHOLE, false},
	{"cut", CONFIG_ADDRESSES_CUT, false},
	{NULL, 0, false},
};

const struct config_key config_server_keys[CONFIG_SERVER_KEY_COUNT] = {
	{.name = "listen",
		.at_start = true,
		.type = CONFIG_LISTEN,
		.offset = offsetof(struct config, server.listen),
		.second = offsetof(struct config, server.listen_count),
		.value = "unix:/run/doorward/doorward.sock",
		.example = "listen = unix:/run/doorward/doorward.sock\nlisten = 127.0.0.1:9000",
		.help = "Where front ends connect (bind address), by FastCGI: one place a line. "
			"http: before a place: by HTTP (forward auth, and /metrics for "
			"Prometheus). systemd:NAME: the sockets with that FileDescriptorName "
			"(socket activation). A socket that the process was started with (by "
			"spawn-fcgi, multiwatch or systemd) replaces the places listed here, "
			"for FastCGI, unless an fd:N or systemd is among them. admin: before a "
			"place: no decisions, but /status.json, /history.json, /recent.json, "
			"/metrics, /healthz and /readyz, for doorward status and for monitoring, "
			"on a Unix socket of mode 0600 "
			"(socket_mode does not count there) or a loopback address; on other "
			"addresses with admin_peers (HAProxy: "
			"stats socket). Sockets that systemd passes under the names http and "
			"admin have that protocol, unless systemd:NAME says otherwise."},
	{.name = "tcp_peers",
		.at_start = true,
		.type = CONFIG_PREFIXES,
		.offset = offsetof(struct config, server.tcp_peers),
		.second = offsetof(struct config, server.tcp_peer_count),
		.example = "listen = 192.0.2.1:9000\ntcp_peers = 192.0.2.8, 10.0.0.0/24",
		.help = "Addresses that may connect over TCP: those of the web servers "
			"(php-fpm: listen.allowed_clients). The key is required for FastCGI on "
			"an address other than a loopback one, because a peer that connects may "
			"claim any client address. If FCGI_WEB_SERVER_ADDRS is in the "
			"environment, only addresses that are in both lists may connect. Empty: "
			"all addresses may."},
	{.name = "admin_peers",
		.at_start = true,
		.type = CONFIG_PREFIXES,
		.offset = offsetof(struct config, server.admin_peers),
		.second = offsetof(struct config, server.admin_peer_count),
		.example = "listen = unix:/run/doorward/doorward.sock\n"
			   "listen = admin:192.0.2.1:9180\n"
			   "admin_peers = 127.0.0.1, 192.0.2.8",
		.help = "Addresses that may connect to the admin listener over TCP; each of them "
			"reads all that it tells, and its connection is not encrypted. The key "
			"is required for an admin: place on an address other than a loopback "
			"one. Empty: loopback addresses."},
	{.name = "admin_write",
		.at_start = true,
		.type = CONFIG_BOOL,
		.offset = offsetof(struct config, server.admin_write),
		.value = "no",
		.example = "admin_write = yes\nadmin_token_file = /etc/doorward/admin.token",
		.help = "yes: who has the token of admin_token_file may ban, end a ban and set the "
			"level of the log over the admin listener, see doorward(8). The user of "
			"doorward must be able to write to the folder of file in [bans]. A reload "
			"with no takes effect at once, one with yes needs a restart."},
	{.name = "admin_token_file",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, server.admin_token_file),
		.example = "admin_write = yes\nadmin_token_file = /etc/doorward/admin.token",
		.help = "A file whose only line is the bearer token (RFC 6750) for admin_write: 32 "
			"to "
			"512 visible ASCII characters, as from openssl rand -hex 32. It is read "
			"for "
			"each request that would change something, so a new token counts at once. "
			"The user of doorward must be able to read the file, and other users must "
			"not."},
	{.name = "socket_mode",
		.at_start = true,
		.type = CONFIG_MODE,
		.offset = offsetof(struct config, server.socket.socket_mode),
		.max = 0777,
		.value = "0660",
		.example = "socket_mode = 0660",
		.help = "Permissions of a Unix socket (php-fpm: listen.mode). A process that "
			"may write to the socket may ask for decisions and claim any client "
			"address."},
	{.name = "socket_owner",
		.at_start = true,
		.type = CONFIG_USER,
		.offset = offsetof(struct config, server.socket_owner),
		.second = offsetof(struct config, server.socket.socket_owner),
		.example = "socket_owner = www-data",
		.help = "Owner of a Unix socket (php-fpm: listen.owner). Empty: the user who "
			"starts doorward."},
	{.name = "socket_group",
		.at_start = true,
		.type = CONFIG_GROUP,
		.offset = offsetof(struct config, server.socket_group),
		.second = offsetof(struct config, server.socket.socket_group),
		.example = "socket_group = www-data",
		.help = "Group of a Unix socket, usually that of the front end (php-fpm: "
			"listen.group). Empty: the group of the process that starts doorward."},
	{.name = "backlog",
		.at_start = true,
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, server.socket.backlog),
		.min = 1,
		.max = 65535,
		.value = "4096",
		.example = "backlog = 1024",
		.help = "How many connections the kernel queues until doorward accepts them "
			"(nginx: listen backlog=; php-fpm: listen.backlog). The kernel's own "
			"limit, net.core.somaxconn, lowers this number."},
	{.name = "threads",
		.at_start = true,
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, server.threads),
		.min = 1,
		.max = 256,
		.words = config_auto_words,
		.value = "auto",
		.example = "threads = 4",
		.help = "Worker threads (nginx: worker_processes). auto: one for each CPU that "
			"the process may use."},
	{.name = "user",
		.at_start = true,
		.type = CONFIG_USER,
		.offset = offsetof(struct config, server.user),
		.example = "user = daemon",
		.help = "The user that a process started by root changes to once its sockets "
			"are open (nginx: user). Empty: the process keeps the user who started "
			"it, and so does a process that another user started, with a warning "
			"(under systemd, the unit's DynamicUser or User)."},
	{.name = "group",
		.at_start = true,
		.type = CONFIG_GROUP,
		.offset = offsetof(struct config, server.group),
		.example = "user = daemon\ngroup = daemon",
		.help = "The group that the process changes to together with user. Empty: the "
			"group of that user."},
	{.name = "sandbox",
		.at_start = true,
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, server.sandbox),
		.words = sandbox_words,
		.value = "on",
		.example = "sandbox = log",
		.help = "on: once its sockets are open, the process gives up all that it does not "
			"need, see doorward(8), The sandbox. log: nothing is blocked; system calls "
			"that would be are logged and counted. off: no sandbox."},
	{.name = "recent",
		.at_start = true,
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, server.recent),
		.max = 20000,
		.value = "1000",
		.example = "recent = 5000",
		.help = "How many of the last decisions are kept in memory for the admin listener: "
			"for /recent.json, /explain.json and doorward watch. Each takes 1.5 KiB "
			"in each worker thread. 0, or no admin listener: none are kept."},
	{.name = "recent_addresses",
		.type = CONFIG_WORD,
		.offset = offsetof(struct config, server.recent_addresses),
		.words = address_words,
		.value = "whole",
		.example = "recent_addresses = cut",
		.help = "cut: of the addresses of these decisions only the network is kept, of "
			"IPv4 the /24 and of IPv6 the /48; of a host name, which may have the "
			"address in it, the last two labels; and no detail, and no names that "
			"are not confirmed. Such decisions cannot be explained later. What the "
			"client sent (URI, user agent) stays as it is. It does not change the "
			"log."},
	{.name = "max_connections",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, server.net.max_connections),
		.min = 1,
		.max = 1000000,
		.value = "16384",
		.example = "max_connections = 4096",
		.help = "Open connections (nginx: worker_connections), divided evenly among the "
			"workers, at least one each. A worker that has reached its share pauses "
			"accepting, which the log reports; new connections wait in the backlog. "
			"A quarter of each share is reserved, in equal parts for the sockets of "
			"listen, so that no socket can take all connections. TCP peers over "
			"HTTP that are not in trusted_proxies are not counted here: a worker "
			"serves, in addition, a sixteenth as many of them, each for one request "
			"and two seconds, and closes the oldest of them when another one "
			"connects."},
	{.name = "max_params",
		.type = CONFIG_SIZE,
		.offset = offsetof(struct config, server.max_params),
		.min = KIB,
		.max = 16 * MIB,
		.value = "128K",
		.example = "max_params = 64K",
		.help = "Bytes of FastCGI parameters, or of the request head over HTTP, in one "
			"request (nginx: large_client_header_buffers). A request with more is "
			"denied; a FastCGI connection stays open. TCP peers over HTTP that are "
			"not in trusted_proxies may send 8K at most."},
	{.name = "max_requests_per_connection",
		.type = CONFIG_NUMBER,
		.offset = offsetof(struct config, server.max_requests_per_connection),
		.min = 1,
		.max = 65535,
		.value = "64",
		.example = "max_requests_per_connection = 1",
		.help = "Requests that are multiplexed on one connection at the same time "
			"(FastCGI: FCGI_MPXS_CONNS). One more is answered with FCGI_OVERLOADED."},
	{.name = "request_timeout",
		.type = CONFIG_TIME_MS,
		.offset = offsetof(struct config, server.net.request_timeout_ms),
		.min = 100,
		.max = HOUR_MS,
		.value = "10s",
		.example = "request_timeout = 5s",
		.help = "How long a request may stay incomplete before its connection is closed "
			"(nginx: client_header_timeout)."},
	{.name = "idle_timeout",
		.type = CONFIG_TIME_MS,
		.offset = offsetof(struct config, server.net.idle_timeout_ms),
		.min = 1000,
		.max = 24 * HOUR_MS,
		.value = "5m",
		.example = "idle_timeout = 1m",
		.help = "How long a kept connection may stay without a request before it is "
			"closed (nginx: keepalive_timeout)."},
	{.name = "grace",
		.type = CONFIG_TIME_MS,
		.offset = offsetof(struct config, server.grace_ms),
		.min = 0,
		.max = HOUR_MS,
		.value = "10s",
		.example = "grace = 30s",
		.help = "How long requests in flight may take to end after TERM, INT or USR2: "
			"the graceful shutdown (nginx: worker_shutdown_timeout)."},
};
