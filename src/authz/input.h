/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_INPUT_H
#define DW_AUTHZ_INPUT_H

#include "base/arena.h"
#include "base/str.h"
#include "cert/profile.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The values that the front end sent about one request, sorted into params, which only the front
 * end can set, and headers (HTTP_*), which any client can send.
 */
enum authz_input_name {
	AUTHZ_INPUT_REMOTE_ADDR,
	AUTHZ_INPUT_DOORWARD_POLICY,
	AUTHZ_INPUT_DOORWARD_ENDPOINT,
	AUTHZ_INPUT_DOORWARD_TRUST_HEADERS,
	AUTHZ_INPUT_DOORWARD_VARY,
	AUTHZ_INPUT_DOORWARD_LOOKUP,
	AUTHZ_INPUT_REQUEST_URI,
	AUTHZ_INPUT_REQUEST_METHOD,
	/*
	 * What only signatures of agents are about: the scheme of the request, and its Host field
	 * with the port, where HTTP_HOST has none.
	 */
	AUTHZ_INPUT_REQUEST_SCHEME,
	AUTHZ_INPUT_DOORWARD_AUTHORITY,
	AUTHZ_INPUT_SIGNATURE_INPUT,
	AUTHZ_INPUT_SIGNATURE_AGENT,
	AUTHZ_INPUT_SIGNATURE,
	AUTHZ_INPUT_X_REAL_IP,
	AUTHZ_INPUT_X_FORWARDED_FOR,
	AUTHZ_INPUT_USER_AGENT,
	AUTHZ_INPUT_HOST,
	/* The values about a certificate, under the names of the profile. */
	AUTHZ_INPUT_CERT, /* + enum cert_input */
	AUTHZ_INPUT_COUNT = AUTHZ_INPUT_CERT + CERT_INPUT_COUNT
};

/* Claims of the client, which only rules read: bits 1 << enum authz_input_name. */
#define AUTHZ_INPUT_CLAIMS                                                                         \
	(1U << AUTHZ_INPUT_REQUEST_URI | 1U << AUTHZ_INPUT_REQUEST_METHOD |                        \
		1U << AUTHZ_INPUT_USER_AGENT | 1U << AUTHZ_INPUT_HOST | AUTHZ_INPUT_OF_SIGNATURE)
/* Of these, those that only the verification of a signature reads. */
#define AUTHZ_INPUT_OF_SIGNATURE                                                                   \
	(1U << AUTHZ_INPUT_REQUEST_SCHEME | 1U << AUTHZ_INPUT_DOORWARD_AUTHORITY |                 \
		1U << AUTHZ_INPUT_SIGNATURE_INPUT | 1U << AUTHZ_INPUT_SIGNATURE |                  \
		1U << AUTHZ_INPUT_SIGNATURE_AGENT)

#define AUTHZ_INPUT_MORE_LINES_MAX 15

/* Fields of a signed request that are kept; a signature that covers a later one is not verified. */
#define AUTHZ_INPUT_FIELDS_MAX 64

/* A header field of the client's request. */
struct authz_field {
	struct str name; /* as it came; or without HTTP_, in capitals, and with _ for each - */
	struct str value;
	bool in_cgi; /* the latter: the name of a param */
};

struct authz_fields {
	struct authz_field items[AUTHZ_INPUT_FIELDS_MAX];
	size_t count;
	bool overflow; /* there were more, and `count` is 0 */
};

struct authz_input {
	struct str values[AUTHZ_INPUT_COUNT]; /* absent: data == NULL */
	unsigned present;                     /* bit 1 << enum authz_input_name: has a value */
	/* bits of those that came more than once, or under an ambiguous name */
	unsigned duplicates;
	unsigned told;        /* for a request over HTTP: see forward_auth.h; else 0 */
	const char *unusable; /* NULL, or why no decision may rest on this input */
	/*
	 * Set by the protocol's side: the request came from a trusted peer, by a protocol without
	 * params.
	 */
	bool from_trusted_peer;
	/*
	 * Set by the protocol's side, before the first pair: the same name again is another line of
	 * the same header, and not a header with a similar name. X-Forwarded-For is a list then
	 * (RFC 9110 5.3).
	 */
	bool lines_are_told_apart;
	/* The header fields, which a signature may cover; NULL unless the request is signed. */
	const struct authz_fields *fields;
	uint8_t more_line_count;
	/* X-Forwarded-For's lines after the first, in order. */
	struct str more_lines[AUTHZ_INPUT_MORE_LINES_MAX];
};

void authz_input_init(struct authz_input *input);

/*
 * Adds one name-value pair, with its name in FastCGI and CGI (RFC 3875); the value is not copied,
 * and one without data is empty, not absent. Names that no decision reads are skipped.
 */
void authz_input_add(struct authz_input *input, const struct cert_sources *sources, struct str name,
	struct str value);
/* The same for a header whose name stands for two, such as X_Real_IP: it counts as a duplicate. */
void authz_input_add_ambiguous(struct authz_input *input, const struct cert_sources *sources,
	struct str name, struct str value);
/* The same as authz_input_add for a known name. */
void authz_input_set(struct authz_input *input, enum authz_input_name name, struct str value);
/* Copies the values into the arena, if their memory is freed before the decision is made. */
void authz_input_keep(struct authz_input *input, struct arena *arena);

/* Whether it has a signature of an agent, good or bad: Signature-Input is not empty. */
bool authz_input_is_signed(const struct authz_input *input);
/* Adds the field of a param that is one: HTTP_NAME, or DOORWARD_FIELD_name, as it came. */
void authz_fields_add_param(struct authz_fields *fields, struct str name, struct str value);
/* Adds a field under its name in HTTP. */
void authz_fields_add(struct authz_fields *fields, struct str name, struct str value);
/* Whether it is the field of that name, which is in lower case. */
bool authz_field_is(const struct authz_field *field, struct str name);

/*
 * Whether a decision may rest on it: nothing in it is unusable, or came twice but for what only
 * signatures are about.
 */
bool authz_input_is_clear(const struct authz_input *input);

/*
 * Whether the front end caches responses by the parameters that X-Doorward-Vary names, beside those
 * that always count: DOORWARD_VARY is 1.
 */
bool authz_input_asks_vary(const struct authz_input *input);

/*
 * The name as the front end sends it: "REMOTE_ADDR", "HTTP_X_REAL_IP"; absent if the profile has no
 * such input.
 */
struct str authz_input_word(const struct cert_sources *sources, enum authz_input_name name);
/* A name of the sources that is also the name of another input; absent: no such name. */
struct str authz_input_clash(const struct cert_sources *sources);

#endif
