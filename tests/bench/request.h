/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BENCH_REQUEST_H
#define DW_BENCH_REQUEST_H

#include "bench/records.h"

#include <stdbool.h>

/* One request as nginx sends it, and the places in it that differ from request to request. */

#define REQUEST_MAX 32768
#define SIGNATURE_PLACES 10

struct request_pair {
	const char *name; /* NULL: there are no more */
	const char *value;
};

struct request {
	uint8_t bytes[REQUEST_MAX];
	size_t len;
	uint8_t *address;
	uint8_t *uri;
	uint8_t *signature[SIGNATURE_PLACES];
	size_t records[4]; /* where the records begin, for their ids */
	size_t record_count;
};

static inline size_t request_put_length(uint8_t *out, size_t len)
{
	if (len < 128) {
		out[0] = (uint8_t)len;
		return 1;
	}
	out[0] = (uint8_t)(len >> 24 | 0x80);
	out[1] = (uint8_t)(len >> 16);
	out[2] = (uint8_t)(len >> 8);
	out[3] = (uint8_t)len;
	return 4;
}

/* The end of the pair, which is the end of its value. */
static inline uint8_t *request_put_pair(uint8_t *out, const char *name, const char *value)
{
	size_t name_len = strlen(name);
	size_t value_len = strlen(value);

	out += request_put_length(out, name_len);
	out += request_put_length(out, value_len);
	memcpy(out, name, name_len);
	memcpy(out + name_len, value, value_len);
	return out + name_len + value_len;
}

static inline void request_put_record(
	struct request *r, unsigned type, const void *data, size_t len)
{
	r->records[r->record_count++] = r->len;
	r->len += put_record(r->bytes + r->len, type, 1, data, len);
}

/* Ten letters of Base64 inside the signature, which is the end of a certificate. */
static inline void request_find_signature(struct request *r, uint8_t *end)
{
	uint8_t *at = end - strlen("-----END CERTIFICATE-----\n");

	for (size_t seen = 0; seen < 10 + SIGNATURE_PLACES; at--) {
		if (*at == '\n') {
			continue;
		}
		if (seen >= 10) {
			r->signature[seen - 10] = at;
		}
		seen++;
	}
}

/*
 * nginx's fastcgi_params in their order, the headers of a browser, `cert`, PEM, if it is not "",
 * and `more`.
 */
static inline void request_make(
	struct request *r, bool keep, const char *cert, const struct request_pair *more)
{
	static const char *const pairs[][2] = {
		{"QUERY_STRING", ""},
		{"REQUEST_METHOD", "GET"},
		{"CONTENT_TYPE", ""},
		{"CONTENT_LENGTH", ""},
		{"SCRIPT_NAME", "/_doorward"},
		{"REQUEST_URI", "/catalogue/item/10000000?page=2"},
		{"DOCUMENT_URI", "/_doorward"},
		{"DOCUMENT_ROOT", "/usr/share/nginx/html"},
		{"SERVER_PROTOCOL", "HTTP/1.1"},
		{"REQUEST_SCHEME", "https"},
		{"GATEWAY_INTERFACE", "CGI/1.1"},
		{"SERVER_SOFTWARE", "nginx/1.22.1"},
		{"REMOTE_ADDR", "11.100.100.100"},
		{"REMOTE_PORT", "40000"},
		{"SERVER_ADDR", "192.0.2.1"},
		{"SERVER_PORT", "443"},
		{"SERVER_NAME", "www.bench.example"},
		{"HTTP_HOST", "www.bench.example"},
		{"HTTP_USER_AGENT", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101"},
		{"HTTP_ACCEPT", "text/html,application/xhtml+xml,application/xml;q=0.9"},
		{"HTTP_ACCEPT_LANGUAGE", "en-GB,en;q=0.5"},
		{"HTTP_ACCEPT_ENCODING", "gzip, deflate, br"},
	};
	const uint8_t begin[8] = {0, 1, keep};
	uint8_t *pair;

	request_put_record(r, FCGI_BEGIN, begin, sizeof(begin));
	pair = r->bytes + r->len + RECORD_HEADER;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		pair = request_put_pair(pair, pairs[i][0], pairs[i][1]);
		if (strcmp(pairs[i][0], "REMOTE_ADDR") == 0) {
			r->address = pair - strlen(pairs[i][1]);
		} else if (strcmp(pairs[i][0], "REQUEST_URI") == 0) {
			r->uri = pair - strlen("10000000?page=2");
		}
	}
	if (cert[0] != '\0') {
		pair = request_put_pair(pair, "SSL_CLIENT_VERIFY", "SUCCESS");
		pair = request_put_pair(pair, "SSL_CLIENT_CERT", cert);
		request_find_signature(r, pair);
	}
	for (; more->name != NULL; more++) {
		pair = request_put_pair(pair, more->name, more->value);
	}
	size_t len = (size_t)(pair - r->bytes) - r->len - RECORD_HEADER;

	put_header(r->bytes + r->len, FCGI_PAIRS, 1, len);
	r->records[r->record_count++] = r->len;
	r->len += RECORD_HEADER + len;
	request_put_record(r, FCGI_PAIRS, NULL, 0);
	request_put_record(r, FCGI_BODY, NULL, 0);
}

static inline void request_put_digits(uint8_t *at, uint64_t number, size_t digits)
{
	for (size_t i = digits; i > 0; i--) {
		at[i - 1] = (uint8_t)('0' + number % 10);
		number /= 10;
	}
}

/* Clients are 11.100.100.100, 11.100.100.101, … and a million. */
static inline void request_set_client(struct request *r, uint64_t client)
{
	request_put_digits(r->address + 3, 100 + client / 10000 % 100, 3);
	request_put_digits(r->address + 7, 100 + client / 100 % 100, 3);
	request_put_digits(r->address + 11, 100 + client % 100, 3);
}

static inline void request_set_uri(struct request *r, uint64_t number)
{
	request_put_digits(r->uri, 10000000 + number, 8);
}

/* Another signature for each number below 2^50. */
static inline void request_set_signature(struct request *r, uint64_t number)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef";

	for (size_t i = 0; i < SIGNATURE_PLACES; i++) {
		*r->signature[i] = (uint8_t)base64[number % 32];
		number /= 32;
	}
}

static inline void request_set_id(struct request *r, unsigned id)
{
	for (size_t i = 0; i < r->record_count; i++) {
		r->bytes[r->records[i] + 3] = (uint8_t)id;
	}
}

#endif
