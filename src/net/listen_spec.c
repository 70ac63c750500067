/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "net/listen_spec.h"

#include <limits.h>
#include <string.h>

static bool parse_unix(struct str path, struct net_listen_spec *out, const char **why)
{
	if (path.len == 0 || path.data[0] != '/' || str_find(path, '\0') != path.len) {
		*why = "expected unix: and an absolute path";
		return false;
	}
	if (path.len > NET_LISTEN_PATH_MAX) {
		*why = "expected a path of at most 98 bytes";
		return false;
	}
	*out = (struct net_listen_spec){.kind = NET_LISTEN_UNIX, .path = path, .fd = -1};
	return true;
}

/* What the user probably meant; NULL if unknown. */
static const char *advice_for_place(struct str text)
{
	uint64_t port;

	if (str_starts_with(text, "/")) {
		return "expected unix: before the path";
	}
	if (str_starts_with(text, "localhost")) {
		return "expected an address, not a name: 127.0.0.1:PORT or [::1]:PORT";
	}
	if (str_starts_with(text, ":") || str_starts_with(text, "*:") ||
		str_to_u64(text, UINT16_MAX, &port)) {
		return "expected an address before the port: 127.0.0.1:PORT, or 0.0.0.0:PORT with "
		       "tcp_peers";
	}
	return "expected unix:PATH, ADDRESS:PORT, [ADDRESS]:PORT, fd:N, systemd or "
	       "systemd:NAME, or http: or admin: and one of these";
}

static bool parse_place(struct str text, struct net_listen_spec *out, const char **why)
{
	struct endpoint endpoint;
	uint64_t fd;

	if (str_starts_with(text, "unix:")) {
		return parse_unix(str_from(text, 5), out, why);
	}
	if (str_starts_with(text, "fd:")) {
		if (!str_to_u64(str_from(text, 3), INT_MAX, &fd)) {
			*why = "expected fd: and the number of an open descriptor";
			return false;
		}
		*out = (struct net_listen_spec){.kind = NET_LISTEN_FD, .fd = (int)fd};
		return true;
	}
	if (str_eq_text(text, "systemd")) {
		*out = (struct net_listen_spec){.kind = NET_LISTEN_SYSTEMD, .fd = -1};
		return true;
	}
	if (str_starts_with(text, "systemd:")) {
		*out = (struct net_listen_spec){
			.kind = NET_LISTEN_SYSTEMD, .name = str_from(text, 8), .fd = -1};
		*why = "expected systemd: and the FileDescriptorName of sockets";
		return out->name.len > 0;
	}
	if (!endpoint_parse(text, 0, &endpoint)) {
		*why = advice_for_place(text);
		return false;
	}
	*out = (struct net_listen_spec){.kind = NET_LISTEN_TCP, .endpoint = endpoint, .fd = -1};
	return true;
}

static const char *const prefixes[] = {
	[NET_LISTEN_FASTCGI] = "",
	[NET_LISTEN_HTTP] = "http:",
	[NET_LISTEN_ADMIN] = "admin:",
};

const char *net_listen_protocol_prefix(enum net_listen_protocol protocol)
{
	return prefixes[protocol];
}

static bool is_admin_place(const struct net_listen_spec *spec, const char **why)
{
	if (spec->kind == NET_LISTEN_SYSTEMD && spec->name.len == 0) {
		*why = "expected admin:systemd: and the FileDescriptorName of its socket";
		return false;
	}
	return true;
}

bool net_listen_parse(struct str text, struct net_listen_spec *out, const char **why)
{
	enum net_listen_protocol protocol = str_starts_with(text, "http:")    ? NET_LISTEN_HTTP
					    : str_starts_with(text, "admin:") ? NET_LISTEN_ADMIN
									      : NET_LISTEN_FASTCGI;

	if (!parse_place(str_from(text, strlen(prefixes[protocol])), out, why) ||
		(protocol == NET_LISTEN_ADMIN && !is_admin_place(out, why))) {
		return false;
	}
	out->protocol = protocol;
	return true;
}

void net_listen_write(const struct net_listen_spec *spec, struct bytes *out)
{
	char text[ENDPOINT_TEXT_MAX];

	bytes_append_text(out, net_listen_protocol_prefix(spec->protocol));
	switch (spec->kind) {
	case NET_LISTEN_UNIX:
		bytes_append_text(out, "unix:");
		bytes_append_str(out, spec->path);
		break;
	case NET_LISTEN_TCP:
		endpoint_format(&spec->endpoint, text);
		bytes_append_text(out, text);
		break;
	case NET_LISTEN_FD:
		bytes_appendf(out, "fd:%d", spec->fd);
		break;
	case NET_LISTEN_SYSTEMD:
		bytes_append_text(out, spec->name.len > 0 ? "systemd:" : "systemd");
		bytes_append_str(out, spec->name);
		break;
	}
}

bool net_listen_is_same_place(const struct net_listen_spec *a, const struct net_listen_spec *b)
{
	if (a->kind != b->kind) {
		return false;
	}
	return a->kind == NET_LISTEN_UNIX
		       ? str_eq(a->path, b->path)
		       : a->kind == NET_LISTEN_TCP && endpoint_eq(&a->endpoint, &b->endpoint);
}
