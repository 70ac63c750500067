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

/* One configured [policy NAME], with what it inherits already filled in. Immutable once loaded. */

enum policy_rdns { POLICY_RDNS_OFF, POLICY_RDNS_SINGLE, POLICY_RDNS_DOUBLE };
enum policy_when { POLICY_WHEN_ALWAYS, POLICY_WHEN_NEEDED };
enum policy_client_cert { POLICY_CERT_OFF, POLICY_CERT_OPTIONAL, POLICY_CERT_REQUIRED };
/* AUTO: BOTH if there is trust material, else FRONTEND; none is AUTO once loaded. */
enum policy_verify {
	POLICY_VERIFY_AUTO,
	POLICY_VERIFY_FRONTEND,
	POLICY_VERIFY_LOCAL,
	POLICY_VERIFY_BOTH
};
enum policy_cert_host { POLICY_CERT_HOST_OFF, POLICY_CERT_HOST_EXACT, POLICY_CERT_HOST_DOMAIN };
enum policy_action { POLICY_ACTION_DENY, POLICY_ACTION_ALLOW };
enum policy_on_error { POLICY_ON_ERROR_DENY, POLICY_ON_ERROR_ERROR, POLICY_ON_ERROR_ALLOW };

/* What a certificate is verified by here. Paths that are not given are NULL. */
struct policy_trust {
	const char *ca_file;
	const char *ca_dir;
	const char *const *crl_files; /* files and folders */
	size_t crl_file_count;
	const char *cert_pins;
	uint32_t verify_depth;
	uint32_t security_level;
	bool partial_chain;
	bool x509_strict;
	bool allow_missing_eku;
};

struct policy_pins;
struct policy_rules; /* an ordered list of compiled rules */

struct policy {
	struct str name;
	size_t number; /* among those of its configuration, from 0 */
	enum policy_rdns rdns;
	enum policy_when rdns_when;
	enum policy_client_cert client_cert;
	enum policy_verify verify;
	struct policy_trust trust;
	enum policy_cert_host cert_host;
	bool cn_fallback;
	enum policy_on_error on_dns_error;
	enum policy_action default_action;
	unsigned deny_status; /* 401 or 403 */
	uint32_t max_cache_s;
	unsigned cached_claims;           /* bit 1 << enum policy_claim */
	const struct policy_pins *pins;   /* NULL: none; likewise */
	const struct policy_rules *rules; /* borrowed or owned: see config */
};

/*
 * Why a request ended as it did; the word stands in the log, the answer and the counters. From
 * CERT_MISSING to CERT_HOST_MISMATCH it is about the certificate.
 */
enum policy_reason {
	POLICY_REASON_RULE,
	POLICY_REASON_DEFAULT,
	POLICY_REASON_NO_ADDRESS,
	POLICY_REASON_BAD_ADDRESS,
	POLICY_REASON_BAD_INPUT, /* parameters that do not parse, or that are too many */
	POLICY_REASON_DUPLICATE_INPUT,
	POLICY_REASON_UNKNOWN_POLICY,
	POLICY_REASON_CERT_MISSING,
	POLICY_REASON_CERT_MALFORMED,
	POLICY_REASON_CERT_UNVERIFIED,
	POLICY_REASON_CERT_EXPIRED,
	POLICY_REASON_CERT_NOT_YET_VALID,
	POLICY_REASON_CERT_UNTRUSTED, /* no chain to what is trusted here, or nobody knows */
	POLICY_REASON_CERT_REVOKED,
	POLICY_REASON_CERT_HOST_MISMATCH,
	POLICY_REASON_DNS_ERROR,
	POLICY_REASON_REGEX_LIMIT,
	POLICY_REASON_RATE,
	POLICY_REASON_OVERLOAD,
	POLICY_REASON_INTERNAL,
	POLICY_REASON_COUNT
};

/* Whether there is anything that a certificate could be verified by. */
bool policy_has_trust(const struct policy_trust *trust);

const char *policy_reason_word(enum policy_reason reason);
/* "user_agent", "uri", "method", "http_host". */
const char *policy_claim_word(enum policy_claim claim);

#endif
