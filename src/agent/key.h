/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_KEY_H
#define DW_AGENT_KEY_H

#include "base/str.h"
#include "base/util.h"

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Signature algorithms (RFC 9421 3.3, its IANA registry), all of them with public keys. */
enum agent_algorithm {
	AGENT_ED25519,           /* RFC 9421 3.3.6 */
	AGENT_ECDSA_P256_SHA256, /* RFC 9421 3.3.4: r and s, 32 bytes each */
	AGENT_RSA_PSS_SHA512,    /* RFC 9421 3.3.1: MGF1 with SHA-512, a salt of 64 bytes */
	AGENT_ALGORITHM_COUNT
};

/* "ed25519", "ecdsa-p256-sha256", "rsa-pss-sha512": as the parameter `alg` has it. */
const char *agent_algorithm_word(enum agent_algorithm algorithm);

#define AGENT_THUMBPRINT_LEN 32
#define AGENT_KEYID_LEN 43 /* a thumbprint in base64url, without padding */

#define AGENT_RSA_BITS_MIN 2048
#define AGENT_RSA_BITS_MAX 4096
#define AGENT_RSA_EXPONENT_MAX 4 /* bytes: a larger exponent makes checks slow */

/* A public key; immutable. */
struct agent_key {
	EVP_PKEY *key;
	enum agent_algorithm algorithm;
	uint8_t thumbprint[AGENT_THUMBPRINT_LEN]; /* RFC 7638, SHA-256 */
	int64_t from_s;                           /* used from this time, and */
	int64_t until_s;                          /* until before this one; INT64_MAX: no end */
};

/* Each makes a public key; NULL if the numbers are no key of that kind, or when out of memory. */
EVP_PKEY *agent_key_ed25519(struct str x);
/* `x` and `y` have 32 bytes, and are a point of P-256. */
EVP_PKEY *agent_key_p256(struct str x, struct str y);
/* Big-endian, without leading zeros, within the bounds above. */
EVP_PKEY *agent_key_rsa(struct str n, struct str e);

enum agent_key_check { AGENT_KEY_MATCHES, AGENT_KEY_DIFFERS, AGENT_KEY_FAILED };

/*
 * Whether `signature` is that of the key over `base`. AGENT_KEY_FAILED: the check could not be
 * made, as when out of memory. Leaves OpenSSL's error queue as it was. Thread-safe.
 */
NODISCARD enum agent_key_check agent_key_verify(
	const struct agent_key *key, struct str base, struct str signature);

#endif
