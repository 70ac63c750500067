/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_TRUSTED_INPUT_H
#define DW_AUTHZ_TRUSTED_INPUT_H

#include "authz/input.h"
#include "base/addr.h"
#include "config/config.h"

#include <stdbool.h>

/* Which input may be believed: any client can send headers, only the front end params. */

enum authz_client_address {
	AUTHZ_CLIENT_ADDRESS_OK,
	AUTHZ_CLIENT_ADDRESS_NO_ADDRESS,
	AUTHZ_CLIENT_ADDRESS_BAD_ADDRESS,
	AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES /* X-Real-IP and X-Forwarded-For lead to different ones
					    */
};

/*
 * What of one request's input a decision may rest on. A pure function of the input and the
 * configuration; the rest of the input can change nothing but the log.
 */
struct authz_trusted_input {
	/*
	 * Identity headers count: the front end says so (DOORWARD_TRUST_HEADERS is 1, or
	 * trust_headers = yes), its peer (REMOTE_ADDR) is a trusted proxy, or it is one itself,
	 * over HTTP.
	 */
	bool honoured;
	enum authz_client_address address;
	struct addr ip; /* of the client, with AUTHZ_CLIENT_ADDRESS_OK */
	/* Where the address is from, or should be; with AUTHZ_CLIENT_ADDRESS_BAD_ADDRESS, which
	 * input is bad. */
	enum authz_input_name source;
	struct str bad;       /* what is no address there */
	struct addr apart[2]; /* with AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES: by X-Real-IP, by
				 X-Forwarded-For */
	/*
	 * Bits 1 << enum authz_input_name: what came and counts beside the address, for which `ip`
	 * stands. Claims are among them, whether a rule reads them or not.
	 */
	unsigned counted;
	/* The first identity header that came and was not read, though another setting would have
	 * read it; else AUTHZ_INPUT_COUNT. */
	enum authz_input_name ignored;
};

void authz_trust_input(const struct authz_input *input, const struct config_frontend *frontend,
	struct authz_trusted_input *out);

/* Whether a peer at this address may ask over HTTP; ADDR_NONE: one on a Unix socket. */
bool authz_trusts_peer(const struct config_frontend *frontend, const struct addr *peer);

/* A certificate as the front end sent it, and what it says of it. */
struct authz_trusted_cert {
	struct str text; /* empty: no text */
	enum cert_codec codec;
	bool list;                /* intermediates may follow in the text */
	struct str intermediates; /* a text of their own; absent: none */
	enum cert_word word;
	struct str subject; /* that the word is about; absent: the front end does not say */
	struct str issuer;
	/* Where certificate and word are from, or should be: both params, or both headers. */
	enum authz_input_name cert_name;
	enum authz_input_name status_name;
};

/*
 * A param that is there, even if empty, goes before a header, and a header counts only if honoured.
 * A certificate and what is said of it are of one kind: a param may speak of another certificate
 * than a header does, such as that of a proxy in between.
 */
void authz_client_certificate(const struct authz_input *input,
	const struct config_frontend *frontend, bool honoured, struct authz_trusted_cert *out);

#endif
