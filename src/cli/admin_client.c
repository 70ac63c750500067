/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cli/admin_client.h"

#include "base/addr.h"
#include "base/clock.h"
#include "config/config.h"
#include "config/ini.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TIMEOUT_MS 10000
#define RESPONSE_MAX ((size_t)64 * 1024 * 1024)
#define CHUNK 16384
#define ARENA_CHUNK 4096
#define HTTP "HTTP/1.1 "
#define OK HTTP "200 "
/* The rest of the request line, and the fields that each request has. */
#define AFTER_TARGET " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"

static bool take_place(const struct net_listen_spec *spec, struct cli_admin_place *out)
{
	char text[ENDPOINT_TEXT_MAX];

	if (spec->protocol != NET_LISTEN_ADMIN) {
		return false;
	}
	if (spec->kind == NET_LISTEN_UNIX) {
		snprintf(out->text, sizeof(out->text), "unix:%.*s", (int)spec->path.len,
			spec->path.data);
		return true;
	}
	if (spec->kind == NET_LISTEN_TCP) {
		endpoint_format(&spec->endpoint, text);
		snprintf(out->text, sizeof(out->text), "%s", text);
		return true;
	}
	return false;
}

/* The process may run while the configuration has errors: so nothing else of it is read. */
static void find(const struct config_ini *ini, struct cli_admin_place *out)
{
	for (const struct config_ini_section *s = ini->sections; s != NULL; s = s->next) {
		for (const struct config_ini_entry *e = s->entries;
			e != NULL && str_eq_text(s->name, "server"); e = e->next) {
			struct net_listen_spec spec;
			const char *why;

			if (str_eq_text(e->key, "listen") && !out->configured &&
				net_listen_parse(e->value, &spec, &why)) {
				out->configured = take_place(&spec, out);
			}
		}
	}
}

void cli_admin_find(const char *config_path, struct cli_admin_place *out)
{
	struct config_ini ini;
	struct arena arena;
	struct diag diag;

	*out = (struct cli_admin_place){.text = CLI_ADMIN_DEFAULT};
	diag_init(&diag);
	arena_init(&arena, ARENA_CHUNK);
	/* What could be read is there also if not all could. */
	bool whole = config_ini_read(config_path, &arena, &ini, &diag);

	(void)whole;
	find(&ini, out);
	arena_clear(&arena);
	diag_clear(&diag);
}

/* The descriptor, or -1 with errno set. */
static int connect_to(const char *place)
{
	struct sockaddr_storage sa = {0};
	socklen_t len;

	if (strncmp(place, "unix:", 5) == 0) {
		struct sockaddr_un *sun = (void *)&sa;

		sun->sun_family = AF_UNIX;
		snprintf(sun->sun_path, sizeof(sun->sun_path), "%s", place + 5);
		len = sizeof(*sun);
	} else {
		struct endpoint endpoint;

		if (!endpoint_parse(str_view(place), 0, &endpoint)) {
			errno = EINVAL;
			return -1;
		}
		len = endpoint_to_sockaddr(&endpoint, &sa);
	}
	int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&sa, len) != 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Reads until the peer closes; false with errno set. */
static bool receive(int fd, struct bytes *in)
{
	uint64_t deadline = clock_ms() + TIMEOUT_MS;

	for (;;) {
		uint64_t now = clock_ms();
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

		if (now >= deadline || poll(&poll_fd, 1, (int)(deadline - now)) == 0) {
			errno = ETIMEDOUT;
			return false;
		}
		uint8_t *room = bytes_reserve(in, CHUNK);

		if (room == NULL) {
			errno = ENOMEM;
			return false;
		}
		ssize_t got = recv(fd, room, CHUNK, MSG_DONTWAIT);

		if (got == 0) {
			return true;
		}
		if (got < 0 && errno != EAGAIN && errno != EINTR) {
			return false;
		}
		in->len += got > 0 ? (size_t)got : 0;
	}
}

