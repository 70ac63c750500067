/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_RESPONSE_H
#define DW_AUTHZ_RESPONSE_H

#include "authz/authz.h"
#include "base/bytes.h"
#include "fcgi/app.h"

/*
 * The answer as CGI header lines and a body (RFC 3875 section 6), `Status` first. A responder's
 * carries what is known of the client on allow and denial alike, since nginx reads both; an
 * authorizer's carries it as Variable-*, and nothing of it on a denial, since the front end hands
 * that to the client. No byte of a client's input gets in unescaped.
 */
void authz_response_build(const struct authz *a, enum fcgi_role role, struct bytes *out);
/*
 * Its three parts, one after the other: all but the second are the same for the same input. That
 * one says how long the answer may be kept, and to an authorizer's front end nothing.
 * X-Accel-Expires is for nginx alone, which keeps the answer for itself. Cache-Control is for
 * everyone: a front end that hands a denial on (`to_client`) hands that on, too, so it is no-store
 * then.
 */
void authz_response_head(const struct authz *a, enum fcgi_role role, struct bytes *out);
void authz_response_caching(
	uint32_t max_age_s, enum fcgi_role role, bool to_client, struct bytes *out);
void authz_response_tail(const struct authz *a, enum fcgi_role role, struct bytes *out);

/*
 * The certificate's subject alternative names: "DNS:a.example, IP:192.0.2.1, email:…, URI:…".
 * Commas, blanks, quotes, backslashes and all that is not printable ASCII are written \HH inside a
 * name, so that none can pass for two.
 */
void authz_response_san(const struct cert_identity *identity, struct bytes *out);

#endif
