/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "daemon/sd_notify.h"

#include "base/bytes.h"
#include "log/log.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define SEND_TIMEOUT_S 1 /* for a service manager whose queue is full */

/* Reads a path, or @ and an abstract name; 0: neither, or too long. */
static socklen_t address_of(const char *text, struct sockaddr_un *out)
{
	size_t len = strlen(text);

	if (len < 2 || len >= sizeof(out->sun_path) || (text[0] != '/' && text[0] != '@')) {
		return 0;
	}
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(out->sun_path, text, len);
	if (text[0] == '@') {
		out->sun_path[0] = '\0';
	}
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static int send_whole(const char *to, struct str text)
{
	const struct timeval timeout = {.tv_sec = SEND_TIMEOUT_S};
	struct sockaddr_un sun;
	socklen_t len = address_of(to, &sun);
	int fd = len > 0 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

	if (len == 0) {
		return EINVAL;
	}
	if (fd < 0) {
		return errno;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	ssize_t sent =
		sendto(fd, text.data, text.len, MSG_NOSIGNAL, (const struct sockaddr *)&sun, len);
	int error = sent < 0 ? errno : 0;

	close(fd);
	return error;
}

void daemon_notify_send(const char *format, ...)
{
	const char *to = getenv("NOTIFY_SOCKET");
	struct bytes text;
	va_list args;

	if (to == NULL) {
		return;
	}
	bytes_init(&text, 0);
	va_start(args, format);
	bytes_vappendf(&text, format, args);
	va_end(args);
	int error = text.failed ? ENOMEM : send_whole(to, bytes_view(&text));

	if (error != 0) {
		log_write(LOG_LEVEL_WARNING, "NOTIFY_SOCKET %s: %s", to, strerror(error));
	}
	bytes_clear(&text);
}

uint64_t daemon_notify_watchdog_us(void)
{
	const char *us_text = getenv("WATCHDOG_USEC");
	const char *pid_text = getenv("WATCHDOG_PID");
	uint64_t us = 0;
	uint64_t pid = (uint64_t)getpid();

	if (us_text == NULL || !str_to_u64(str_view(us_text), UINT64_MAX, &us)) {
		return 0;
	}
	if (pid_text != NULL && !str_to_u64(str_view(pid_text), UINT64_MAX, &pid)) {
		return 0;
	}
	return pid == (uint64_t)getpid() ? us : 0;
}
