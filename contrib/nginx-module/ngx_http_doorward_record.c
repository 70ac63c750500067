/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "ngx_http_doorward_record.h"

#include <string.h>

#define FCGI_VERSION 1
#define FCGI_HEADER_LEN 8
#define FCGI_CONTENT_MAX 65535
#define FCGI_RESPONDER 1
#define FCGI_KEEP_CONN 1

enum {
	FCGI_BEGIN_REQUEST = 1,
	FCGI_END_REQUEST = 3,
	FCGI_PARAMS = 4,
	FCGI_STDIN = 5,
	FCGI_STDOUT = 6,
	FCGI_STDERR = 7,
	FCGI_GET_VALUES = 9,
	FCGI_GET_VALUES_RESULT = 10,
	FCGI_UNKNOWN_TYPE = 11
};

static unsigned char *header_write(unsigned char *p, unsigned type, unsigned id, size_t len)
{
	*p++ = FCGI_VERSION;
	*p++ = (unsigned char)type;
	*p++ = (unsigned char)(id >> 8);
	*p++ = (unsigned char)id;
	*p++ = (unsigned char)(len >> 8);
	*p++ = (unsigned char)len;
	*p++ = 0;
	*p++ = 0;
	return p;
}

static unsigned char *len_write(unsigned char *p, size_t len)
{
	if (len < 128) {
		*p++ = (unsigned char)len;
		return p;
	}
	*p++ = (unsigned char)(len >> 24 | 0x80);
	*p++ = (unsigned char)(len >> 16);
	*p++ = (unsigned char)(len >> 8);
	*p++ = (unsigned char)len;
	return p;
}

static unsigned char *text_write(unsigned char *p, const unsigned char *data, size_t len)
{
	if (len > 0) {
		memcpy(p, data, len);
	}
	return p + len;
}

unsigned char *ngx_http_doorward_pair_write(
	unsigned char *p, ngx_http_doorward_text_t name, ngx_http_doorward_text_t value)
{
	p = len_write(p, name.len);
	p = len_write(p, value.len);
	p = text_write(p, name.data, name.len);
	return text_write(p, value.data, value.len);
}

size_t ngx_http_doorward_request_size(size_t params_len)
{
	size_t records = (params_len + FCGI_CONTENT_MAX - 1) / FCGI_CONTENT_MAX;

	/* BEGIN_REQUEST has a body of eight bytes; the last PARAMS and STDIN are empty. */
	return FCGI_HEADER_LEN + 8 + records * FCGI_HEADER_LEN + params_len + 2 * FCGI_HEADER_LEN;
}

unsigned char *ngx_http_doorward_request_write(
	unsigned char *p, unsigned id, const unsigned char *params, size_t params_len)
{
	static const unsigned char begin[8] = {0, FCGI_RESPONDER, FCGI_KEEP_CONN};

	p = header_write(p, FCGI_BEGIN_REQUEST, id, sizeof(begin));
	p = text_write(p, begin, sizeof(begin));
	while (params_len > 0) {
		size_t len = params_len < FCGI_CONTENT_MAX ? params_len : FCGI_CONTENT_MAX;

		p = header_write(p, FCGI_PARAMS, id, len);
		p = text_write(p, params, len);
		params += len;
		params_len -= len;
	}
	p = header_write(p, FCGI_PARAMS, id, 0);
	return header_write(p, FCGI_STDIN, id, 0);
}

unsigned char *ngx_http_doorward_get_values_write(unsigned char *p, ngx_http_doorward_text_t name)
{
	const ngx_http_doorward_text_t none = {NULL, 0};

	p = header_write(p, FCGI_GET_VALUES, 0, name.len + 2);
	return ngx_http_doorward_pair_write(p, name, none);
}

static size_t number(const unsigned char *p)
{
	return (size_t)p[0] << 8 | p[1];
}

