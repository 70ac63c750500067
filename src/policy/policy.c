/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/policy.h"

#include <assert.h>

static const char *const reason_words[POLICY_REASON_COUNT] = {
	[POLICY_REASON_RULE] = "rule",
	[POLICY_REASON_DEFAULT] = "default",
	[POLICY_REASON_NO_ADDRESS] = "no_address",
	[POLICY_REASON_BAD_ADDRESS] = "bad_address",
	[POLICY_REASON_BAD_INPUT] = "bad_input",
	[POLICY_REASON_DUPLICATE_INPUT] = "duplicate_input",
	[POLICY_REASON_UNKNOWN_POLICY] = "unknown_policy",
	[POLICY_REASON_CERT_MISSING] = "cert_missing",
	[POLICY_REASON_CERT_MALFORMED] = "cert_malformed",
	[POLICY_REASON_CERT_UNVERIFIED] = "cert_unverified",
	[POLICY_REASON_CERT_EXPIRED] = "cert_expired",
	[POLICY_REASON_CERT_NOT_YET_VALID] = "cert_not_yet_valid",
	[POLICY_REASON_CERT_UNTRUSTED] = "cert_untrusted",
	[POLICY_REASON_CERT_REVOKED] = "cert_revoked",
	[POLICY_REASON_CERT_HOST_MISMATCH] = "cert_host_mismatch",
	[POLICY_REASON_AGENT_UNVERIFIED] = "agent_unverified",
	[POLICY_REASON_NETWORK_UNKNOWN] = "network_unknown",
	[POLICY_REASON_DNS_ERROR] = "dns_error",
	[POLICY_REASON_REGEX_LIMIT] = "regex_limit",
	[POLICY_REASON_RATE] = "rate",
	[POLICY_REASON_BANNED] = "banned",
	[POLICY_REASON_OVERLOAD] = "overload",
	[POLICY_REASON_INTERNAL] = "internal",
};

static const char *const claim_words[POLICY_CLAIM_COUNT] = {
	[POLICY_CLAIM_USER_AGENT] = "user_agent",
	[POLICY_CLAIM_URI] = "uri",
	[POLICY_CLAIM_METHOD] = "method",
	[POLICY_CLAIM_HTTP_HOST] = "http_host",
};

bool policy_has_trust(const struct policy_trust *trust)
{
	return trust->ca_file != NULL || trust->ca_dir != NULL || trust->cert_pins != NULL;
}

const char *policy_reason_word(enum policy_reason reason)
{
	assert(reason < POLICY_REASON_COUNT);
	return reason_words[reason];
}

static const char *const header_names[] = {
	[POLICY_HEADER_HOSTNAME] = "X-Client-Hostname",
	[POLICY_HEADER_RDNS] = "X-Client-Rdns",
	[POLICY_HEADER_CERT_SUBJECT] = "X-Client-Cert-Subject",
	[POLICY_HEADER_CERT_ISSUER] = "X-Client-Cert-Issuer",
	[POLICY_HEADER_CERT_SERIAL] = "X-Client-Cert-Serial",
	[POLICY_HEADER_CERT_FINGERPRINT] = "X-Client-Cert-Fingerprint",
	[POLICY_HEADER_CERT_SAN] = "X-Client-Cert-San",
	[POLICY_HEADER_CERT_NOT_AFTER] = "X-Client-Cert-Not-After",
	[POLICY_HEADER_CERT_EKU] = "X-Client-Cert-Eku",
	[POLICY_HEADER_CERT_POLICIES] = "X-Client-Cert-Policies",
	[POLICY_HEADER_CERT_KEY] = "X-Client-Cert-Key",
	[POLICY_HEADER_CERT_SPKI] = "X-Client-Cert-Spki",
	[POLICY_HEADER_CERT_ISSUER_SPKI] = "X-Client-Cert-Issuer-Spki",
	[POLICY_HEADER_CERT_ANCHOR] = "X-Client-Cert-Anchor",
	[POLICY_HEADER_AGENT] = "X-Client-Agent",
	[POLICY_HEADER_POLICY] = "X-Doorward-Policy",
	[POLICY_HEADER_REASON] = "X-Doorward-Reason",
	[POLICY_HEADER_RULE] = "X-Doorward-Rule",
	[POLICY_HEADER_ID] = "X-Doorward-Id",
};

const char *policy_claim_word(enum policy_claim claim)
{
	assert(claim < POLICY_CLAIM_COUNT);
	return claim_words[claim];
}

const char *policy_header_name(enum policy_header header)
{
	assert(header < POLICY_HEADER_COUNT);
	return header_names[header];
}
