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

/* What a rate tells a client by. */
struct client {
	enum policy_rate_by by;
	struct addr addr; /* by address; its bytes are compared, and all of them are set */
	struct str text;  /* else */
};

static struct client client_of(const struct policy_rate *rate, const struct policy_facts *facts)
{
	if (rate->by == POLICY_RATE_BY_HOST && facts->names.count > 0) {
		return (struct client){.by = rate->by, .text = facts->names.items[0]};
	}
	if (rate->by == POLICY_RATE_BY_CERT && facts->cert != NULL) {
		return (struct client){.by = rate->by, .text = facts->cert->sha256};
	}
	unsigned bits = facts->ip->family == ADDR_V6 ? CLIENT_BITS_V6 : addr_bits(facts->ip);

	return (struct client){
		.by = POLICY_RATE_BY_ADDRESS, .addr = prefix_of(facts->ip, bits).addr};
}

/* The identity of a bucket in this process; hashed as bytes, so it has no padding. */
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

uint64_t policy_rate_key(const struct policy_token_buckets *buckets, const struct policy *policy,
	const struct policy_rate *rate, const struct policy_facts *facts)
{
	struct client client = client_of(rate, facts);
	struct owner owner = {.policy = hash_text(buckets, policy->name),
		.rule = hash_text(buckets, rate->rule),
		.client = client.by == POLICY_RATE_BY_ADDRESS
				  ? policy_token_buckets_hash(
					    buckets, &client.addr, sizeof(client.addr))
				  : hash_text(buckets, client.text),
		.by = client.by,
		.offset = rate->offset,
		.twin = rate->twin};

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
	struct client client = client_of(rate, facts);
	char text[ADDR_TEXT_MAX];

	if (client.by == POLICY_RATE_BY_ADDRESS) {
		addr_format(&client.addr, text);
		client.text = str_view(text);
	}
	append_part(out, policy->name);
	append_part(out, rate->rule);
	bytes_appendf(out, "%u.%u %u/%" PRIu64 " %d ", rate->offset, rate->twin, rate->tokens,
		rate->unit_ns, (int)client.by);
	append_part(out, client.text);
}
