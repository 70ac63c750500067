/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/rate.h"

#include <inttypes.h>

/* The network of one household, whose devices choose addresses freely. */
#define CLIENT_BITS_V6 64

bool policy_rate_is_unknown(const struct policy_rate *rate, const struct policy_facts *facts)
{
	return rate->by == POLICY_RATE_BY_HOST && facts->names.count == 0 &&
	       facts->names_state != POLICY_FACT_KNOWN;
}

struct policy_rate_client policy_rate_client(
	const struct policy_rate *rate, const struct policy_facts *facts)
{
	if (rate->by == POLICY_RATE_BY_HOST && facts->names.count > 0) {
		return (struct policy_rate_client){.by = rate->by, .text = facts->names.items[0]};
	}
	if (rate->by == POLICY_RATE_BY_CERT && facts->cert != NULL) {
		return (struct policy_rate_client){.by = rate->by, .text = facts->cert->sha256};
	}
	if (rate->by == POLICY_RATE_BY_ASN && facts->asn.data != NULL) {
		return (struct policy_rate_client){.by = rate->by, .text = facts->asn};
	}
	bool v6 = facts->ip->family == ADDR_V6;

	if (rate->by == POLICY_RATE_BY_NET) {
		return (struct policy_rate_client){.by = rate->by,
			.network = prefix_of(facts->ip, v6 ? rate->v6_bits : rate->v4_bits)};
	}
	return (struct policy_rate_client){.by = POLICY_RATE_BY_ADDRESS,
		.network = prefix_of(facts->ip, v6 ? CLIENT_BITS_V6 : addr_bits(facts->ip))};
}

#define TERM_ALONE UINT64_MAX

/* The identity of a bucket in this process; hashed as bytes, so it has no padding. */
struct owner {
	uint64_t policy;
	uint64_t rule;
	uint64_t client;
	uint64_t by; /* enum policy_rate_by: the kind of `client`; or TERM_ALONE */
	uint32_t offset;
	uint32_t twin;
};

static uint64_t hash_text(const struct policy_token_buckets *buckets, struct str text)
{
	return policy_token_buckets_hash(buckets, text.data, text.len);
}

static struct owner owner_of(const struct policy_token_buckets *buckets,
	const struct policy *policy, const struct policy_rate *rate)
{
	return (struct owner){.policy = hash_text(buckets, policy->name),
		.rule = hash_text(buckets, rate->rule),
		.by = TERM_ALONE,
		.offset = rate->offset,
		.twin = rate->twin};
}

uint64_t policy_rate_key(const struct policy_token_buckets *buckets, const struct policy *policy,
	const struct policy_rate *rate, const struct policy_facts *facts)
{
	struct policy_rate_client client = policy_rate_client(rate, facts);
	const struct addr *addr = &client.network.addr; /* all of its bytes are set */
	struct owner owner = owner_of(buckets, policy, rate);

	owner.by = client.by;
	owner.client = client.text.data == NULL
			       ? policy_token_buckets_hash(buckets, addr, sizeof(*addr))
			       : hash_text(buckets, client.text);
	return policy_token_buckets_hash(buckets, &owner, sizeof(owner));
}

uint64_t policy_rate_id(const struct policy_token_buckets *buckets, const struct policy *policy,
	const struct policy_rate *rate)
{
	struct owner owner = owner_of(buckets, policy, rate);

	return policy_token_buckets_hash(buckets, &owner, sizeof(owner));
}

/* With its length before it, so that no two lists of parts are the same bytes. */
static void append_part(struct bytes *out, struct str part)
{
	bytes_appendf(out, "%zu:", part.len);
	bytes_append_str(out, part);
}

void policy_rate_identity(const struct policy *policy, const struct policy_rate *rate,
	const struct policy_facts *facts, struct bytes *out)
{
	struct policy_rate_client client = policy_rate_client(rate, facts);
	char text[PREFIX_TEXT_MAX];

	if (client.by == POLICY_RATE_BY_NET) {
		prefix_format(&client.network, text);
		client.text = str_view(text);
	} else if (client.text.data == NULL) {
		addr_format(&client.network.addr, text);
		client.text = str_view(text);
	}
	append_part(out, policy->name);
	append_part(out, rate->rule);
	bytes_appendf(out, "%u.%u %u/%" PRIu64 " %d ", rate->offset, rate->twin, rate->tokens,
		rate->unit_ns, (int)client.by);
	append_part(out, client.text);
}
