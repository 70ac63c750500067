/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_DECISION_H
#define DW_AUTHZ_DECISION_H

#include "agent/reason.h"
#include "authz/networks.h"
#include "authz/request.h"
#include "authz/trusted_input.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "cert/trust.h"
#include "policy/pin.h"
#include "policy/policy.h"
#include "policy/rule.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The decision about one request, and what it rests on: from it responses, log lines and
 * explanations are made.
 */

enum authz_verdict { AUTHZ_ALLOW, AUTHZ_DENY, AUTHZ_ERROR };
#define AUTHZ_VERDICTS (AUTHZ_ERROR + 1)

enum authz_step {
	AUTHZ_DONE, /* the decision is made */
	AUTHZ_WAIT  /* for a lookup or a check */
};

/* What limits the time for which a response is valid. */
enum authz_bound {
	AUTHZ_BOUND_INPUT, /* not valid: the request itself was rejected */
	AUTHZ_BOUND_MAX_CACHE,
	AUTHZ_BOUND_DNS,        /* the TTLs of DNS answers */
	AUTHZ_BOUND_CERT,       /* the certificate's dates */
	AUTHZ_BOUND_CERT_CHECK, /* how long the result for its chain is valid */
	AUTHZ_BOUND_CLAIM,      /* not valid: a claim that cached_claims does not list */
	AUTHZ_BOUND_AGENT,      /* not valid: a signature is about its own request */
	AUTHZ_BOUND_BAN,        /* the end of a ban */
	AUTHZ_BOUND_RATE,       /* not valid: each request counts */
	AUTHZ_BOUND_ERROR       /* not valid: the next request may be decided differently */
};

/* The result about the client's names. */
struct authz_names {
	const struct dns_fcrdns_result *rdns; /* NULL: not looked up */
	enum dns_fcrdns_status status;        /* MISMATCH, too, if pins rejected every name */
	struct str_list passed;               /* the names of rdns->names that their pins accept */
	const struct policy_pin *pin;         /* the first that excluded a name; NULL: none did */
	struct str kept_out;                  /* that name */
	bool lookups_asked; /* names of `forward` terms were looked up in the pins, too */
};

/* The result about the agent that signed the request (Web Bot Auth). */
struct authz_agent {
	bool is_known; /* it was looked at: a rule asked for it */
	enum agent_state state;
	enum agent_reason reason;
	struct str url; /* of the agent, if AGENT_VERIFIED; else what is claimed, or absent */
};

/* Borrowed from the struct authz that made it, until that is reset. */
struct authz_decision {
	const struct authz_request *request;
	struct authz_trusted_input trusted; /* the parts of the input that count */
	const struct policy *policy;        /* NULL: unknown policy */

	enum authz_verdict verdict;
	unsigned status; /* 200, 401, 403, 503 */
	enum policy_reason reason;
	const struct policy_rule *rule; /* NULL: no rule decided */
	const char *detail;             /* NULL, or what was wrong with the input or certificate */

	struct authz_names names;
	struct str hostname; /* the name for the response; absent if no name counts */
	bool cert_present;
	bool cert_verified; /* it passed every check but cert_host */
	/* of a certificate that could be read, trusted or not */
	const struct cert_identity *identity;
	struct cert_chain_keys chain_keys; /* of a certificate that was verified here */

	struct authz_agent agent;
	struct authz_network network;

	unsigned claims_used;    /* bits 1 << enum policy_claim: as in struct policy_verdict */
	unsigned claims_unclear; /* the same */
	uint32_t holds_s;        /* how long the same input would get the same decision */
	uint32_t max_age_s;      /* how long caches may keep this very response */
	enum authz_bound bound;  /* what limits that time */
};

/*
 * clock_ms() until which the same input, if it is clear, would get the same decision, in the same
 * environment; or a little less, so that names are looked up again in time.
 */
uint64_t authz_decision_until_ms(const struct authz_decision *decision);

const char *authz_verdict_word(enum authz_verdict verdict);
/* "input", "max_cache", "dns", "cert", "cert_check", "claim", "agent", "ban", "rate", "error". */
const char *authz_bound_word(enum authz_bound bound);

/* For the files that make a decision. */

#define AUTHZ_HOLDS_MAX_S (24 * 3600)

/* The decision is valid until `wall_s` at most, because of `bound`. */
void authz_decision_hold_until(
	struct authz_decision *decision, int64_t wall_s, enum authz_bound bound);
/* Sets its detail to the text, which is cleared. */
void authz_decision_detail_take(
	struct authz_decision *decision, struct arena *arena, struct bytes *text);
/* Ends the decision: sets verdict and reason, and what follows from these. */
void authz_decision_end(
	struct authz_decision *decision, enum authz_verdict verdict, enum policy_reason reason);

#endif