static void explain_no_connection(const struct cli_admin_place *place, int error, struct bytes *why)
{
	bytes_appendf(why, "%s: %s\n", place->text, strerror(error));
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		if (place->configured) {
			bytes_append_text(why, "doorward does not run with this configuration\n");
			break;
		}
		bytes_appendf(why,
			"doorward does not run, or has no admin listener: doorward-admin.socket "
			"opens it under\nsystemd, else a line below [server] and a restart:\n"
			"    listen = admin:%s\n",
			place->text);
		break;
	case EACCES:
	case EPERM:
		bytes_append_text(why, "the socket is for root and the user who starts doorward\n");
		break;
	default:
		break;
	}
}

/* False with errno set. */
static bool send_whole(int fd, const struct bytes *request)
{
	errno = ENOMEM;
	return !request->failed &&
	       send(fd, request->data, request->len, MSG_NOSIGNAL) == (ssize_t)request->len;
}

/* The response to the request, into *in; false after the reason was appended to `why`. */
static bool exchange(const struct cli_admin_place *place, const struct bytes *request,
	struct bytes *in, struct bytes *why)
{
	int fd = connect_to(place->text);

	if (fd < 0) {
		explain_no_connection(place, errno, why);
		return false;
	}
	bool good = send_whole(fd, request) && receive(fd, in);

	if (!good) {
		bytes_appendf(why, "%s: %s\n", place->text,
			errno == ETIMEDOUT ? "no response in time: a reload may be under way"
					   : strerror(errno));
	}
	close(fd);
	return good;
}

/* Of HTTP; absent: that is no whole response. */
static struct str body_of(const struct bytes *in)
{
	struct str text = bytes_view(in);
	const char *blank = text.len > 0 ? memmem(text.data, text.len, "\r\n\r\n", 4) : NULL;

	return blank != NULL && str_starts_with(text, HTTP)
		       ? str_from(text, (size_t)(blank - text.data) + 4)
		       : (struct str){NULL, 0};
}

static void explain_other_response(
	const struct cli_admin_place *place, const struct bytes *in, struct bytes *why)
{
	struct str text = bytes_view(in);

	bytes_appendf(
		why, "%s: what listens there is not doorward's admin listener: \"", place->text);
	bytes_append_visible(why, (struct str){text.data, str_find(text, '\r')});
	bytes_append_text(why, "\"\n");
}

bool cli_admin_ask(const struct cli_admin_place *place, const char *target, struct bytes *document,
	struct bytes *why)
{
	struct bytes request;
	struct bytes in;
	bool good = false;

	bytes_init(&request, 0);
	bytes_init(&in, RESPONSE_MAX);
	bytes_appendf(&request, "GET %s" AFTER_TARGET "\r\n", target);
	if (exchange(place, &request, &in, why)) {
		struct str body = body_of(&in);

		good = body.data != NULL && str_starts_with(bytes_view(&in), OK) &&
		       bytes_append_str(document, body);
		if (!good) {
			explain_other_response(place, &in, why);
		}
	}
	bytes_clear(&in);
	bytes_clear(&request);
	return good;
}

/* Appends "STATUS: SENTENCE" without the status. */
static void append_sentence(struct str body, struct bytes *out)
{
	struct str line = {body.data, str_find(body, '\n')};
	size_t colon = str_find(line, ':');

	bytes_append_visible(out, str_trim(str_from(line, colon < line.len ? colon + 1 : 0)));
}

bool cli_admin_change(const struct cli_admin_place *place, const char *target, struct str token,
	const char *form, struct bytes *told, struct bytes *why)
{
	struct bytes request;
	struct bytes in;
	bool good = false;

	bytes_init(&request, 0);
	bytes_init(&in, RESPONSE_MAX);
	bytes_appendf(&request,
		"POST %s" AFTER_TARGET "Content-Type: application/x-www-form-urlencoded\r\n"
		"Content-Length: %zu\r\nAuthorization: Bearer %.*s\r\n\r\n%s",
		target, strlen(form), (int)token.len, token.data, form);
	if (exchange(place, &request, &in, why)) {
		struct str body = body_of(&in);

		good = body.data != NULL && str_starts_with(bytes_view(&in), OK);
		if (body.data == NULL) {
			explain_other_response(place, &in, why);
		} else if (good) {
			append_sentence(body, told);
		} else {
			append_sentence(body, why);
			bytes_append_u8(why, '\n');
		}
	}
	bytes_clear(&in);
	bytes_wipe(&request);
	return good;
}
