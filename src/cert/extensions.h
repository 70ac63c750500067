/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_EXTENSIONS_H
#define DW_CERT_EXTENSIONS_H

#include "cert/cert.h"

#include <openssl/x509.h>

/* The part of cert_read that reads extensions of object identifiers: eku, policies. */
NODISCARD enum cert_status cert_read_extensions(
	const X509 *x, struct arena *arena, struct cert_identity *out, const char **why);

#endif
