/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_RATE_H
#define DW_POLICY_RATE_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"
#include "policy/facts.h"
#include "policy/policy.h"
#include "policy/token_buckets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The `rate` terms of a list of rules, numbered from 0: each has its own buckets. */

#define POLICY_RATES_MAX 64 /* of one list of rules */
#define POLICY_RATE_TOKENS_MAX 1000000

/*
 * What tells clients apart. A client without a host name or a certificate, or whose autonomous
 * system is not known, is told apart by its address.
 */
enum policy_rate_by {
	POLICY_RATE_BY_ADDRESS, /* IPv6: its /64 */
	POLICY_RATE_BY_HOST,    /* the first confirmed name */
	POLICY_RATE_BY_CERT,    /* the SHA-256 of the verified certificate */
	POLICY_RATE_BY_ASN,     /* the autonomous system of its network */
	POLICY_RATE_BY_NET      /* a prefix of its address */
};

struct policy_rate {
	enum policy_rate_by by;
	uint8_t v4_bits; /* of the address, by POLICY_RATE_BY_NET */
	uint8_t v6_bits;
	uint32_t tokens;
	uint64_t unit_ns;
	/*
	 * The rule as text, the offset of the term in it, and the number of equal terms before it.
	 */
	struct str rule;
	uint32_t offset;
	uint32_t twin;
	uint8_t number;
};

/* The rates of one list of rules as they are compiled; zeroed before its first use. */
struct policy_rate_table {
	struct policy_rate *items; /* allocated for POLICY_RATES_MAX */
	size_t count;
};

/*
 * Whether the client cannot be told apart because DNS failed to give its names. Only once names are
 * fetched.
 */
bool policy_rate_is_unknown(const struct policy_rate *rate, const struct policy_facts *facts);

/* What a rate tells a client by; a view of the facts. */
struct policy_rate_client {
	enum policy_rate_by by;
	struct prefix network; /* by address, and by a prefix of it */
	struct str text;       /* else; absent for these */
};

struct policy_rate_client policy_rate_client(
	const struct policy_rate *rate, const struct policy_facts *facts);

/*
 * The key, in these buckets, of the bucket of this policy, rule, term and client. Equal terms have
 * the same bucket, also in a later configuration. Names must be fetched for POLICY_RATE_BY_HOST.
 */
uint64_t policy_rate_key(const struct policy_token_buckets *buckets, const struct policy *policy,
	const struct policy_rate *rate, const struct policy_facts *facts);
/* A number of the term alone: equal terms have the same, also in a later configuration. */
uint64_t policy_rate_id(const struct policy_token_buckets *buckets, const struct policy *policy,
	const struct policy_rate *rate);
/*
 * Appends what names the same bucket on each machine with the same rule: other policies, rules,
 * terms, rates or clients are other bytes. On failure out->failed is set.
 */
void policy_rate_identity(const struct policy *policy, const struct policy_rate *rate,
	const struct policy_facts *facts, struct bytes *out);

#endif
