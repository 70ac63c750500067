/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_REASON_H
#define DW_AGENT_REASON_H

/* What is known about the agent of a request, and why; agent/verify.h says when which holds. */

enum agent_state {
	AGENT_UNSIGNED, /* there is no signature with the tag; known: no agent signed it */
	AGENT_VERIFIED,
	AGENT_INVALID,   /* no agent signed this request as it is; known */
	AGENT_UNVERIFIED /* unknown */
};

/* Why the state is what it is. agent_reason_word has the words of the log. */
enum agent_reason {
	/* AGENT_UNSIGNED */
	AGENT_NO_SIGNATURE, /* no Signature-Input */
	AGENT_NO_TAG,       /* only signatures for other purposes */
	/* AGENT_VERIFIED */
	AGENT_GOOD,
	/* AGENT_INVALID */
	AGENT_MALFORMED,          /* one of the three headers; a label or component twice */
	AGENT_NO_SIGNATURE_AGENT, /* absent, or without a member for the signature */
	AGENT_NO_SIGNATURE_BYTES, /* Signature has no byte sequence for the label */
	AGENT_NO_PARAMETER,       /* created, expires or keyid is missing, or of another type */
	AGENT_NOT_COVERED,        /* neither @authority nor @target-uri; signature-agent */
	AGENT_LIFETIME,           /* expires is not after created, or too long after it */
	AGENT_NOT_YET,            /* created is in the future */
	AGENT_EXPIRED,
	AGENT_ALGORITHM, /* not that of the key, or one with a shared secret (HMAC) */
	AGENT_MISMATCH,  /* the key did not make this signature over this request */
	AGENT_REPLAYED,  /* the nonce was seen before (agent_nonces_take) */
	AGENT_NO_NONCE,  /* a nonce is asked for and missing */
	/* AGENT_UNVERIFIED */
	AGENT_UNKNOWN_AGENT,     /* the URL, or its type, has no keys here */
	AGENT_UNKNOWN_KEY,       /* the agent has no such key */
	AGENT_KEY_TIME,          /* before nbf or after exp of the key */
	AGENT_UNKNOWN_COMPONENT, /* a component, or a parameter of one, that is not understood */
	AGENT_UNSEEN_COMPONENT,  /* a component that the front end did not pass */
	AGENT_UNKNOWN_ALGORITHM,
	AGENT_TOO_LARGE,   /* a header, the signature base, or too many labels */
	AGENT_BUSY,        /* too many signatures to check in this second */
	AGENT_NONCES_FULL, /* the nonce could not be remembered (agent_nonces_take) */
	AGENT_NO_MEMORY,
	AGENT_REASON_COUNT
};

/* "agent_good", "agent_unknown_key": the name above in lower case. */
const char *agent_reason_word(enum agent_reason reason);
enum agent_state agent_reason_state(enum agent_reason reason);
/* "unsigned", "verified", "invalid", "unverified". */
const char *agent_state_word(enum agent_state state);

#endif
