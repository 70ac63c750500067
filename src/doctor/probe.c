/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "doctor/probe.h"

#include "base/clock.h"
#include "fcgi/record.h"

#include <errno.h>
#include <fastcgi.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define PROBE_MS 3000
#define ANSWER_MAX 4096

static void append_record(struct bytes *out, uint8_t type, struct str content)
{
	const struct fcgi_record record = {
		.type = type, .id = 1, .content_len = (uint16_t)content.len};
	uint8_t header[8];

	fcgi_record_build(&record, header);
	bytes_append(out, header, sizeof(header));
	bytes_append_str(out, content);
}

/* FastCGI 1.0, 3.4: lengths below 128 are one byte. */
static void append_pair(struct bytes *out, const char *name, const char *value)
{
	bytes_append_u8(out, (uint8_t)strlen(name));
	bytes_append_u8(out, (uint8_t)strlen(value));
	bytes_append_text(out, name);
	bytes_append_text(out, value);
}

static void append_fastcgi(struct bytes *out)
{
	static const char begin[8] = {0, FCGI_RESPONDER};
	struct bytes pairs;

	bytes_init(&pairs, 0);
	append_pair(&pairs, "DOORWARD_ENDPOINT", "healthz");
	append_pair(&pairs, "SCRIPT_NAME", "/healthz");
	append_pair(&pairs, "REQUEST_URI", "/healthz");
	append_record(out, FCGI_BEGIN_REQUEST, (struct str){begin, sizeof(begin)});
	append_record(out, FCGI_PARAMS, bytes_view(&pairs));
	append_record(out, FCGI_PARAMS, (struct str){NULL, 0});
	append_record(out, FCGI_STDIN, (struct str){NULL, 0});
	bytes_clear(&pairs);
}

static int open_socket(const struct net_listen_spec *listen)
{
	const struct timeval timeout = {.tv_sec = PROBE_MS / 1000};
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof(struct sockaddr_un);

	if (listen->kind == NET_LISTEN_UNIX) {
		struct sockaddr_un *path = (struct sockaddr_un *)&address;

		path->sun_family = AF_UNIX;
		memcpy(path->sun_path, listen->path.data, listen->path.len);
	} else {
		len = endpoint_to_sockaddr(&listen->endpoint, &address);
	}
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (const struct sockaddr *)&address, len) != 0) {
		/* The two are what SO_SNDTIMEO ends with. */
		int error = errno == EAGAIN || errno == EINPROGRESS ? ETIMEDOUT : errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Waits for input; false: errno. */
static bool wait_until(int fd, uint64_t until_ms)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	uint64_t now_ms = clock_ms();
	int count = now_ms < until_ms ? poll(&ready, 1, (int)(until_ms - now_ms)) : 0;

	if (count == 0) {
		errno = ETIMEDOUT;
	}
	return count > 0 || (count < 0 && errno == EINTR);
}

/* Reads to the end, or until it has come; false: errno. */
static bool read_answer(int fd, const char *expected, uint64_t until_ms, bool *came)
{
	char answer[ANSWER_MAX];
	size_t have = 0;
	ssize_t got = 1;

	*came = false;
	while (!*came && got != 0 && have < sizeof(answer)) {
		if (!wait_until(fd, until_ms)) {
			return false;
		}
		got = recv(fd, answer + have, sizeof(answer) - have, MSG_DONTWAIT);
		if (got < 0 && errno != EAGAIN && errno != EINTR) {
			return false;
		}
		have += got > 0 ? (size_t)got : 0;
		*came = memmem(answer, have, expected, strlen(expected)) != NULL;
	}
	return true;
}

static void explain_connect(int error, struct bytes *why)
{
	bytes_appendf(why, "no process can be asked (%s)", strerror(error));
	if (error == ECONNREFUSED || error == ENOENT) {
		bytes_append_text(why,
			": doorward does not run, or listens elsewhere; start it, with "
			"systemctl start doorward under systemd");
	} else if (error == EACCES) {
		bytes_append_text(why, ": run this command as root");
	}
}

bool doctor_probe(const struct net_listen_spec *listen, uint64_t *took_ms, struct bytes *why)
{
	uint64_t start_ms = clock_ms();
	int fd = open_socket(listen);
	struct bytes request;
	bool came = false;

	if (fd < 0) {
		explain_connect(errno, why);
		return false;
	}
	bytes_init(&request, 0);
	if (listen->protocol != NET_LISTEN_FASTCGI) {
		bytes_append_text(&request, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
					    "Connection: close\r\n\r\n");
	} else {
		append_fastcgi(&request);
	}
	bool answered = send(fd, request.data, request.len, MSG_NOSIGNAL) == (ssize_t)request.len &&
			read_answer(fd, "\r\n\r\nalive\n", start_ms + PROBE_MS, &came);

	if (!answered) {
		bytes_appendf(why, "it does not answer: %s", strerror(errno));
	} else if (!came) {
		bytes_append_text(why, "what listens there does not answer as doorward does");
	}
	bytes_clear(&request);
	close(fd);
	*took_ms = clock_ms() - start_ms;
	return came;
}
