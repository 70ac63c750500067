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

/* The views are valid until the next agent_verify with the same verifier. */
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
 * The state of one worker: the results of earlier checks, and how many checks it may still do. A
 * check of a signature by its public key takes 30 to 200 us of CPU, so tag, times, coverage and the
 * pair of URL and key are looked at first; results are remembered until `expires`, verified ones in
 * a table of their own, which no forged signature can evict them from; and the checks of a second
 * are bounded, with a part that is reserved for clients whose signatures by the same key were
 * verified lately. Takes 20 KB before the first check, and 200 KB then. Belongs to one thread. It
 * holds no keys, and outlives changes of them.
 */
struct agent_verifier;

/* How many checks a verifier may do, if agent_verifier_new is not told otherwise. */
#define AGENT_CHECKS_PER_S 250
#define AGENT_CHECKS_BURST 32
#define AGENT_RESERVED_PER_S 500
#define AGENT_RESERVED_BURST 64

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

/*
 * Verifies a request. `wall_s`: seconds since 1970-01-01 UTC; `now_ms`: of a clock that does not go
 * backwards. `keys` may be NULL: no agent is known. A request without Signature-Input costs one
 * comparison.
 */
void agent_verify(struct agent_verifier *verifier, const struct agent_keys *keys,
	const struct agent_request *request, int64_t wall_s, uint64_t now_ms,
	struct agent_result *result);

#endif
