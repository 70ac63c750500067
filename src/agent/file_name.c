/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/file_name.h"

#include <string.h>

#define SCHEME "https://"

static struct str escape_of(const char *byte)
{
	return *byte == '/'   ? str_view("%2F")
	       : *byte == '%' ? str_view("%25")
			      : (struct str){byte, 1};
}

static bool put(struct str text, char room[NAME_MAX + 1], size_t *len)
{
	if (text.len > NAME_MAX - *len) {
		return false;
	}
	memcpy(room + *len, text.data, text.len);
	*len += text.len;
	return true;
}

bool agent_file_name_write(struct str url, char room[NAME_MAX + 1])
{
	size_t len = 0;

	for (size_t i = strlen(SCHEME); i < url.len; i++) {
		if (!put(escape_of(url.data + i), room, &len)) {
			return false;
		}
	}
	if (!put(str_view(AGENT_FILE_NAME_SUFFIX), room, &len)) {
		return false;
	}
	room[len] = '\0';
	return true;
}

/* Writes the URL that a name without its suffix stands for, in any spelling; returns its length. */
static size_t unescape(struct str name, char text[sizeof(SCHEME) + NAME_MAX])
{
	size_t len = strlen(SCHEME);

	memcpy(text, SCHEME, len);
	for (size_t i = 0; i < name.len; i++) {
		struct str rest = str_from(name, i);
		bool is_slash = str_starts_with(rest, "%2F");
		bool is_percent = str_starts_with(rest, "%25");

		text[len++] = is_slash ? '/' : name.data[i];
		i += is_slash || is_percent ? strlen("%2F") - 1 : 0;
	}
	return len;
}

bool agent_file_name_read(struct str name, char room[AGENT_URL_MAX], struct str *url)
{
	char text[sizeof(SCHEME) + NAME_MAX];
	char only_name[NAME_MAX + 1];
	size_t suffix = strlen(AGENT_FILE_NAME_SUFFIX);
	struct str read;

	if (name.len < suffix || name.len > NAME_MAX) {
		return false;
	}
	size_t len = unescape((struct str){name.data, name.len - suffix}, text);

	if (!agent_url_read_configured((struct str){text, len}, room, &read) ||
		!agent_file_name_write(read, only_name) || !str_eq_text(name, only_name)) {
		return false;
	}
	*url = read;
	return true;
}
