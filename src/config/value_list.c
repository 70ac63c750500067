/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/addr.h"
#include "base/oid.h"
#include "config/config.h"
#include "config/value_private.h"
#include "net/listen.h"

#define DNS_PORT 53
#define ANY_POLICY "2.5.29.32.0" /* RFC 5280 4.2.1.4 */

/* Values that are lists: prefixes, addresses of name servers, object identifiers, sets of words,
 * places to listen on.
 */

/* Reads each item, separated by commas, with `read_item`; fault->found is the bad item. */
static bool read_items(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault,
	bool (*read_item)(const struct config_key *key, const struct config_reading *reading,
		struct str item, void *base, const char **why))
{
	struct str rest = text;
	struct str item;

	while (text.len > 0 && str_split_next(&rest, ',', &item)) {
		item = str_trim(item);
		fault->found = item;
		if (!read_item(key, reading, item, base, &fault->why)) {
			return false;
		}
	}
	return true;
}

static bool read_prefix(const struct config_key *key, const struct config_reading *reading,
	struct str item, void *base, const char **why)
{
	struct prefix prefix;

	if (prefix_mend(item, &prefix)) {
		*why = "expected no bits set after the prefix, as in 10.0.0.0/8";
	}
	return prefix_parse(item, &prefix) &&
	       config_value_add_item(key, reading, base, &prefix, sizeof(prefix), why);
}

static bool read_prefixes(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	return read_items(key, reading, text, base, fault, read_prefix);
}

static void expect_prefixes(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "prefixes such as 192.0.2.0/24 or 2001:db8::/32, with no bits set "
			       "after the prefix, separated by commas");
}

static void write_prefix(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	const struct prefix *prefixes = config_load_pointer(base, key->offset);
	char text[ADDR_TEXT_MAX];

	addr_format(&prefixes[index].addr, text);
	bytes_appendf(out, "%s/%u", text, prefixes[index].len);
}

static bool read_endpoint(const struct config_key *key, const struct config_reading *reading,
	struct str item, void *base, const char **why)
{
	size_t count = config_value_item_count(key, base);
	struct endpoint endpoint;

	if (!endpoint_parse(item, DNS_PORT, &endpoint)) {
		return false;
	}
	if (count == key->max) {
		*why = "expected no more of them";
		return false;
	}
	config_store(base, key->offset + count * sizeof(endpoint), &endpoint, sizeof(endpoint));
	count++;
	config_store(base, key->second, &count, sizeof(count));
	return true;
}

static bool read_endpoints(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	return read_items(key, reading, text, base, fault, read_endpoint);
}

static void expect_endpoints(const struct config_key *key, struct bytes *out)
{
	bytes_appendf(out,
		"up to %llu addresses such as 127.0.0.1, 127.0.0.1:5353 or [::1]:5353, separated "
		"by commas",
		(unsigned long long)key->max);
}

static void write_endpoint(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	const struct endpoint *endpoints = (const void *)((const char *)base + key->offset);
	char text[ENDPOINT_TEXT_MAX];

	endpoint_format(&endpoints[index], text);
	bytes_append_text(out, text);
}

/* A set of words, kept as bits: the number of the words, and each by its bit. */
struct word_set {
	unsigned count;
	const char *(*word)(unsigned bit);
};

static const char *claim_word(unsigned bit)
{
	return policy_claim_word((enum policy_claim)bit);
}

static const char *header_word(unsigned bit)
{
	return policy_header_name((enum policy_header)bit);
}

static const struct word_set *set_of(const struct config_key *key)
{
	static const struct word_set claims = {POLICY_CLAIM_COUNT, claim_word};
	static const struct word_set headers = {POLICY_HEADER_COUNT, header_word};

	return key->type == CONFIG_CLAIMS ? &claims : &headers;
}

static bool read_set_word(const struct config_key *key, const struct config_reading *reading,
	struct str item, void *base, const char **why)
{
	const struct word_set *set = set_of(key);

	for (unsigned i = 0; i < set->count; i++) {
		if (str_eq_text(item, set->word(i))) {
			uint32_t bits = config_load_u32(base, key->offset);

			config_store_u32(base, key->offset, bits | 1U << i);
			return true;
		}
	}
	return false;
}

