/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "http/head.h"

#include <http_parser.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The framing of a head. */
struct framing {
	unsigned hosts;
	unsigned lengths;
	unsigned encodings;
	bool upgrade;
	uint64_t length;
};

struct parse {
	struct http_head *head;
	struct framing framing;
	bool bad;
	bool bad_name;
	bool too_many;
	bool named; /* a name without its value yet */
	bool complete;
};

void http_head_library_init(void)
{
	/* The length of heads is bounded by max_params before. */
	http_parser_set_max_header_size(UINT32_MAX);
}

const char *http_head_library(char *text, size_t size)
{
	unsigned long version = http_parser_version();

	snprintf(text, size, "http-parser %lu.%lu.%lu", version >> 16 & 255, version >> 8 & 255,
		version & 255);
	return text;
}

enum http_head_find http_head_find(struct str text, size_t *scanned, size_t *len)
{
	size_t at = *scanned;

	/* TLS, and other protocols, are rejected at the first byte. */
	if (text.len > 0 && (text.data[0] < 'A' || text.data[0] > 'Z')) {
		return HTTP_HEAD_HOPELESS;
	}
	while (at < text.len) {
		size_t feed = at + str_find(str_from(text, at), '\n');

		if (feed >= text.len) {
			break;
		}
		if (feed == 0 || text.data[feed - 1] != '\r') {
			return HTTP_HEAD_HOPELESS;
		}
		if (feed >= 3 && text.data[feed - 2] == '\n') {
			*len = feed + 1;
			return HTTP_HEAD_DONE;
		}
		at = feed + 1;
	}
	*scanned = text.len;
	return HTTP_HEAD_MORE;
}

/*
 * Whether lines end in CR LF and have neither control characters nor, after the first, a beginning
 * that continues the line before (RFC 9112, 2.2 and 5.2).
 */
static bool lines_are_clean(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.data[i];

		if (c >= ' ' && c != 0x7f) {
			continue;
		}
		if (c == '\r') {
			if (i + 1 == text.len || text.data[i + 1] != '\n') {
				return false;
			}
		} else if (c == '\n') {
			if (i == 0 || text.data[i - 1] != '\r' ||
				(i + 1 < text.len && ascii_is_blank(text.data[i + 1]))) {
				return false;
			}
		} else if (c != '\t') {
			return false;
		}
	}
	return true;
}

/* "METHOD target HTTP/1.x", with one space each. */
static bool read_request_line(struct str line, struct http_head *head)
{
	struct str version;

	if (!str_split_next(&line, ' ', &head->method) ||
		!str_split_next(&line, ' ', &head->target) ||
		!str_split_next(&line, ' ', &version) || line.data != NULL ||
		head->target.len == 0) {
		return false;
	}
	head->http_1_0 = str_eq_text(version, "HTTP/1.0");
	return head->http_1_0 || str_eq_text(version, "HTTP/1.1");
}

static struct str path_of(struct str target)
{
	size_t colon = str_find(target, ':');
	struct str scheme = {target.data, colon};
	struct str rest = str_from(target, colon);

	if (target.data[0] == '/') {
		return target;
	}
	if ((!str_eq_nocase(scheme, str_view("http")) &&
		    !str_eq_nocase(scheme, str_view("https"))) ||
		!str_starts_with(rest, "://")) {
		return (struct str){NULL, 0};
	}
	rest = str_from(rest, 3);
	size_t slash = str_find(rest, '/');

	/* A query may follow the authority directly, with slashes of its own (RFC 3986 3.2). */
	if (str_find(rest, '?') < slash || str_find(rest, '#') < slash) {
		return (struct str){NULL, 0};
	}
	return str_from(rest, slash);
}

static int on_name(http_parser *parser, const char *at, size_t len)
{
	struct parse *p = parser->data;
	struct http_head *head = p->head;
	struct str name = {at, len};

	if (head->header_count == HTTP_HEADERS_MAX) {
		p->too_many = true;
		return 1;
	}
	/* The library, built leniently, accepts spaces in names. */
	if (p->named || str_find(name, ' ') < len || str_find(name, '\t') < len) {
		p->bad_name = true;
		return 1;
	}
	p->named = true;
	head->headers[head->header_count].name = name;
	return 0;
}

