/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef NGX_HTTP_DOORWARD_RECORD_H
#define NGX_HTTP_DOORWARD_RECORD_H

#include <stddef.h>
#include <stdint.h>

/*
 * The bytes between nginx and doorward: FastCGI 1.0, and the head of a response (RFC 3875, 6). Pure
 * functions, without nginx's types, so that the tests of doorward can fuzz them.
 */

typedef struct {
	const unsigned char *data;
	size_t len;
} ngx_http_doorward_text_t;

/* Name-value pairs (3.4), as they stand in a stream of PARAMS. */

#define NGX_HTTP_DOORWARD_PAIR_OVERHEAD 8

/* Writes one pair, at most PAIR_OVERHEAD bytes more than both texts; returns its end. */
unsigned char *ngx_http_doorward_pair_write(
	unsigned char *p, ngx_http_doorward_text_t name, ngx_http_doorward_text_t value);

/* A whole request: BEGIN_REQUEST for a responder that keeps the connection, PARAMS, empty STDIN. */

size_t ngx_http_doorward_request_size(size_t params_len);
/* Writes request_size() bytes; id is 1 to 65,535. Returns the end. */
unsigned char *ngx_http_doorward_request_write(
	unsigned char *p, unsigned id, const unsigned char *params, size_t params_len);

/* GET_VALUES with one name of at most 119 bytes: at most 128 bytes. Returns the end. */
#define NGX_HTTP_DOORWARD_GET_VALUES_MAX 128
unsigned char *ngx_http_doorward_get_values_write(unsigned char *p, ngx_http_doorward_text_t name);

/* What comes back. */

typedef enum {
	NGX_HTTP_DOORWARD_MORE,   /* the input is used up */
	NGX_HTTP_DOORWARD_STDOUT, /* the next piece of a response: id, piece */
	NGX_HTTP_DOORWARD_END,    /* a response is complete: id, complete */
	NGX_HTTP_DOORWARD_VALUES, /* GET_VALUES_RESULT: piece, all of it, pairs */
	NGX_HTTP_DOORWARD_BAD     /* not FastCGI as an application sends it; read no further */
} ngx_http_doorward_event_e;

typedef struct {
	unsigned id;
	int complete; /* END: the status is FCGI_REQUEST_COMPLETE, and that of the application 0 */
	ngx_http_doorward_text_t piece; /* valid until the next call */
} ngx_http_doorward_event_t;

#define NGX_HTTP_DOORWARD_BODY_MAX 256 /* of a record that is read as a whole */

/* Reads records from a stream that comes in pieces of any size. Zeroed before its first use. */
typedef struct {
	unsigned char header[8];
	size_t have; /* bytes of the header */
	size_t content_left;
	size_t padding_left;
	size_t body_len;
	unsigned char body[NGX_HTTP_DOORWARD_BODY_MAX];
} ngx_http_doorward_reader_t;

/* The next of the above. Moves *p forward, to last at most. */
ngx_http_doorward_event_e ngx_http_doorward_record_read(ngx_http_doorward_reader_t *reader,
	const unsigned char **p, const unsigned char *last, ngx_http_doorward_event_t *event);

/*
 * The value of a name in pairs. 0: found; -1: not there, or the pairs are malformed.
 */
int ngx_http_doorward_pairs_find(ngx_http_doorward_text_t pairs, ngx_http_doorward_text_t name,
	ngx_http_doorward_text_t *value);

/* The head of a response. */

typedef enum {
	NGX_HTTP_DOORWARD_HOSTNAME,
	NGX_HTTP_DOORWARD_RDNS,
	NGX_HTTP_DOORWARD_CERT_SUBJECT,
	NGX_HTTP_DOORWARD_CERT_ISSUER,
	NGX_HTTP_DOORWARD_CERT_SERIAL,
	NGX_HTTP_DOORWARD_CERT_FINGERPRINT,
	NGX_HTTP_DOORWARD_CERT_SAN,
	NGX_HTTP_DOORWARD_CERT_NOT_AFTER,
	NGX_HTTP_DOORWARD_CERT_EKU,
	NGX_HTTP_DOORWARD_CERT_POLICIES,
	NGX_HTTP_DOORWARD_CERT_KEY,
	NGX_HTTP_DOORWARD_CERT_SPKI,
	NGX_HTTP_DOORWARD_CERT_ISSUER_SPKI,
	NGX_HTTP_DOORWARD_CERT_ANCHOR,
	NGX_HTTP_DOORWARD_AGENT,
	NGX_HTTP_DOORWARD_POLICY,
	NGX_HTTP_DOORWARD_REASON,
	NGX_HTTP_DOORWARD_RULE,
	NGX_HTTP_DOORWARD_ID,
	NGX_HTTP_DOORWARD_FIELDS
} ngx_http_doorward_field_e;

/* The header of a field, such as X-Client-Hostname. */
extern const ngx_http_doorward_text_t ngx_http_doorward_headers[NGX_HTTP_DOORWARD_FIELDS];

typedef struct {
	unsigned status;
	unsigned long expires; /* seconds for which the response holds; 0: for this request alone */
	ngx_http_doorward_text_t vary; /* len 0: the response does not say */
	ngx_http_doorward_text_t fields[NGX_HTTP_DOORWARD_FIELDS]; /* len 0: absent */
} ngx_http_doorward_response_t;

/*
 * Reads a whole response; the texts are views of data. 0, or -1 if it is not a response of doorward
 * as it should be: no end of the head, no status or two of them, a field twice, a control byte.
 */
int ngx_http_doorward_response_read(
	const unsigned char *data, size_t len, ngx_http_doorward_response_t *response);

#endif
