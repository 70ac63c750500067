/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_KEY_H
#define DW_CERT_KEY_H

#include "cert/cert.h"

#include <openssl/x509.h>

/* The part of cert_read that reads the public key, and checks a signature by it: key, self_signed.
 */
NODISCARD enum cert_status cert_read_key(
	X509 *x, struct arena *arena, struct cert_identity *out, const char **why);

#endif
