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
 * What the front end sent about one request, sorted into params, which only the front end can set,
 * and headers (HTTP_*), which any client can send.
 */
enum input_name {
	INPUT_REMOTE_ADDR,
	INPUT_DOORWARD_POLICY,
	INPUT_DOORWARD_ENDPOINT,
	INPUT_DOORWARD_TRUST_HEADERS,
	INPUT_REQUEST_URI,
	INPUT_REQUEST_METHOD,
	INPUT_X_REAL_IP,
	INPUT_X_FORWARDED_FOR,
	INPUT_USER_AGENT,
	INPUT_HOST,
	/* What the front end says of a certificate, under the names of its profile. */
	INPUT_CERT, /* + enum cert_input */
	INPUT_COUNT = INPUT_CERT + CERT_INPUT_COUNT
};

/* Those that only rules can ask about, and that are the client's: bits 1 << enum input_name. */
#define INPUT_CLAIMS                                                                               \
	(1U << INPUT_REQUEST_URI | 1U << INPUT_REQUEST_METHOD | 1U << INPUT_USER_AGENT |           \
		1U << INPUT_HOST)

#define INPUT_MORE_LINES_MAX 15

struct input {
	struct str values[INPUT_COUNT]; /* absent: data == NULL */
	unsigned present;               /* bit 1 << enum input_name: has a value */
	unsigned duplicates;            /* bits of those that came more than once, or ambiguously */
	unsigned told;                  /* by a request over HTTP: see forward_auth.h; else 0 */
	const char *unusable;           /* NULL, or why no decision may rest on this input */
	/* Set by who takes the request: it came from a trusted peer, by a protocol without params.
	 */
	bool from_trusted_peer;
	/*
	 * Likewise, before the first pair: the same name again is another line of the same header,
	 * and not a header that is named almost like it. X-Forwarded-For is a list then (RFC 9110
	 * 5.3).
	 */
	bool lines_are_told_apart;
	uint8_t more_line_count;
	/* X-Forwarded-For's lines after the first, in order. */
	struct str more_lines[INPUT_MORE_LINES_MAX];
};

void input_init(struct input *input);

/*
 * Takes one name-value pair, named as FastCGI and CGI (RFC 3875) name it; the value is not copied,
 * and one without data is empty, not absent. Names that no decision looks at are passed over.
 */
void input_add(
	struct input *input, const struct cert_sources *sources, struct str name, struct str value);
/* The same for a header that could stand for two, as X_Real_IP could: it counts as a duplicate. */
void input_add_ambiguous(
	struct input *input, const struct cert_sources *sources, struct str name, struct str value);
/* The same as input_add for one whose name is known. */
void input_set(struct input *input, enum input_name name, struct str value);
/* Copies the values into the arena, for when their memory goes before the decision comes. */
void input_keep(struct input *input, struct arena *arena);

/* Whether a decision may rest on it: nothing in it is unusable, or came twice. */
bool input_is_clear(const struct input *input);

/*
 * The name as the front end sends it: "REMOTE_ADDR", "HTTP_X_REAL_IP"; absent if the profile has no
 * such input.
 */
struct str input_word(const struct cert_sources *sources, enum input_name name);
/* A name of the sources that stands for something else already; absent if there is none. */
struct str input_clash(const struct cert_sources *sources);

#endif
