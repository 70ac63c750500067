/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/policy.h"

#include <assert.h>

static const char *const reason_words[REASON_COUNT] = {
	[REASON_RULE] = "rule",
	[REASON_DEFAULT] = "default",
	[REASON_NO_ADDRESS] = "no_address",
	[REASON_BAD_ADDRESS] = "bad_address",
	[REASON_BAD_INPUT] = "bad_input",
	[REASON_DUPLICATE_INPUT] = "duplicate_input",
	[REASON_UNKNOWN_POLICY] = "unknown_policy",
	[REASON_CERT_MISSING] = "cert_missing",
	[REASON_CERT_MALFORMED] = "cert_malformed",
	[REASON_CERT_UNVERIFIED] = "cert_unverified",
	[REASON_CERT_EXPIRED] = "cert_expired",
	[REASON_CERT_NOT_YET_VALID] = "cert_not_yet_valid",
	[REASON_CERT_UNTRUSTED] = "cert_untrusted",
	[REASON_CERT_REVOKED] = "cert_revoked",
	[REASON_CERT_HOST_MISMATCH] = "cert_host_mismatch",
	[REASON_DNS_ERROR] = "dns_error",
	[REASON_REGEX_LIMIT] = "regex_limit",
	[REASON_RATE] = "rate",
	[REASON_OVERLOAD] = "overload",
	[REASON_INTERNAL] = "internal",
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
	assert(reason < REASON_COUNT);
	return reason_words[reason];
}

const char *policy_claim_word(enum policy_claim claim)
{
	assert(claim < POLICY_CLAIM_COUNT);
	return claim_words[claim];
}
