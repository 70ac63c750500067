/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_POLICY_H
#define DW_POLICY_POLICY_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "policy/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLICY_RULE_TERMS_MAX 32 /* of one rule */

/* One configured [policy NAME], including what it inherits. Immutable once loaded. */

enum policy_rdns { POLICY_RDNS_OFF, POLICY_RDNS_SINGLE, POLICY_RDNS_DOUBLE };
enum policy_when { POLICY_WHEN_ALWAYS, POLICY_WHEN_NEEDED };
enum policy_client_cert { POLICY_CERT_OFF, POLICY_CERT_OPTIONAL, POLICY_CERT_REQUIRED };
/*
 * AUTO: BOTH if there is trust material, else FRONTEND; resolved when the configuration is loaded.
 */
enum policy_verify {
	POLICY_VERIFY_AUTO,
	POLICY_VERIFY_FRONTEND,
	POLICY_VERIFY_LOCAL,
	POLICY_VERIFY_BOTH
};
enum policy_crl_check { POLICY_CRL_CHECK_CHAIN, POLICY_CRL_CHECK_LEAF };
enum policy_cert_host { POLICY_CERT_HOST_OFF, POLICY_CERT_HOST_EXACT, POLICY_CERT_HOST_DOMAIN };
enum policy_action { POLICY_ACTION_DENY, POLICY_ACTION_ALLOW };
/* The headers of a response that tell the front end about the client and the decision. */
enum policy_header {
	POLICY_HEADER_HOSTNAME,
	POLICY_HEADER_RDNS,
	POLICY_HEADER_CERT_SUBJECT,
	POLICY_HEADER_CERT_ISSUER,
	POLICY_HEADER_CERT_SERIAL,
	POLICY_HEADER_CERT_FINGERPRINT,
	POLICY_HEADER_CERT_SAN,
	POLICY_HEADER_CERT_NOT_AFTER,
	POLICY_HEADER_CERT_EKU,
	POLICY_HEADER_CERT_POLICIES,
	POLICY_HEADER_CERT_KEY,
	POLICY_HEADER_CERT_SPKI,
	POLICY_HEADER_CERT_ISSUER_SPKI,
	POLICY_HEADER_CERT_ANCHOR,
	POLICY_HEADER_AGENT,
	POLICY_HEADER_POLICY,
	POLICY_HEADER_REASON,
	POLICY_HEADER_RULE,
	POLICY_HEADER_ID,
	POLICY_HEADER_COUNT
};
/* Whether a signature of an agent counts once (by its nonce), or until it expires. */
enum policy_nonce { POLICY_NONCE_ANY, POLICY_NONCE_ONCE };
enum policy_on_error { POLICY_ON_ERROR_DENY, POLICY_ON_ERROR_ERROR, POLICY_ON_ERROR_ALLOW };

/* How certificates are verified here. Paths that are not configured are NULL. */
struct policy_trust {
	const char *ca_file;
	const char *ca_dir;
	const char *const *crl_files; /* files and folders */
	size_t crl_file_count;
	enum policy_crl_check crl_check;
	const char *cert_pins;
	uint32_t verify_depth;
	uint32_t security_level;
	bool partial_chain;
	bool x509_strict;
	const char *const *cert_policies; /* OIDs; the chain must assert one, if there are any */
	size_t cert_policy_count;
	bool allow_missing_eku;
};

struct policy_pins;
struct policy_rules; /* an ordered list of compiled rules */

struct policy {
	struct str name;
	size_t number; /* the index in its configuration, from 0 */
	bool lookup;   /* built in, and only to tell the client's name */
	enum policy_rdns rdns;
	enum policy_when rdns_when;
	enum policy_client_cert client_cert;
	enum policy_verify verify;
	struct policy_trust trust;
	enum policy_cert_host cert_host;
	bool cn_fallback;
	bool bans; /* who is banned is denied before the rules */
	enum policy_on_error on_dns_error;
	enum policy_nonce agent_nonce;
	enum policy_action default_action;
	unsigned deny_status; /* 401 or 403 */
	uint32_t max_cache_s;
	unsigned cached_claims;           /* bit 1 << enum policy_claim */
	unsigned response_headers;        /* bit 1 << enum policy_header: those that are sent */
	const struct policy_pins *pins;   /* NULL: no pins; borrowed or owned: see config */
	const struct policy_rules *rules; /* borrowed or owned: see config */
};

/*
 * Why a request was decided as it was; the word stands in the log, the response and the counters.
 * The reasons from CERT_MISSING to CERT_HOST_MISMATCH are about the certificate.
 */
enum policy_reason {
	POLICY_REASON_RULE,
	POLICY_REASON_DEFAULT,
	POLICY_REASON_NO_ADDRESS,
	POLICY_REASON_BAD_ADDRESS,
	POLICY_REASON_BAD_INPUT, /* parameters that cannot be parsed, or too many */
	POLICY_REASON_DUPLICATE_INPUT,
	POLICY_REASON_UNKNOWN_POLICY,
	POLICY_REASON_CERT_MISSING,
	POLICY_REASON_CERT_MALFORMED,
	POLICY_REASON_CERT_UNVERIFIED,
	POLICY_REASON_CERT_EXPIRED,
	POLICY_REASON_CERT_NOT_YET_VALID,
	/*
	 * no chain to a trusted certificate, or the verification failed to find out; with a rule:
	 * it needs the chain of a certificate that passed without one
	 */
	POLICY_REASON_CERT_UNTRUSTED,
	POLICY_REASON_CERT_REVOKED,
	POLICY_REASON_CERT_HOST_MISMATCH,
	/* a rule asks for the agent, and its signature could not be verified */
	POLICY_REASON_AGENT_UNVERIFIED,
	POLICY_REASON_NETWORK_UNKNOWN, /* a rule asks for the network, and no database has it */
	POLICY_REASON_DNS_ERROR,
	POLICY_REASON_REGEX_LIMIT,
	POLICY_REASON_RATE,
	POLICY_REASON_BANNED,
	POLICY_REASON_OVERLOAD,
	POLICY_REASON_INTERNAL,
	POLICY_REASON_COUNT
};

/* Whether certificates can be verified here. */
bool policy_has_trust(const struct policy_trust *trust);

const char *policy_reason_word(enum policy_reason reason);
/* "user_agent", "uri", "method", "http_host". */
const char *policy_claim_word(enum policy_claim claim);
/* "X-Client-Hostname", "X-Doorward-Reason", ... */
const char *policy_header_name(enum policy_header header);

#endif