/* A header is complete. -1: doorward sends no such record. */
static int begin_record(ngx_http_doorward_reader_t *reader)
{
	const unsigned char *header = reader->header;
	size_t id = number(header + 2);

	reader->content_left = number(header + 4);
	reader->padding_left = header[6];
	reader->body_len = 0;
	if (header[0] != FCGI_VERSION) {
		return -1;
	}
	switch (header[1]) {
	case FCGI_STDOUT:
	case FCGI_STDERR:
		return id != 0 ? 0 : -1;
	case FCGI_END_REQUEST:
		return id != 0 && reader->content_left == 8 ? 0 : -1;
	case FCGI_GET_VALUES_RESULT:
		return id == 0 && reader->content_left <= NGX_HTTP_DOORWARD_BODY_MAX ? 0 : -1;
	case FCGI_UNKNOWN_TYPE:
		return id == 0 && reader->content_left == 8 ? 0 : -1;
	default:
		return -1;
	}
}

static size_t take(const unsigned char **p, const unsigned char *last, size_t wanted)
{
	size_t there = (size_t)(last - *p);
	size_t len = there < wanted ? there : wanted;

	*p += len;
	return len;
}

/* The event of a record that was read as a whole; MORE: it means nothing to us. */
static ngx_http_doorward_event_e end_record(
	ngx_http_doorward_reader_t *reader, ngx_http_doorward_event_t *event)
{
	const unsigned char *body = reader->body;

	event->id = (unsigned)number(reader->header + 2);
	if (reader->header[1] == FCGI_END_REQUEST) {
		event->complete = (body[0] | body[1] | body[2] | body[3] | body[4]) == 0;
		return NGX_HTTP_DOORWARD_END;
	}
	if (reader->header[1] == FCGI_GET_VALUES_RESULT) {
		event->piece = (ngx_http_doorward_text_t){body, reader->body_len};
		return NGX_HTTP_DOORWARD_VALUES;
	}
	return NGX_HTTP_DOORWARD_MORE;
}

/* One step: of a header, of content or of padding. MORE: nothing to tell. */
static ngx_http_doorward_event_e step(ngx_http_doorward_reader_t *reader, const unsigned char **p,
	const unsigned char *last, ngx_http_doorward_event_t *event)
{
	const unsigned char *start = *p;
	size_t len;

	if (reader->have < FCGI_HEADER_LEN) {
		len = take(p, last, FCGI_HEADER_LEN - reader->have);
		memcpy(reader->header + reader->have, start, len);
		reader->have += len;
		if (reader->have < FCGI_HEADER_LEN) {
			return NGX_HTTP_DOORWARD_MORE;
		}
		if (begin_record(reader) != 0) {
			return NGX_HTTP_DOORWARD_BAD;
		}
		return reader->content_left == 0 ? end_record(reader, event)
						 : NGX_HTTP_DOORWARD_MORE;
	}
	if (reader->content_left == 0) {
		reader->padding_left -= take(p, last, reader->padding_left);
		return NGX_HTTP_DOORWARD_MORE;
	}
	len = take(p, last, reader->content_left);
	reader->content_left -= len;
	switch (reader->header[1]) {
	case FCGI_STDOUT:
		event->id = (unsigned)number(reader->header + 2);
		event->piece = (ngx_http_doorward_text_t){start, len};
		return NGX_HTTP_DOORWARD_STDOUT;
	case FCGI_STDERR:
		return NGX_HTTP_DOORWARD_MORE;
	default:
		memcpy(reader->body + reader->body_len, start, len);
		reader->body_len += len;
		return reader->content_left == 0 ? end_record(reader, event)
						 : NGX_HTTP_DOORWARD_MORE;
	}
}

