/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_TRUSTED_INPUT_H
#define DW_AUTHZ_TRUSTED_INPUT_H

#include "authz/input.h"
#include "base/addr.h"
#include "config/config.h"

#include <stdbool.h>

/* Which input is trusted: any client can send headers, only the front end params. */

enum authz_client_address {
	AUTHZ_CLIENT_ADDRESS_OK,
	AUTHZ_CLIENT_ADDRESS_NO_ADDRESS,
	AUTHZ_CLIENT_ADDRESS_BAD_ADDRESS,
	/* X-Real-IP and X-Forwarded-For lead to different addresses */
	AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES
};

/*
 * The part of one request's input on which a decision may rest. A pure function of the input and
 * the configuration; the rest of the input changes only the log.
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
	/*
	 * The input that has the address, or should have it; with AUTHZ_CLIENT_ADDRESS_BAD_ADDRESS,
	 * the bad input.
	 */
	enum authz_input_name source;
	struct str bad; /* the item that is not an address */
	/* with AUTHZ_CLIENT_ADDRESS_TWO_ADDRESSES: from X-Real-IP, from X-Forwarded-For */
	struct addr apart[2];
	/*
	 * Bits 1 << enum authz_input_name: the inputs that came and count, other than the address,
	 * which is in `ip`. Claims are among them, whether a rule reads them or not.
	 */
	unsigned counted;
	/*
	 * The first identity header that came but does not count, although it would with another
	 * setting; else AUTHZ_INPUT_COUNT.
	 */
	enum authz_input_name ignored;
};

void authz_trust_input(const struct authz_input *input, const struct config_frontend *frontend,
	struct authz_trusted_input *out);

/* Whether a peer at this address may ask over HTTP; ADDR_NONE: one on a Unix socket. */
bool authz_trusts_peer(const struct config_frontend *frontend, const struct addr *peer);

/* A certificate as the front end sent it, with the result of its check. */
struct authz_trusted_cert {
	struct str text; /* empty: no text */
	enum cert_codec codec;
	bool list;                /* intermediates may follow in the text */
	struct str intermediates; /* a separate text; absent: none */
	enum cert_verify_status verify_status;
	/* of the certificate that the result is about; absent: the front end does not say */
	struct str digest;
	struct str subject;
	struct str issuer;
	/*
	 * The inputs of certificate and result, or those that should have them: both params, or
	 * both headers.
	 */
	enum authz_input_name cert_name;
	enum authz_input_name status_name;
};

/*
 * A param that came, even an empty one, takes precedence over a header, and a header counts only if
 * honoured. A certificate and its result are of one kind: a param may be about another certificate
 * than a header, such as that of a proxy in between.
 */
void authz_client_certificate(const struct authz_input *input,
	const struct config_frontend *frontend, bool honoured, struct authz_trusted_cert *out);

#endif