static bool read_set(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	return read_items(key, reading, text, base, fault, read_set_word);
}

static void expect_set(const struct config_key *key, struct bytes *out)
{
	const struct word_set *set = set_of(key);

	bytes_append_text(out, "words of ");
	for (unsigned i = 0; i < set->count; i++) {
		bytes_append_text(out, i == 0 ? "" : i + 1 == set->count ? " and " : ", ");
		bytes_append_text(out, set->word(i));
	}
	bytes_append_text(out, ", separated by commas");
}

static size_t count_set(const struct config_key *key, const void *base)
{
	return (size_t)__builtin_popcount(config_load_u32(base, key->offset));
}

static void write_set_word(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	uint32_t bits = config_load_u32(base, key->offset);

	while (index-- > 0) {
		bits &= bits - 1;
	}
	bytes_append_text(out, set_of(key)->word((unsigned)__builtin_ctz(bits)));
}

static bool read_listen(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	struct net_listen_spec spec;
	struct str copy = arena_dup(reading->arena, text);

	if (copy.data == NULL) {
		fault->why = "out of memory";
		return false;
	}
	return net_listen_parse(copy, &spec, &fault->why) &&
	       config_value_add_item(key, reading, base, &spec, sizeof(spec), &fault->why);
}

static void expect_listen(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(out, "unix:PATH, ADDRESS:PORT, [ADDRESS]:PORT, fd:N or systemd");
}

static void write_listen(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	const struct net_listen_spec *specs = config_load_pointer(base, key->offset);

	net_listen_write(&specs[index], out);
}

static bool read_oid(const struct config_key *key, const struct config_reading *reading,
	struct str item, void *base, const char **why)
{
	const char *oid;

	if (str_eq_text(item, ANY_POLICY)) {
		*why = "expected the policies that count; this OID is anyPolicy, which is each";
		return false;
	}
	if (!oid_is_valid(item)) {
		return false;
	}
	oid = arena_dup(reading->arena, item).data;
	if (oid == NULL) {
		*why = "out of memory";
		return false;
	}
	return config_value_add_item(key, reading, base, &oid, sizeof(oid), why);
}

static bool read_oids(const struct config_key *key, const struct config_reading *reading,
	struct str text, void *base, struct config_fault *fault)
{
	return read_items(key, reading, text, base, fault, read_oid);
}

static void expect_oids(const struct config_key *key, struct bytes *out)
{
	bytes_append_text(
		out, "object identifiers such as 2.16.840.1.101.3.2.1.48.1, separated by commas");
}

static void write_oid(
	const struct config_key *key, const void *base, size_t index, struct bytes *out)
{
	bytes_append_text(
		out, ((const char *const *)config_load_pointer(base, key->offset))[index]);
}

const struct config_value_type config_value_oids = {.read = read_oids,
	.expect = expect_oids,
	.write = write_oid,
	.count = config_value_item_count,
	.repeat = CONFIG_REPEAT_COMMAS,
	.size = sizeof(const char *const *)};
const struct config_value_type config_value_prefixes = {.read = read_prefixes,
	.expect = expect_prefixes,
	.write = write_prefix,
	.count = config_value_item_count,
	.repeat = CONFIG_REPEAT_COMMAS};
const struct config_value_type config_value_endpoints = {.read = read_endpoints,
	.expect = expect_endpoints,
	.write = write_endpoint,
	.count = config_value_item_count,
	.repeat = CONFIG_REPEAT_COMMAS};
const struct config_value_type config_value_claims = {.read = read_set,
	.expect = expect_set,
	.write = write_set_word,
	.count = count_set,
	.repeat = CONFIG_REPEAT_COMMAS,
	.size = sizeof(uint32_t)};
const struct config_value_type config_value_headers = {.read = read_set,
	.expect = expect_set,
	.write = write_set_word,
	.count = count_set,
	.repeat = CONFIG_REPEAT_COMMAS,
	.size = sizeof(uint32_t)};
const struct config_value_type config_value_listen = {.read = read_listen,
	.expect = expect_listen,
	.write = write_listen,
	.count = config_value_item_count,
	.repeat = CONFIG_REPEAT_LINES};
