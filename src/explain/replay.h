/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_EXPLAIN_REPLAY_H
#define DW_EXPLAIN_REPLAY_H

#include "authz/decision.h"
#include "base/bytes.h"

/*
 * A line of the decision log, text or JSON, from which its request is decided again. It has the
 * address and the client's claims, but no certificate, no result of the front end's check of one,
 * and no DNS data.
 */

#define EXPLAIN_REPLAY_LINE_MAX 65536

struct explain_replay {
	struct str agent; /* for given_agent of struct authz_request; absent: none */
	struct str values[AUTHZ_INPUT_CERT]; /* of the request, as far as the line has them */
	bool cert_present;
	struct str cert_sha256; /* absent: it could not be read */
	struct str_list cut;    /* names of values that the log cut */
	bool replaced;          /* a claim had bytes that JSON cannot hold */

	/* The decision. */
	struct str time; /* absent if the line has none, here and below */
	struct str id;   /* of the response that was sent */
	struct str verdict;
	enum policy_reason reason;
	unsigned status;
	struct str rule;
	struct str policy;
	struct str rdns;
	struct str hostname;
};

/* Strings are the arena's. False with a sentence in *why; unknown members are ignored. */
NODISCARD bool explain_replay_read(
	struct str line, struct arena *arena, struct explain_replay *out, struct bytes *why);

/* Whether it is a line of a decision whose response had this identifier. */
bool explain_replay_has_id(struct str line, struct str id);

/*
 * Compares the decision of the line with the one of now: as lines for people, and as a value of
 * JSON.
 */
void explain_replay_text(
	const struct explain_replay *then, const struct authz_decision *now, struct bytes *out);
void explain_replay_json(
	const struct explain_replay *then, const struct authz_decision *now, struct bytes *out);

#endif
