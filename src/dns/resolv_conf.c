/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/resolv_conf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DNS_PORT 53
#define FILE_MAX (64 * 1024)

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line; false at its end. */
static bool next_word(struct str *line, struct str *word)
{
	*line = str_trim(*line);
	size_t len = 0;

	while (len < line->len && !is_blank(line->data[len])) {
		len++;
	}
	*word = (struct str){line->data, len};
	*line = str_from(*line, len);
	return len > 0;
}

static bool is_listed(const struct endpoint *nameservers, size_t count, const struct addr *addr)
{
	for (size_t i = 0; i < count; i++) {
		if (addr_eq(&nameservers[i].addr, addr)) {
			return true;
		}
	}
	return false;
}

size_t dns_resolv_conf_parse(struct str text, const char *path,
	struct endpoint nameservers[DNS_MAX_UPSTREAMS], struct diag *diag)
{
	struct place place = {.file = path};
	struct str line;
	size_t count = 0;

	while (str_split_next(&text, '\n', &line)) {
		struct endpoint server = {.port = DNS_PORT};
		struct str word;

		place.line++;
		if (!next_word(&line, &word) || !str_eq_text(word, "nameserver") ||
			!next_word(&line, &word)) {
			continue;
		}
		if (!addr_parse(word, &server.addr)) {
			diag_warning(diag, &place,
				"name server '%.*s' is left out, expected an address without a "
				"zone identifier",
				(int)word.len, word.data);
		} else if (count == DNS_MAX_UPSTREAMS) {
			diag_warning(diag, &place,
				"more than %d name servers, the rest is left out",
				DNS_MAX_UPSTREAMS);
			break;
		} else if (!is_listed(nameservers, count, &server.addr)) {
			nameservers[count++] = server;
		}
	}
	if (count == 0) {
		nameservers[count++] = (struct endpoint){
			.addr = {.family = ADDR_V4, .bytes = {127, 0, 0, 1}}, .port = DNS_PORT};
	}
	return count;
}

bool dns_resolv_conf_read(const char *path, struct endpoint nameservers[DNS_MAX_UPSTREAMS],
	size_t *count, struct diag *diag)
{
	struct place place = {.file = path};
	struct bytes text;
	ssize_t got = 0;
	int error = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	bytes_init(&text, FILE_MAX);
	if (fd >= 0) {
		uint8_t *at;

		while ((at = bytes_reserve(&text, 4096)) != NULL &&
			(got = read(fd, at, 4096)) > 0) {
			text.len += (size_t)got;
		}
		error = text.failed ? EFBIG : got < 0 ? errno : 0;
		close(fd);
	} else if (errno != ENOENT) {
		error = errno;
	}
	if (error != 0) {
		diag_error(diag, &place, "cannot be read: %s", strerror(error));
	} else {
		*count = dns_resolv_conf_parse(bytes_view(&text), path, nameservers, diag);
	}
	bytes_clear(&text);
	return error == 0;
}