ngx_http_doorward_event_e ngx_http_doorward_record_read(ngx_http_doorward_reader_t *reader,
	const unsigned char **p, const unsigned char *last, ngx_http_doorward_event_t *event)
{
	memset(event, 0, sizeof(*event));
	while (*p < last) {
		ngx_http_doorward_event_e what = step(reader, p, last, event);

		if (what == NGX_HTTP_DOORWARD_BAD) {
			reader->have = 0;
			return what;
		}
		if (reader->have == FCGI_HEADER_LEN && reader->content_left == 0 &&
			reader->padding_left == 0) {
			reader->have = 0;
		}
		if (what != NGX_HTTP_DOORWARD_MORE) {
			return what;
		}
	}
	return NGX_HTTP_DOORWARD_MORE;
}

static int len_read(ngx_http_doorward_text_t *pairs, size_t *len)
{
	const unsigned char *p = pairs->data;
	size_t used = pairs->len > 0 && p[0] >= 0x80 ? 4 : 1;

	if (pairs->len < used) {
		return -1;
	}
	*len = used == 1 ? p[0] : (number(p) & 0x7fff) << 16 | number(p + 2);
	pairs->data += used;
	pairs->len -= used;
	return 0;
}

static int text_eq(ngx_http_doorward_text_t a, ngx_http_doorward_text_t b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int ngx_http_doorward_pairs_find(ngx_http_doorward_text_t pairs, ngx_http_doorward_text_t name,
	ngx_http_doorward_text_t *value)
{
	while (pairs.len > 0) {
		ngx_http_doorward_text_t this_name, this_value;

		if (len_read(&pairs, &this_name.len) != 0 ||
			len_read(&pairs, &this_value.len) != 0 || this_name.len > pairs.len ||
			this_value.len > pairs.len - this_name.len) {
			return -1;
		}
		this_name.data = pairs.data;
		this_value.data = pairs.data + this_name.len;
		pairs.data = this_value.data + this_value.len;
		pairs.len -= this_name.len + this_value.len;
		if (text_eq(this_name, name)) {
			*value = this_value;
			return 0;
		}
	}
	return -1;
}

#define TEXT(literal)                                                                              \
	{                                                                                          \
		(const unsigned char *)(literal), sizeof(literal) - 1                              \
	}

const ngx_http_doorward_text_t ngx_http_doorward_headers[NGX_HTTP_DOORWARD_FIELDS] = {
	[NGX_HTTP_DOORWARD_HOSTNAME] = TEXT("X-Client-Hostname"),
	[NGX_HTTP_DOORWARD_RDNS] = TEXT("X-Client-Rdns"),
	[NGX_HTTP_DOORWARD_CERT_SUBJECT] = TEXT("X-Client-Cert-Subject"),
	[NGX_HTTP_DOORWARD_CERT_ISSUER] = TEXT("X-Client-Cert-Issuer"),
	[NGX_HTTP_DOORWARD_CERT_SERIAL] = TEXT("X-Client-Cert-Serial"),
	[NGX_HTTP_DOORWARD_CERT_FINGERPRINT] = TEXT("X-Client-Cert-Fingerprint"),
	[NGX_HTTP_DOORWARD_CERT_SAN] = TEXT("X-Client-Cert-San"),
	[NGX_HTTP_DOORWARD_CERT_NOT_AFTER] = TEXT("X-Client-Cert-Not-After"),
	[NGX_HTTP_DOORWARD_CERT_EKU] = TEXT("X-Client-Cert-Eku"),
	[NGX_HTTP_DOORWARD_CERT_POLICIES] = TEXT("X-Client-Cert-Policies"),
	[NGX_HTTP_DOORWARD_CERT_KEY] = TEXT("X-Client-Cert-Key"),
	[NGX_HTTP_DOORWARD_CERT_SPKI] = TEXT("X-Client-Cert-Spki"),
	[NGX_HTTP_DOORWARD_CERT_ISSUER_SPKI] = TEXT("X-Client-Cert-Issuer-Spki"),
	[NGX_HTTP_DOORWARD_CERT_ANCHOR] = TEXT("X-Client-Cert-Anchor"),
	[NGX_HTTP_DOORWARD_AGENT] = TEXT("X-Client-Agent"),
	[NGX_HTTP_DOORWARD_POLICY] = TEXT("X-Doorward-Policy"),
	[NGX_HTTP_DOORWARD_REASON] = TEXT("X-Doorward-Reason"),
	[NGX_HTTP_DOORWARD_RULE] = TEXT("X-Doorward-Rule"),
	[NGX_HTTP_DOORWARD_ID] = TEXT("X-Doorward-Id"),
};

static const ngx_http_doorward_text_t status_header = TEXT("Status");
static const ngx_http_doorward_text_t expires_header = TEXT("X-Accel-Expires");
static const ngx_http_doorward_text_t vary_header = TEXT("X-Doorward-Vary");

/* Digits alone, at most nine: it fits. */
static int digits_read(ngx_http_doorward_text_t text, unsigned long *out)
{
	unsigned long value = 0;

	if (text.len == 0 || text.len > 9) {
		return -1;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9') {
			return -1;
		}
		value = value * 10 + (text.data[i] - '0');
	}
	*out = value;
	return 0;
}

