/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_FINGERPRINT_H
#define DW_POLICY_FINGERPRINT_H

#include "policy/text.h"

/* SHA-256 fingerprints of certificates and of public keys, as base/fingerprint.h reads them. */
extern const struct policy_text_kind policy_text_sha256;
extern const struct policy_text_kind policy_text_spki;
extern const struct policy_text_kind policy_text_ca_key; /* the same of a CA's public key */

#endif
