/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_AUTHZ_H
#define DW_AUTHZ_AUTHZ_H

#include "authz/cert_verifier.h"
#include "authz/fact_fetch.h"
#include "authz/input.h"
#include "authz/trusted_input.h"
#include "base/arena.h"
#include "base/str.h"
#include "cert/cert.h"
#include "config/config.h"
#include "policy/evaluate.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One request's way from input to verdict: which input may be believed, who the client is, what
 * its policy says. The order of decisions: unusable or doubled input, policy, address, certificate,
 * rules, default; the first that ends it gives the reason.
 */

enum authz_verdict { AUTHZ_ALLOW, AUTHZ_DENY, AUTHZ_ERROR };
#define AUTHZ_VERDICTS (AUTHZ_ERROR + 1)

/* What ends the time for which an answer holds. */
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

/* How explanations are told what happens; the members may be NULL. */
struct authz_trace {
	const struct dns_fcrdns_trace *dns;
	const struct policy_trace *policy;
};

/* A certificate given outright, instead of one that a front end sent. */
struct authz_given {
	struct cert_chain chain;
	struct str status; /* the front end's word with it; absent: the one that verifies */
};

/* What a decision is made with; all of one snapshot. */
struct authz_means {
	const struct config *config;
	struct dns_engine *dns;
	struct authz_cert_verifier *verifier;
	struct policy_match_cache *memory; /* NULL: none */
	struct policy_token_buckets
		*buckets; /* of `rate` terms; kept from one snapshot to the next */
};

struct authz {
	struct arena arena;
	struct authz_input input;
	const struct authz_given *given; /* NULL: none; borrowed until the decision */

	/* Filled as the decision goes on. */
	const struct policy *policy;       /* NULL: unknown policy */
	struct authz_trusted_input belief; /* what of the input counts */
	const char *detail; /* NULL, or what was wrong with the input or certificate */
	struct addr ip;     /* family ADDR_NONE: no usable address */
	bool cert_present;
	const struct cert_identity *identity; /* of a certificate that could be read, good or not */
	bool cert_verified;                   /* it passed every check but cert_host */
	struct authz_fetch fetch;             /* what was looked up */

	/* The outcome. */
	enum authz_verdict verdict;
	unsigned status; /* 200, 401, 403, 503 */
	enum policy_reason reason;
	const struct policy_rule *rule; /* NULL: no rule decided */
	struct str hostname;            /* the name for the answer; absent if there is none */
	uint32_t holds_s;               /* how long the same input would be answered the same */
	uint32_t max_age_s;             /* how long others may keep this very answer */
	enum authz_bound bound;         /* why not longer */

	struct policy_facts facts;
	struct policy_cert cert_facts;
	uint64_t regex_steps; /* left of POLICY_REGEX_STEPS */
	struct policy_verdict decided;
	int64_t wall_s;
	struct cert_check_request question;
	struct authz_trusted_cert sent;
	enum cert_word word;
	const struct cert_check_result *checked; /* what `identity` is of */
	struct authz_means means;
	struct authz_cert_verifier_wait *wait;
	const struct authz_trace *trace;
	void (*done)(void *ctx);
	void *ctx;
};

void authz_init(struct authz *a);
void authz_clear(struct authz *a);
/* Ready for the next request; memory is kept. */
void authz_reset(struct authz *a);

/* `config` is the one that authz_start gets; the value is borrowed until the decision. */
void authz_input(struct authz *a, const struct config *config, struct str name, struct str value);

/*
 * Decides. True: the outcome is there. False: a look-up or a check is under way, and `done` is
 * called once, from the engine's loop, unless authz_cancel comes first. What `means` points to must
 * outlive it; `wall_s` is the time by which certificates are judged. `trace` may be NULL.
 */
NODISCARD bool authz_start(struct authz *a, const struct authz_means *means, int64_t wall_s,
	const struct authz_trace *trace, void (*done)(void *ctx), void *ctx);
void authz_cancel(struct authz *a);

/* The policy that the input asks for; NULL: there is none of that name. */
const struct policy *authz_policy(const struct authz_input *input, const struct config *config);
/*
 * clock_ms() until which the same input, if it is clear, would be answered the same, by the same
 * means: or a little less, so that what is looked up is looked up anew in time.
 */
uint64_t authz_until_ms(const struct authz *a);

const char *authz_verdict_word(enum authz_verdict verdict);
/* "input", "max_cache", "dns", "cert", "cert_check", "claim", "rate", "error". */
const char *authz_bound_word(enum authz_bound bound);
enum dns_fcrdns_status authz_rdns_status(const struct authz *a);

#endif
