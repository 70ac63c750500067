/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_JWK_H
#define DW_AGENT_JWK_H

#include "agent/key.h"

#include <jansson.h>

/* What a key must have beyond its numbers. */
struct agent_jwk_terms {
	/* `kid`, if present, must be the thumbprint: it does in a directory at the well-known path.
	 */
	bool kid_is_thumbprint;
	/* The example keys of RFC 9421 B.1, whose private keys anyone can read there, are good. */
	bool accepts_examples;
};

/* Why a key is not used. */
struct agent_jwk_error {
	const char *member; /* of the key; NULL: the key as a whole */
	const char *what;   /* a static string: what was there, and what was expected */
};

/* `nbf` and `exp` are milliseconds from here on: as seconds the year 5138, as milliseconds 1973. */
#define AGENT_JWK_MILLISECONDS 100000000000

/*
 * Reads a public key for signatures from a JSON Web Key (RFC 7517, 7518 6, 8037); agent/keys.h says
 * which ones. The caller owns out->key. False after writing *error; *out is then unchanged.
 */
NODISCARD bool agent_jwk_read(const json_t *jwk, const struct agent_jwk_terms *terms,
	struct agent_key *out, struct agent_jwk_error *error);

#endif
