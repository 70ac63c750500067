/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_FACTS_H
#define DW_POLICY_FACTS_H

#include "base/addr.h"
#include "base/dn.h"
#include "base/str.h"
#include "policy/lookup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy_match_cache;

/* The facts known about one request when it is decided. Everything is borrowed from the caller. */

/* Claims of the client, which can be false. */
enum policy_claim {
	POLICY_CLAIM_USER_AGENT,
	POLICY_CLAIM_URI,
	POLICY_CLAIM_METHOD,
	POLICY_CLAIM_HTTP_HOST,
	POLICY_CLAIM_COUNT
};

/* Whether facts that cost a lookup, and are fetched only when a rule needs them, are known. */
enum policy_fact_state {
	POLICY_FACT_UNFETCHED,
	POLICY_FACT_KNOWN,
	POLICY_FACT_KNOWN_IN_PART, /* there may be more values than are known */
	POLICY_FACT_UNKNOWN        /* fetching failed */
};

/* The result of a lookup, a term or a rule. */
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
	struct str spki;   /* lower-case hexadecimal, of the DER SubjectPublicKeyInfo */
	/*
	 * The same of the key that signed it, and of the trusted certificate in which its chain
	 * ends; absent: unknown.
	 */
	struct str issuer_spki;
	struct str anchor;
	struct dn_values subject_values;
	struct dn_values issuer_values;
	struct str_list dns; /* SAN dNSName, lower-case; a wildcard is a literal */
	struct str_list email;
	struct str_list uri;
	struct str_list upn;       /* SAN otherName: User Principal Name, UTF-8 */
	struct str_list srv;       /* SAN otherName: `_service.host` (RFC 4985), lower-case */
	struct str_list smtp_utf8; /* SAN otherName: SmtpUTF8Mailbox (RFC 9598) */
	struct str_list eku;       /* dotted object identifiers */
	struct str_list policies;  /* dotted object identifiers */
	struct str_list key;       /* `rsa 3072`, or `ec 256` and `P-256` */
	bool self_signed;
	const struct addr *ip;
	size_t ip_count;
};

struct policy_facts {
	const struct addr *ip; /* never NULL */
	/* The names that `host` may match: confirmed ones, or claimed ones with rdns = single. */
	enum policy_fact_state names_state;
	struct str_list names; /* lower-case, no final dot */
	/* KNOWN_IN_PART: the other names that are possible; empty: any name is. */
	struct str_list possible_names;
	/*
	 * The agent that signed the request, as agent_url_read writes its URL; none: unsigned, or
	 * the signature is invalid. The rest as for names.
	 */
	enum policy_fact_state agents_state;
	struct str_list agents;
	struct str_list possible_agents;
	/* By the number of the lookup, never NOT_EVALUATED. NULL: no lookup was made. */
	const enum policy_truth *lookup_truths;
	/* By the number of the lookup, of a DNSBL that is POLICY_TRUE. NULL: no codes are known. */
	const struct policy_lookup_codes *lookup_codes;
	uint64_t rates_asked;  /* bits, by the number of the rate: the client was counted */
	uint64_t rates_over;   /* bits, by the number of the rate: the client was above it */
	enum policy_truth ban; /* of the term `ban`; never NOT_EVALUATED */
	/*
	 * The network of the address, as policy/network.h writes it. Absent: it is not known.
	 */
	struct str asn;
	struct str country;
	bool cert_present;
	const struct policy_cert *cert;        /* NULL unless one passed its checks */
	struct str claims[POLICY_CLAIM_COUNT]; /* as the client sent them; see claim.h */
	unsigned claims_disputed;              /* bits: two values came, and differ */
	/* what is left of POLICY_REGEX_STEPS for this request; NULL: not shared */
	uint64_t *regex_steps;
	struct policy_match_cache *match_cache; /* of this thread and configuration; NULL: none */
};

#endif
