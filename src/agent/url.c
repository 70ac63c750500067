/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/url.h"

#include "base/host_label.h"

#include <string.h>

#define SCHEME "https://"
#define PORT_MAX 65535
#define HTTPS_PORT 443
#define HOST_MAX 253

/* The result being written into its room. */
struct writing {
	char *room;
	size_t len;
	bool failed;
};

static void put(struct writing *w, struct str text)
{
	if (w->failed || text.len > AGENT_URL_MAX - w->len) {
		w->failed = true;
		return;
	}
	if (text.len > 0) {
		memcpy(w->room + w->len, text.data, text.len);
	}
	w->len += text.len;
}

static void put_host(struct writing *w, struct str host)
{
	struct str rest = host;
	struct str label;
	size_t start = w->len;

	w->failed = w->failed || host.len == 0 || host.len > HOST_MAX;
	while (!w->failed && str_split_next(&rest, '.', &label)) {
		w->failed = !host_label_is_valid(label);
	}
	put(w, host);
	for (size_t i = start; i < w->len; i++) {
		w->room[i] = ascii_lower(w->room[i]);
	}
}

/* `port` begins with its colon, or is empty. */
static void put_port(struct writing *w, struct str port)
{
	uint64_t number;

	if (port.len == 0) {
		return;
	}
	if (!str_to_u64(str_from(port, 1), PORT_MAX, &number) || number == 0 ||
		port.data[1] == '0') {
		w->failed = true;
	} else if (number != HTTPS_PORT) {
		put(w, port);
	}
}

static bool is_unreserved(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static bool is_upper_hex(char c)
{
	return ascii_is_digit(c) || (c >= 'A' && c <= 'F');
}

/* One segment of a path in the form of RFC 3986 6.2.2; no dot segment, and not empty. */
static bool is_normal_segment(struct str segment)
{
	if (segment.len == 0 || str_eq_text(segment, ".") || str_eq_text(segment, "..")) {
		return false;
	}
	for (size_t i = 0; i < segment.len; i++) {
		char c = segment.data[i];

		if (c != '%') {
			if (!is_unreserved(c) &&
				(c == '\0' || strchr("!$&'()*+,;=:@", c) == NULL)) {
				return false;
			}
			continue;
		}
		if (segment.len - i < 3 || !is_upper_hex(segment.data[i + 1]) ||
			!is_upper_hex(segment.data[i + 2])) {
			return false;
		}
		int value = ascii_hex_value(segment.data[i + 1]) << 4 |
			    ascii_hex_value(segment.data[i + 2]);

		if (is_unreserved((char)value)) {
			return false;
		}
		i += 2;
	}
	return true;
}

/* `path` begins with a slash. */
static void put_path(struct writing *w, struct str path)
{
	struct str rest = str_from(path, 1);
	struct str segment;

	while (!w->failed && str_split_next(&rest, '/', &segment)) {
		w->failed = !is_normal_segment(segment);
	}
	put(w, path);
}

static size_t find_any(struct str s, const char *bytes)
{
	size_t i = 0;

	while (i < s.len && (s.data[i] == '\0' || strchr(bytes, s.data[i]) == NULL)) {
		i++;
	}
	return i;
}

bool agent_url_read(
	enum agent_url_type type, struct str text, char room[AGENT_URL_MAX], struct str *url)
{
	struct writing w = {.room = room};
	struct str rest = text;

	if (!str_take_nocase(&rest, SCHEME)) {
		return false;
	}
	size_t end = find_any(rest, "/?#");
	struct str authority = {rest.data, end};
	struct str path = str_from(rest, end);
	size_t colon = str_find(authority, ':');

	put(&w, str_view(SCHEME));
	put_host(&w, (struct str){authority.data, colon});
	put_port(&w, str_from(authority, colon));
	if (type == AGENT_URL_DIRECTORY) {
		w.failed = w.failed || (path.len > 0 && !str_eq_text(path, "/"));
	} else {
		path.len = find_any(path, "?#");
		if (path.len < 2) {
			return false;
		}
		if (!str_eq_text(path, AGENT_URL_WELL_KNOWN)) {
			put_path(&w, path);
		}
	}
	if (w.failed) {
		return false;
	}
	*url = (struct str){room, w.len};
	return true;
}

bool agent_url_read_configured(struct str text, char room[AGENT_URL_MAX], struct str *url)
{
	return agent_url_read(AGENT_URL_DIRECTORY, text, room, url) ||
	       agent_url_read(AGENT_URL_JWKS_URI, text, room, url);
}

bool agent_url_is_origin(struct str url)
{
	struct str rest = str_from(url, strlen(SCHEME));

	return str_find(rest, '/') == rest.len;
}
