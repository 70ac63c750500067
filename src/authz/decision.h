/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_DECISION_H
#define DW_AUTHZ_DECISION_H

#include "authz/request.h"
#include "authz/trusted_input.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "cert/cert.h"
#include "policy/pin.h"
#include "policy/policy.h"
#include "policy/rule.h"

#include <stdbool.h>
#include <stdint.h>

/* What was decided about one request, and what it rests on: what a response, the log and an
 * explanation are made of. */

enum authz_verdict { AUTHZ_ALLOW, AUTHZ_DENY, AUTHZ_ERROR };
#define AUTHZ_VERDICTS (AUTHZ_ERROR + 1)

enum authz_step {
	AUTHZ_DONE, /* the decision is there */
	AUTHZ_WAIT  /* for a look-up or a check */
};

/* What ends the time for which a response holds. */
enum authz_bound {
	AUTHZ_BOUND_INPUT, /* it does not hold: the request itself was refused */
	AUTHZ_BOUND_MAX_CACHE,
	AUTHZ_BOUND_DNS,        /* the answers' TTLs */
	AUTHZ_BOUND_CERT,       /* the certificate's dates */
	AUTHZ_BOUND_CERT_CHECK, /* how long what was found about its chain holds */
	AUTHZ_BOUND_CLAIM,      /* it does not hold: a claim that cached_claims does not list */
	AUTHZ_BOUND_RATE,       /* it does not hold: each request counts */
	AUTHZ_BOUND_ERROR       /* it does not hold: the next request may end otherwise */
};

/* What was found of the client's names. */
struct authz_names {
	const struct dns_fcrdns_result *rdns; /* NULL: not looked up */
	enum dns_fcrdns_status status;        /* MISMATCH, too, if pins rejected every name */
	struct str_list passed;               /* those of rdns->names that their pins let pass */
	const struct policy_pin *pin;         /* the first that kept a name out; NULL: none did */
	struct str kept_out;                  /* that name */
	bool lookups_asked; /* the names of `forward` terms were asked of the pins, too */
};

/* Borrowed from the struct authz that made it, until that is reset. */
struct authz_decision {
	const struct authz_request *request;
	struct authz_trusted_input trusted; /* what of the input counts */
	const struct policy *policy;        /* NULL: unknown policy */

	enum authz_verdict verdict;
	unsigned status; /* 200, 401, 403, 503 */
	enum policy_reason reason;
	const struct policy_rule *rule; /* NULL: no rule decided */
	const char *detail;             /* NULL, or what was wrong with the input or certificate */

	struct authz_names names;
	struct str hostname; /* the name for the response; absent if no name counts */
	bool cert_present;
	bool cert_verified;                   /* it passed every check but cert_host */
	const struct cert_identity *identity; /* of a certificate that could be read, good or not */

	unsigned claims_used;    /* bits 1 << enum policy_claim: as in struct policy_verdict */
	unsigned claims_unclear; /* the same */
	uint32_t holds_s;        /* how long the same input would be answered the same */
	uint32_t max_age_s;      /* how long others may keep this very response */
	enum authz_bound bound;  /* why not longer */
};

/*
 * clock_ms() until which the same input, if it is clear, would be answered the same, in the same
 * environment; or a little less, so that names are looked up again in time.
 */
uint64_t authz_decision_until_ms(const struct authz_decision *decision);

const char *authz_verdict_word(enum authz_verdict verdict);
/* "input", "max_cache", "dns", "cert", "cert_check", "claim", "rate", "error". */
const char *authz_bound_word(enum authz_bound bound);

/* For those who make a decision. */

#define AUTHZ_HOLDS_MAX_S (24 * 3600)

/* It holds until `wall_s` at most, because of `bound`. */
void authz_decision_hold_until(
	struct authz_decision *decision, int64_t wall_s, enum authz_bound bound);
/* Makes the text, which is cleared, its detail. */
void authz_decision_detail_take(
	struct authz_decision *decision, struct arena *arena, struct bytes *text);
/* Ends it: sets verdict and reason, and what follows from these. */
void authz_decision_end(
	struct authz_decision *decision, enum authz_verdict verdict, enum policy_reason reason);

#endif
