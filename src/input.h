/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_INPUT_H
#define DW_INPUT_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>

/*
 * What the front end sent about one request, sorted into params, which only the front end can set,
 * and headers (HTTP_*), which any client can send.
 */
enum input_name {
	INPUT_REMOTE_ADDR,
	INPUT_DOORWARD_POLICY,
	INPUT_DOORWARD_TRUST_HEADERS,
	INPUT_SSL_CLIENT_CERT,
	INPUT_SSL_CLIENT_VERIFY,
	INPUT_REQUEST_URI,
	INPUT_REQUEST_METHOD,
	INPUT_X_REAL_IP,
	INPUT_X_FORWARDED_FOR,
	INPUT_X_SSL_CLIENT_CERT,
	INPUT_X_SSL_CLIENT_VERIFY,
	INPUT_USER_AGENT,
	INPUT_HOST,
	INPUT_COUNT
};

struct input {
	struct str values[INPUT_COUNT]; /* absent: data == NULL */
	unsigned duplicates;            /* bit 1 << enum input_name: came more than once */
	const char *unusable;           /* NULL, or why no decision may rest on this input */
};

void input_init(struct input *input);

/*
 * Takes one name-value pair, named as FastCGI and CGI (RFC 3875) name it; the value is copied into
 * the arena. Names that no decision looks at are passed over.
 */
void input_add(struct input *input, struct arena *arena, struct str name, struct str value);

/* The name as the front end sent it: "REMOTE_ADDR", "HTTP_X_REAL_IP". */
const char *input_word(enum input_name name);

#endif
