/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_SIGNATURE_H
#define DW_AGENT_SIGNATURE_H

#include "agent/key.h"
#include "agent/reason.h"
#include "agent/structured_field.h"
#include "agent/url.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/* The three headers of Web Bot Auth, parsed. */
struct agent_headers {
	struct agent_sf_list signature_input;
	struct agent_sf_list signature;
	/* Signature-Agent: a dictionary, or a String, its older form; neither: it is absent. */
	struct agent_sf_list signature_agent;
	struct str signature_agent_string; /* data is NULL: not of the older form */
};

#define AGENT_HEADER_MAX 4096 /* bytes of each */
#define AGENT_TAG "web-bot-auth"

/*
 * Parses the headers into the arena. AGENT_GOOD, or why not: AGENT_MALFORMED, also if a label, key
 * or parameter comes twice, AGENT_TOO_LARGE, AGENT_NO_MEMORY.
 */
NODISCARD enum agent_reason agent_headers_parse(struct str signature_input, struct str signature,
	struct str signature_agent, struct arena *arena, struct agent_headers *out);

/* One signature, as a member of Signature-Input describes it. */
struct agent_signature {
	struct str label;
	const struct agent_sf_member *input; /* the components, and the parameters below */
	int64_t created_s;
	int64_t expires_s;
	struct str keyid;
	struct str algorithm; /* data is NULL: it has none */
	struct str nonce;     /* data is NULL: it has none */
	uint8_t thumbprint[AGENT_THUMBPRINT_LEN];
};

/* Whether a member of Signature-Input is a signature for this purpose, by its tag. */
bool agent_signature_has_tag(const struct agent_sf_member *input);

/*
 * Reads the parameters of a signature (RFC 9421 2.3). AGENT_GOOD, AGENT_NO_PARAMETER, or, if keyid
 * is no thumbprint, AGENT_UNKNOWN_KEY. Parameters with other names are the signer's own, and
 * signed.
 */
NODISCARD enum agent_reason agent_signature_read(
	const struct agent_sf_member *input, struct agent_signature *out);

#define AGENT_SKEW_S 60 /* how far in the future `created` may be */
#define AGENT_LIFETIME_MAX_S 86400

/*
 * Checks the times. AGENT_GOOD, AGENT_LIFETIME, AGENT_NOT_YET or AGENT_EXPIRED; *until_s is before
 * when the answer stays so.
 */
NODISCARD enum agent_reason agent_signature_check_times(
	const struct agent_signature *signature, int64_t wall_s, int64_t *until_s);

/*
 * Checks the parameter `alg`, before the key is known: AGENT_GOOD, AGENT_ALGORITHM for a shared
 * secret, AGENT_UNKNOWN_ALGORITHM. *algorithm is AGENT_ALGORITHM_COUNT if it is absent.
 */
NODISCARD enum agent_reason agent_signature_check_algorithm(
	const struct agent_signature *signature, enum agent_algorithm *algorithm);

/*
 * The agent that the signature names and covers (agent/verify.h says how it is found). AGENT_GOOD,
 * or AGENT_NOT_COVERED, AGENT_NO_SIGNATURE_AGENT, AGENT_UNKNOWN_AGENT. The URL is in `room`.
 */
NODISCARD enum agent_reason agent_signature_agent(const struct agent_signature *signature,
	const struct agent_headers *headers, char room[AGENT_URL_MAX], struct str *url);

/* The bytes of the signature; AGENT_GOOD or AGENT_NO_SIGNATURE_BYTES. */
NODISCARD enum agent_reason agent_signature_bytes(const struct agent_signature *signature,
	const struct agent_headers *headers, struct str *out);

#endif
