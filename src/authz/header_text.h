/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_HEADER_TEXT_H
#define DW_AUTHZ_HEADER_TEXT_H

#include "base/bytes.h"
#include "cert/cert.h"

/*
 * Values of header lines, into which no byte of a client's input gets unescaped. Printable ASCII as
 * it is, except for the bytes in `special`; all else as \HH (RFC 4514 2.4).
 */
void authz_header_append(struct bytes *out, struct str text, struct str special);
/*
 * The certificate's subject alternative names: "DNS:a.example, IP:192.0.2.1, email:…, URI:…,
 * UPN:…, SRV:…, SmtpUTF8Mailbox:…".
 * Commas, blanks, quotes, backslashes and all bytes that are not printable ASCII are written \HH
 * inside a name, so that no name looks like two.
 */
void authz_header_append_san(struct bytes *out, const struct cert_identity *identity);

#endif
