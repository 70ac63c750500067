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
 * What of one request's input a decision may rest on. A pure function of the input and the
 * configuration; the rest of the input can change nothing but the log.
 */
struct belief {
	/*
	 * Identity headers count: the front end says so (DOORWARD_TRUST_HEADERS is 1, or
	 * trust_headers = yes), its peer (REMOTE_ADDR) is a trusted proxy, or there is no
	 * REMOTE_ADDR at all.
	 */
	bool honoured;
	enum believe_address address;
	struct addr ip; /* of the client, with BELIEVE_OK */
	/*
	 * Bits 1 << enum input_name: what came and counts beside the address, for which `ip`
	 * stands. Claims are among them, whether a rule reads them or not.
	 */
	unsigned counted;
	/* The first identity header that came, would count and was not honoured; else INPUT_COUNT.
	 */
	enum input_name ignored;
};

void believe(const struct input *input, const struct config_frontend *frontend, struct belief *out);

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

#endif