static int status_read(ngx_http_doorward_text_t value, ngx_http_doorward_response_t *response)
{
	ngx_http_doorward_text_t digits = {value.data, 3};
	unsigned long status;

	if (value.len < 3 || (value.len > 3 && value.data[3] != ' ') ||
		digits_read(digits, &status) != 0 || status < 100 || response->status != 0) {
		return -1;
	}
	response->status = (unsigned)status;
	return 0;
}

static int once(ngx_http_doorward_text_t *field, ngx_http_doorward_text_t value)
{
	if (field->data != NULL) {
		return -1;
	}
	*field = value;
	return 0;
}

static int line_read(ngx_http_doorward_text_t name, ngx_http_doorward_text_t value,
	ngx_http_doorward_response_t *response, int *expires_came)
{
	if (text_eq(name, status_header)) {
		return status_read(value, response);
	}
	if (text_eq(name, expires_header)) {
		return (*expires_came)++ == 0 ? digits_read(value, &response->expires) : -1;
	}
	if (text_eq(name, vary_header)) {
		return once(&response->vary, value);
	}
	for (size_t i = 0; i < NGX_HTTP_DOORWARD_FIELDS; i++) {
		if (text_eq(name, ngx_http_doorward_headers[i])) {
			return once(&response->fields[i], value);
		}
	}
	return 0;
}

/* `Name: value` without its end; no control byte anywhere. */
static int line_split(ngx_http_doorward_text_t line, ngx_http_doorward_text_t *name,
	ngx_http_doorward_text_t *value)
{
	const unsigned char *colon = memchr(line.data, ':', line.len);

	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] < 0x20 || line.data[i] == 0x7f) {
			return -1;
		}
	}
	if (colon == NULL || colon == line.data) {
		return -1;
	}
	*name = (ngx_http_doorward_text_t){line.data, (size_t)(colon - line.data)};
	*value = (ngx_http_doorward_text_t){colon + 1, line.len - name->len - 1};
	while (value->len > 0 && value->data[0] == ' ') {
		value->data++;
		value->len--;
	}
	return 0;
}

int ngx_http_doorward_response_read(
	const unsigned char *data, size_t len, ngx_http_doorward_response_t *response)
{
	int expires_came = 0;

	memset(response, 0, sizeof(*response));
	while (len > 0) {
		const unsigned char *end = memchr(data, '\n', len);
		ngx_http_doorward_text_t line, name, value;

		if (end == NULL || end == data || end[-1] != '\r') {
			return -1;
		}
		line = (ngx_http_doorward_text_t){data, (size_t)(end - data) - 1};
		len -= line.len + 2;
		data = end + 1;
		if (line.len == 0) {
			return response->status != 0 ? 0 : -1;
		}
		if (line_split(line, &name, &value) != 0 ||
			line_read(name, value, response, &expires_came) != 0) {
			return -1;
		}
	}
	return -1;
}
