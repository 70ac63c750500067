/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_FACTS_H
#define DW_POLICY_FACTS_H

#include "base/addr.h"
#include "base/str.h"
#include "policy/lookup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy_match_cache;

/* What is known about one request when it is decided. Everything is borrowed from the caller. */

/* Claims of the client: true only as far as it pleases. */
enum policy_claim {
	POLICY_CLAIM_USER_AGENT,
	POLICY_CLAIM_URI,
	POLICY_CLAIM_METHOD,
	POLICY_CLAIM_HTTP_HOST,
	POLICY_CLAIM_COUNT
};

/* Facts that cost a look-up, and are fetched only when a rule asks for them. */
enum policy_fact_state {
	POLICY_FACT_UNFETCHED,
	POLICY_FACT_KNOWN,
	POLICY_FACT_KNOWN_IN_PART, /* there may be more than is known */
	POLICY_FACT_UNKNOWN        /* fetching failed: nobody knows */
};

/* What became of a look-up, a term or a rule. */
enum policy_truth {
	POLICY_FALSE,
	POLICY_TRUE,
	POLICY_UNKNOWN,
	POLICY_UNFETCHED,
	POLICY_NOT_EVALUATED
};

/* A certificate that passed its checks (RFC 5280). Absent strings have data == NULL. */
struct policy_cert {
	struct str subject; /* RFC 2253 text */
	struct str issuer;
	struct str serial; /* lower-case hexadecimal, no leading zeros; "0"; "-" if negative */
	struct str sha256; /* lower-case hexadecimal, of the DER certificate */
	struct str spki;   /* likewise, of the DER SubjectPublicKeyInfo */
	struct str_list cn;
	struct str_list dns; /* SAN dNSName, lower-case; a wildcard is a literal */
	struct str_list email;
	struct str_list uri;
	const struct addr *ip;
	size_t ip_count;
};

struct policy_facts {
	const struct addr *ip; /* never NULL */
	/* The names that `host` may match: confirmed ones, or claimed ones with rdns = single. */
	enum policy_fact_state names_state;
	struct str_list names; /* lower-case, no final dot */
	/* KNOWN_IN_PART: what else may be a name; none: anything may. */
	struct str_list possible_names;
	/* By the number of the look-up, never NOT_EVALUATED. NULL: none is fetched. */
	const enum policy_truth *answers;
	uint64_t rates_asked; /* bits, by the number of the rate: whether the client is counted */
	uint64_t rates_over;  /* likewise: whether it was above it */
	bool cert_present;
	const struct policy_cert *cert;        /* NULL unless one passed its checks */
	struct str claims[POLICY_CLAIM_COUNT]; /* as they came; see claim.h */
	unsigned claims_disputed;              /* bits: two came, and differ */
	uint64_t *regex_steps; /* left of POLICY_REGEX_STEPS for this request; NULL: not shared */
	struct policy_match_cache *memory; /* of this thread and configuration; NULL: none */
};

#endif
