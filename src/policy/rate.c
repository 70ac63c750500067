/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/rate.h"

/* The network of one household, whose devices choose addresses freely. */
#define CLIENT_BITS_V6 64

bool policy_rate_is_unknown(const struct policy_rate *rate, const struct policy_facts *facts)
{
	return rate->by == POLICY_RATE_BY_HOST && facts->names.count == 0 &&
	       facts->names_state != POLICY_FACT_KNOWN;
}

/* The identity of a bucket; hashed as bytes, so it has no padding. */
struct owner {
	uint64_t policy;
	uint64_t rule;
	uint64_t client;
	uint64_t by; /* enum policy_rate_by: the kind of `client` */
	uint32_t offset;
	uint32_t twin;
};

static uint64_t hash_text(const struct policy_token_buckets *buckets, struct str text)
{
	return policy_token_buckets_hash(buckets, text.data, text.len);
}

static void identify(const struct policy_token_buckets *buckets, const struct policy_rate *rate,
	const struct policy_facts *facts, struct owner *owner)
{
	owner->by = rate->by;
	if (rate->by == POLICY_RATE_BY_HOST && facts->names.count > 0) {
		owner->client = hash_text(buckets, facts->names.items[0]);
	} else if (rate->by == POLICY_RATE_BY_CERT && facts->cert != NULL) {
		owner->client = hash_text(buckets, facts->cert->sha256);
	} else {
		unsigned bits =
			facts->ip->family == ADDR_V6 ? CLIENT_BITS_V6 : addr_bits(facts->ip);
		struct addr client = prefix_of(facts->ip, bits).addr;

		owner->by = POLICY_RATE_BY_ADDRESS;
		owner->client = policy_token_buckets_hash(buckets, &client, sizeof(client));
	}
}

static uint64_t key_of(const struct policy_token_buckets *buckets, const struct policy *policy,
	const struct policy_rate *rate, const struct policy_facts *facts)
{
	struct owner owner = {.policy = hash_text(buckets, policy->name),
		.rule = hash_text(buckets, rate->rule),
		.offset = rate->offset,
		.twin = rate->twin};

	identify(buckets, rate, facts, &owner);
	return policy_token_buckets_hash(buckets, &owner, sizeof(owner));
}

bool policy_rate_is_over(struct policy_token_buckets *buckets, const struct policy *policy,
	const struct policy_rate *rate, const struct policy_facts *facts, uint64_t now_ns)
{
	return !policy_token_buckets_take(
		buckets, key_of(buckets, policy, rate, facts), rate->tokens, rate->unit_ns, now_ns);
}

bool policy_rate_would_be_over(struct policy_token_buckets *buckets, const struct policy *policy,
	const struct policy_rate *rate, const struct policy_facts *facts, uint64_t now_ns)
{
	return !policy_token_buckets_has(
		buckets, key_of(buckets, policy, rate, facts), rate->tokens, rate->unit_ns, now_ns);
}
