/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/places.h"

#include "base/str.h"
#include "net/listen_spec.h"

#include <string.h>

#define DESCRIBED_MAX 4u

void daemon_places_describe(const struct daemon_sockets *sockets, struct bytes *out)
{
	char text[DAEMON_SOCKETS_TEXT_MAX];

	for (size_t i = 0; i < sockets->count && i < DESCRIBED_MAX; i++) {
		daemon_sockets_name(sockets, i, text);
		bytes_appendf(out, "%s%s", i > 0 ? ", " : "", text);
	}
	if (sockets->count > DESCRIBED_MAX) {
		bytes_appendf(out, " and %zu more", sockets->count - DESCRIBED_MAX);
	}
}

enum state { OPEN, OPEN_FOR_ANOTHER_PROTOCOL, NOT_OPEN };

static struct str without_protocol(struct str place, enum net_listen_protocol protocol)
{
	return str_from(place, strlen(net_listen_protocol_prefix(protocol)));
}

static enum state state_of(
	const struct daemon_sockets *sockets, const struct net_listen_spec *spec, struct str place)
{
	enum state state = NOT_OPEN;

	for (size_t i = 0; i < sockets->count; i++) {
		char text[DAEMON_SOCKETS_TEXT_MAX];

		daemon_sockets_name(sockets, i, text);
		if (str_eq_text(place, text)) {
			return OPEN;
		}
		if (str_eq(without_protocol(place, spec->protocol),
			    without_protocol(str_view(text), sockets->protocols[i]))) {
			state = OPEN_FOR_ANOTHER_PROTOCOL;
		}
	}
	return state;
}

/* The default was not written by the administrator, so that its absence is no surprise. */
static bool is_default(const struct config_server *server, struct str place)
{
	return server->listen_count == 1 && str_eq_text(place, "unix:/run/doorward/doorward.sock");
}

static void warn(
	const struct daemon_sockets *sockets, struct str place, enum state state, struct diag *diag)
{
	bool by_systemd = !daemon_sockets_is_listening(0);
	struct bytes others;

	if (state == OPEN_FOR_ANOTHER_PROTOCOL) {
		diag_warning(diag, NULL,
			"listen = %.*s: the socket was passed to this process for another "
			"protocol: "
			"expected listen = PROTOCOL:systemd:NAME, with the FileDescriptorName= of "
			"its unit",
			(int)place.len, place.data);
		return;
	}
	bytes_init(&others, 0);
	daemon_places_describe(sockets, &others);
	diag_warning(diag, NULL,
		"listen = %.*s is not open, because this process was started with sockets (%.*s): "
		"add the line listen = %s in [server] to open it beside them, or remove this one",
		(int)place.len, place.data, (int)others.len, (const char *)others.data,
		by_systemd ? "systemd" : "fd:0");
	bytes_clear(&others);
}

void daemon_places_warn(
	const struct daemon_sockets *sockets, const struct config_server *server, struct diag *diag)
{
	for (size_t i = 0; i < server->listen_count; i++) {
		const struct net_listen_spec *spec = &server->listen[i];
		struct bytes place;

		if (spec->kind != NET_LISTEN_UNIX && spec->kind != NET_LISTEN_TCP) {
			continue;
		}
		bytes_init(&place, 0);
		net_listen_write(spec, &place);
		enum state state = state_of(sockets, spec, bytes_view(&place));

		if (state != OPEN && !is_default(server, bytes_view(&place))) {
			warn(sockets, bytes_view(&place), state, diag);
		}
		bytes_clear(&place);
	}
}
