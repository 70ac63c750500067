/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_IDENTITY_H
#define DW_CERT_IDENTITY_H

#include "cert/cert.h"

#include <openssl/x509.h>

/* The SHA-256 of the DER SubjectPublicKeyInfo, as in struct cert_identity. */
NODISCARD enum cert_status cert_read_spki(const X509 *x, struct arena *arena, struct str *out);

#endif
