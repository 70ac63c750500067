/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/fault.h"

#include "http/head.h"

#include <string.h>

#define NAME_MAX_LEN 64

/* Other protocols, by their first bytes. */
static const char *other_protocol(struct str text)
{
	static const struct {
		struct str start;
		const char *what;
	} protocols[] = {
		/* RFC 8446 5.1 */
		{{"\x16", 1}, "TLS on a plain HTTP socket: the front end must use http://"},
		{{"\x01", 1}, "FastCGI on an HTTP socket: use proxy_pass (not fastcgi_pass) in "
			      "the front end, or listen without http: here"},
		/* RFC 9113 3.4 */
		{{"PRI * HTTP/2", 12}, "HTTP/2: the front end must use HTTP/1.1"},
		{{"PROXY ", 6}, "the PROXY protocol, which is not spoken here"},
		{{"\0\r\nQUIT\n", 8}, "the PROXY protocol, which is not spoken here"},
	};

	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		struct str start = protocols[i].start;

		if (text.len >= start.len && memcmp(text.data, start.data, start.len) == 0) {
			return protocols[i].what;
		}
	}
	return NULL;
}

static bool holds_pem(struct str text)
{
	static const char begin[] = "-----BEGIN CERTIFICATE";

	return memmem(text.data, text.len, begin, sizeof(begin) - 1) != NULL;
}

/* What is wrong with a line of a head; NULL: nothing so far. */
static const char *fault_of_line(struct str line, bool ends)
{
	bool has_cr = line.len > 0 && line.data[line.len - 1] == '\r';

	if (line.len > 0 && ascii_is_blank(line.data[0])) {
		return "is folded into several lines";
	}
	for (size_t i = 0; i + has_cr < line.len; i++) {
		uint8_t c = (uint8_t)line.data[i];

		if (c == '\r') {
			return "has a bare CR in it";
		}
		if ((c < ' ' && c != '\t') || c == 0x7f) {
			return "has a control byte in it";
		}
	}
	return ends && !has_cr ? "has a bare LF in it" : NULL;
}

/* Finds the bad line, and its header, which may have begun some lines before. */
static const char *find_line(struct str text, struct str *name)
{
	struct str rest = text;
	struct str line;
	bool first = true;

	*name = str_view("the request line");
	while (str_split_next(&rest, '\n', &line)) {
		size_t colon = str_find(line, ':');
		bool folded = line.len > 0 && ascii_is_blank(line.data[0]);

		if (!first && colon < line.len && !folded) {
			*name = (struct str){line.data, colon};
		}
		const char *fault = fault_of_line(line, rest.data != NULL);

		if (fault != NULL) {
			return fault;
		}
		first = false;
	}
	return NULL;
}

static void describe_bad(struct str text, struct bytes *out)
{
	const char *what = other_protocol(text);
	struct http_head head;
	struct str name;

	if (what != NULL) {
		bytes_append_text(out, what);
		return;
	}
	if (text.len > 0 && (text.data[0] < 'A' || text.data[0] > 'Z')) {
		bytes_appendf(out, "not HTTP: the first byte is 0x%02x", (uint8_t)text.data[0]);
		return;
	}
	what = find_line(text, &name);
	if (what != NULL) {
		int len = name.len < NAME_MAX_LEN ? (int)name.len : NAME_MAX_LEN;

		bytes_appendf(out, "%.*s %s", len, name.data, what);
		bytes_append_text(out, holds_pem(text)
					       ? ": a certificate must come escaped, as in nginx's "
						 "$ssl_client_escaped_cert"
					       : "");
		return;
	}
	if (http_head_parse(text, &head) == HTTP_HEAD_BAD) {
		bytes_append_text(out, head.fault);
	}
}

void http_fault_describe(const struct http_refusal *refusal, struct bytes *out)
{
	if (!refusal->too_large) {
		describe_bad(refusal->text, out);
	} else if (refusal->text.len > refusal->max_head) {
		bytes_appendf(out,
			"the head has more than %u bytes (max_params; 8192 for peers "
			"that are not in trusted_proxies)",
			refusal->max_head);
	} else {
		bytes_appendf(out, "the head has more than %d header fields", HTTP_HEADERS_MAX);
	}
}
