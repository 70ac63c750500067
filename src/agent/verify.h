/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_VERIFY_H
#define DW_AGENT_VERIFY_H

#include "agent/budget.h"
#include "agent/keys.h"
#include "agent/reason.h"
#include "agent/request.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Verifies which agent signed a request: Web Bot Auth (draft-meunier-webbotauth-httpsig-protocol),
 * a profile of HTTP Message Signatures (RFC 9421).
 *
 * Signature-Input may have several members (labels). Those with the parameter tag="web-bot-auth"
 * count, the first AGENT_LABELS_MAX of them; the first that is verified decides. If none is, the
 * request is unverified if any of them is, or if there were more; else it is invalid, for the
 * reason of the first label.
 *
 * Signature-Agent is a Dictionary, whose member with the label as its key names the agent, or, if
 * the signature covers exactly one member of another key, that one (an intermediary may have
 * changed the label of the signature, but no key of Signature-Agent that is covered). Its older
 * form is one String, for any label. The URL must be covered: `"signature-agent";key="KEY"`, or
 * `"signature-agent"` in the older form.
 *
 * Understood components: @authority, @method, @path, @query, @query-param;name, @target-uri,
 * @scheme, and header fields, whole or (;key) one member of a Dictionary. Anything else, as other
 * derived components and the parameters sf, bs, tr and req, makes a signature unverified.
 */

#define AGENT_LABELS_MAX 4

/* The views are valid until the next call with the same verifier. */
struct agent_result {
	enum agent_state state;
	enum agent_reason reason;
	/*
	 * The agent's URL as agent_url_read writes it: who signed, if the state is AGENT_VERIFIED;
	 * else only a claim, for the log, or empty.
	 */
	struct str url;
	/*
	 * With AGENT_UNVERIFIED: only the agent of `url` can have signed, as no other signature
	 * with the tag came.
	 */
	bool is_only_claim;
	/* The rest is set if the state is AGENT_VERIFIED. */
	struct str keyid; /* the thumbprint, in base64url without padding */
	struct str nonce; /* absent: the signature has none */
	uint8_t thumbprint[AGENT_THUMBPRINT_LEN];
	int64_t expires_s; /* the parameter `expires` */
	/*
	 * The same request has the same result, with the same keys, until before this time, in
	 * seconds since 1970-01-01 UTC. INT64_MIN: the result must not be kept. INT64_MAX: no
	 * bound.
	 */
	int64_t until_s;
};

/*
 * The state of one worker: the signatures that matched, and how many checks it may still do. A
 * check writes the signature base, of up to AGENT_BASE_MAX bytes, and asks the public key, which
 * takes 30 to 200 us of CPU. So tag, times, coverage and the pair of URL and key are looked at
 * first; what matched is remembered until `expires`; the checks of a second are bounded, with a
 * part that is reserved for clients whose signatures by the same key were verified lately; and each
 * check has a call of agent_verify_step for itself, so that a caller can do other work between two
 * of them. Takes 20 KB before the first check, and 220 KB then. Belongs to one thread. It holds no
 * keys, and outlives changes of them.
 */
struct agent_verifier;

/*
 * How many checks a verifier may do, if agent_verifier_new is not told otherwise. Those for
 * strangers take less than 1 % of a worker's time, so that 99 of 100 other requests come during
 * none of them.
 */
#define AGENT_CHECKS_PER_S 50
#define AGENT_CHECKS_BURST 32
#define AGENT_RESERVED_PER_S 500
#define AGENT_RESERVED_BURST 64

/* How long the result of a signature that does not match its base holds. */
#define AGENT_MISMATCH_HOLDS_S 60

/* Counted since agent_verifier_new. */
struct agent_counts {
	uint64_t checks;     /* by a public key */
	uint64_t remembered; /* results that needed no check */
	uint64_t busy;       /* checks that were not done */
};

/* `budget`: NULL for the numbers above. NULL when out of memory. */
struct agent_verifier *agent_verifier_new(const struct agent_budget_sizes *budget);
void agent_verifier_free(struct agent_verifier *verifier);
struct agent_counts agent_verifier_counts(const struct agent_verifier *verifier);

enum agent_step {
	AGENT_DONE, /* the result is there */
	AGENT_WAIT  /* a check is due, which the next call does */
};

/* What earlier calls about the same request have done; zeroed before the first. */
struct agent_progress {
	bool has_token; /* for a check in the next call */
	bool is_turn;   /* during a call: it may do a check */
	/* Of each signature with the tag: how its check ended; AGENT_NO_SIGNATURE: not yet. */
	enum agent_reason reasons[AGENT_LABELS_MAX];
};

/*
 * Verifies a request. `wall_s`: seconds since 1970-01-01 UTC; `now_ms`: of a clock that does not go
 * backwards. `keys` may be NULL: no agent is known. A request without Signature-Input costs one
 * comparison. With AGENT_WAIT, which comes before each check, the same request is to be verified
 * once more, with the same keys and `wall_s`; the budget bounds how many requests wait.
 */
NODISCARD enum agent_step agent_verify_step(struct agent_verifier *verifier,
	const struct agent_keys *keys, const struct agent_request *request, int64_t wall_s,
	uint64_t now_ms, struct agent_progress *progress, struct agent_result *result);
/* The same, with all checks at once. */
void agent_verify(struct agent_verifier *verifier, const struct agent_keys *keys,
	const struct agent_request *request, int64_t wall_s, uint64_t now_ms,
	struct agent_result *result);

#endif
