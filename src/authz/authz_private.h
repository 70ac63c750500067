/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_AUTHZ_PRIVATE_H
#define DW_AUTHZ_AUTHZ_PRIVATE_H

#include "authz/agent_verifier.h"
#include "authz/decision.h"
#include "authz/env.h"
#include "authz/fact_fetch.h"
#include "authz/request.h"
#include "ban/ban.h"
#include "base/arena.h"
#include "policy/evaluate.h"
#include "shared/nonces.h"

#include <stdint.h>

/*
 * The private part of a struct authz: authz.c takes a request up to its certificate,
 * decision_cert.c judges that, evaluation.c evaluates the rules.
 */
struct authz {
	struct arena arena;
	struct authz_request request;
	struct authz_decision decision;
	const struct authz_env *env;
	void (*done)(void *ctx);
	void *ctx;

	struct authz_trusted_cert sent;        /* the certificate that the front end sent */
	enum cert_verify_status verify_status; /* the result of the front end's check of it */
	struct cert_check_request check;
	struct authz_cert_verifier_wait *wait; /* for the check; NULL: no check is queued */
	const struct cert_check_result *checked;

	struct authz_fetch fetch; /* the lookups */
	struct authz_agent_wait agent_wait;
	struct shared_nonce_wait nonce_wait;
	const struct ban *ban; /* that covers the client; NULL: none is known */
	struct policy_facts facts;
	struct policy_cert cert_facts;
	uint64_t regex_steps; /* what is left of POLICY_REGEX_STEPS */
	struct policy_verdict verdict;
};

#endif
