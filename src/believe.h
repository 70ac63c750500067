/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BELIEVE_H
#define DW_BELIEVE_H

#include "base/addr.h"
#include "config/config.h"
#include "input.h"

#include <stdbool.h>

/* Which input may be believed: any client can send headers, only the front end params. */

enum believe_address { BELIEVE_OK, BELIEVE_NO_ADDRESS, BELIEVE_BAD_ADDRESS };

/*
 * Identity headers are honoured when the front end says so (DOORWARD_TRUST_HEADERS is 1, or
 * trust_headers = yes), when the peer of the front end (REMOTE_ADDR) is a trusted proxy, or when
 * there is no REMOTE_ADDR at all.
 */
bool believe_headers(const struct input *input, const struct config_frontend *frontend);

/*
 * The client's address: X-Real-IP if honoured; X-Forwarded-For from the right, past the trusted
 * proxies, if honoured and configured; REMOTE_ADDR.
 */
NODISCARD enum believe_address believe_address(const struct input *input,
	const struct config_frontend *frontend, bool honoured, struct addr *out);

/* Whether a peer at this address may ask over HTTP; ADDR_NONE: one on a Unix socket. */
bool believe_peer(const struct config_frontend *frontend, const struct addr *peer);

/* A certificate as the front end sent it, and what it says of it. */
struct believe_cert {
	struct str text; /* empty: there is none */
	enum cert_codec codec;
	bool list;                /* intermediates may follow in the text */
	struct str intermediates; /* a text of their own; absent: none */
	enum cert_word word;
};

/*
 * Of each value, a param that is there, even if empty, else the header if that is honoured; but of
 * a certificate from a header, the word of a header goes before that of a param.
 */
void believe_certificate(const struct input *input, const struct config_frontend *frontend,
	bool honoured, struct believe_cert *out);

/* The first identity header that came, would count (X-Forwarded-For only where it is configured),
 * and was not honoured; INPUT_COUNT if none. */
enum input_name believe_ignored(
	const struct input *input, const struct config_frontend *frontend, bool honoured);

#endif
