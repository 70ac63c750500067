/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_SAN_H
#define DW_CERT_SAN_H

#include "cert/cert.h"

#include <openssl/x509.h>

/* The part of cert_read that reads the subjectAltName: dns, email, uri, upn, srv, smtp_utf8, ip.
 * *has_dns: there is a dNSName, usable or not. */
NODISCARD enum cert_status cert_read_san(const X509 *x, struct arena *arena,
	struct cert_identity *out, bool *has_dns, const char **why);

#endif