static void take_framing(struct parse *p, const struct http_header *header)
{
	struct framing *f = &p->framing;

	if (str_eq_nocase(header->name, str_view("Host"))) {
		f->hosts++;
	} else if (str_eq_nocase(header->name, str_view("Upgrade"))) {
		f->upgrade = true;
	} else if (str_eq_nocase(header->name, str_view("Content-Length"))) {
		f->lengths++;
		p->bad = p->bad || !str_to_u64(header->value, INT64_MAX, &f->length);
	} else if (str_eq_nocase(header->name, str_view("Transfer-Encoding"))) {
		f->encodings++;
		p->bad = p->bad || !str_eq_nocase(header->value, str_view("chunked"));
	}
}

static int on_value(http_parser *parser, const char *at, size_t len)
{
	struct parse *p = parser->data;
	if (!p->named) {
		return 1;
	}
	struct http_header *header = &p->head->headers[p->head->header_count++];

	p->named = false;
	header->value = str_trim((struct str){at, len});
	take_framing(p, header);
	return 0;
}

static int on_complete(http_parser *parser)
{
	struct parse *p = parser->data;

	p->complete = true;
	/* `close` takes precedence over `keep-alive` (RFC 9112 9.3). */
	p->head->keep =
		http_should_keep_alive(parser) != 0 && (parser->flags & F_CONNECTION_CLOSE) == 0;
	p->bad = p->bad || parser->method == HTTP_CONNECT;
	return 2; /* the parser stops after the head */
}

/* What two readers could understand differently in the framing; NULL: nothing. */
static const char *framing_fault(const struct framing *f, const struct http_head *head)
{
	if (f->hosts > 1 || (f->hosts == 0 && !head->http_1_0)) {
		return f->hosts > 1 ? "more than one Host" : "no Host";
	}
	if (f->lengths + f->encodings > 1) {
		return "more than one of Content-Length and Transfer-Encoding";
	}
	return f->encodings > 0 && head->http_1_0 ? "Transfer-Encoding in HTTP/1.0" : NULL;
}

/* Why the parsed text is not a valid head; NULL: it is. */
static const char *parse_fault(const http_parser *parser, const struct parse *p)
{
	if (p->bad_name) {
		return "a blank inside or after a header's name";
	}
	if (HTTP_PARSER_ERRNO(parser) != HPE_OK) {
		return http_errno_description(HTTP_PARSER_ERRNO(parser));
	}
	if (!p->complete) {
		return "no end";
	}
	return p->bad ? "CONNECT, a Content-Length that is not a number, or a Transfer-Encoding "
			"other "
			"than chunked"
		      : framing_fault(&p->framing, p->head);
}

enum http_head_result http_head_parse(struct str text, struct http_head *out)
{
	static const http_parser_settings settings = {
		.on_header_field = on_name,
		.on_header_value = on_value,
		.on_headers_complete = on_complete,
	};
	struct str line = {text.data, str_find(text, '\r')};
	struct parse p = {.head = out};
	http_parser parser;

	out->header_count = 0;
	out->content = (struct str){NULL, 0};
	if (!lines_are_clean(text) || !read_request_line(line, out)) {
		out->fault = "the first line is not \"METHOD target HTTP/1.1\", or another line is "
			     "not a header field";
		return HTTP_HEAD_BAD;
	}
	out->path = path_of(out->target);
	http_parser_init(&parser, HTTP_REQUEST);
	parser.data = &p;
	size_t parsed = http_parser_execute(&parser, &settings, text.data, text.len);

	if (p.too_many) {
		return HTTP_HEAD_TOO_MANY;
	}
	out->fault = parse_fault(&parser, &p);
	if (out->fault == NULL && parsed != text.len) {
		out->fault = "bytes after its end";
	}
	if (out->fault != NULL) {
		return HTTP_HEAD_BAD;
	}
	out->body = p.framing.length > 0 || p.framing.encodings > 0;
	out->length = p.framing.length;
	/*
	 * Upgrade is not supported; the connection closes, because the peer may switch protocols
	 * anyway.
	 */
	out->keep = out->keep && !out->body && !p.framing.upgrade;
	return HTTP_HEAD_GOOD;
}

struct str http_head_value(const struct http_head *head, const char *name)
{
	for (size_t i = 0; i < head->header_count; i++) {
		if (str_eq_nocase(head->headers[i].name, str_view(name))) {
			return head->headers[i].value;
		}
	}
	return (struct str){NULL, 0};
}

size_t http_head_count(const struct http_head *head, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < head->header_count; i++) {
		count += str_eq_nocase(head->headers[i].name, str_view(name)) ? 1 : 0;
	}
	return count;
}
