/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/reason.h"

static const struct {
	const char *word;
	enum agent_state state;
} reasons[AGENT_REASON_COUNT] = {
	[AGENT_NO_SIGNATURE] = {"agent_no_signature", AGENT_UNSIGNED},
	[AGENT_NO_TAG] = {"agent_no_tag", AGENT_UNSIGNED},
	[AGENT_GOOD] = {"agent_good", AGENT_VERIFIED},
	[AGENT_MALFORMED] = {"agent_malformed", AGENT_INVALID},
	[AGENT_NO_SIGNATURE_AGENT] = {"agent_no_signature_agent", AGENT_INVALID},
	[AGENT_NO_SIGNATURE_BYTES] = {"agent_no_signature_bytes", AGENT_INVALID},
	[AGENT_NO_PARAMETER] = {"agent_no_parameter", AGENT_INVALID},
	[AGENT_NOT_COVERED] = {"agent_not_covered", AGENT_INVALID},
	[AGENT_LIFETIME] = {"agent_lifetime", AGENT_INVALID},
	[AGENT_NOT_YET] = {"agent_not_yet", AGENT_INVALID},
	[AGENT_EXPIRED] = {"agent_expired", AGENT_INVALID},
	[AGENT_ALGORITHM] = {"agent_algorithm", AGENT_INVALID},
	[AGENT_MISMATCH] = {"agent_mismatch", AGENT_INVALID},
	[AGENT_REPLAYED] = {"agent_replayed", AGENT_INVALID},
	[AGENT_NO_NONCE] = {"agent_no_nonce", AGENT_INVALID},
	[AGENT_UNKNOWN_AGENT] = {"agent_unknown_agent", AGENT_UNVERIFIED},
	[AGENT_UNKNOWN_KEY] = {"agent_unknown_key", AGENT_UNVERIFIED},
	[AGENT_KEY_TIME] = {"agent_key_time", AGENT_UNVERIFIED},
	[AGENT_UNKNOWN_COMPONENT] = {"agent_unknown_component", AGENT_UNVERIFIED},
	[AGENT_UNSEEN_COMPONENT] = {"agent_unseen_component", AGENT_UNVERIFIED},
	[AGENT_UNKNOWN_ALGORITHM] = {"agent_unknown_algorithm", AGENT_UNVERIFIED},
	[AGENT_TOO_LARGE] = {"agent_too_large", AGENT_UNVERIFIED},
	[AGENT_BUSY] = {"agent_busy", AGENT_UNVERIFIED},
	[AGENT_NONCES_FULL] = {"agent_nonces_full", AGENT_UNVERIFIED},
	[AGENT_NO_MEMORY] = {"agent_no_memory", AGENT_UNVERIFIED},
};

static const char *const states[] = {
	[AGENT_UNSIGNED] = "unsigned",
	[AGENT_VERIFIED] = "verified",
	[AGENT_INVALID] = "invalid",
	[AGENT_UNVERIFIED] = "unverified",
};

const char *agent_reason_word(enum agent_reason reason)
{
	return reasons[reason].word;
}

enum agent_state agent_reason_state(enum agent_reason reason)
{
	return reasons[reason].state;
}

const char *agent_state_word(enum agent_state state)
{
	return states[state];
}
