/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_AUTHZ_PRIVATE_H
#define DW_AUTHZ_AUTHZ_PRIVATE_H

#include "authz/decision.h"
#include "authz/env.h"
#include "authz/fact_fetch.h"
#include "authz/request.h"
#include "base/arena.h"
#include "policy/evaluate.h"

#include <stdint.h>

/* The inside of a struct authz: authz.c takes a request as far as its certificate, decision_cert.c
 * judges that, evaluation.c asks the rules. */
struct authz {
	struct arena arena;
	struct authz_request request;
	struct authz_decision decision;
	const struct authz_env *env;
	void (*done)(void *ctx);
	void *ctx;

	struct authz_trusted_cert sent; /* what the front end sent of a certificate */
	enum cert_word word;            /* and what it says of it */
	struct cert_check_request check;
	struct authz_cert_verifier_wait *wait; /* for that check; NULL: none is under way */
	const struct cert_check_result *checked;

	struct authz_fetch fetch; /* what was looked up */
	struct policy_facts facts;
	struct policy_cert cert_facts;
	uint64_t regex_steps; /* left of POLICY_REGEX_STEPS */
	struct policy_verdict verdict;
};

#endif
