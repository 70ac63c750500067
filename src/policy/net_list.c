/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/net_list.h"

#include "policy/json_list.h"
#include "policy/list.h"
#include "policy/text.h"

/* The shortest prefixes that a list in JSON may hold. */
#define PUBLISHED_V4_MIN 8
#define PUBLISHED_V6_MIN 16

/* The coverage that a list in JSON may have at once: a /16 of IPv4, a /32 of IPv6. */
#define SMALL_V4 (UINT64_C(1) << 16)
#define SMALL_V6 (UINT64_C(1) << 32)

bool policy_prefix_read(
	struct str text, const struct place *place, struct diag *diag, struct prefix *out)
{
	char quoted[POLICY_QUOTE_MAX];
	char mended[PREFIX_TEXT_MAX];
	struct prefix meant;

	if (prefix_parse(text, out)) {
		return true;
	}
	bool mend = prefix_mend(text, &meant);

	if (mend) {
		prefix_format(&meant, mended);
	}
	diag_error(diag, place,
		"%s is not an address or prefix: expected 192.0.2.7, 192.0.2.0/24 or "
		"2001:db8::/32, "
		"with no bits set after the prefix%s%s%s",
		policy_quote(text, quoted), mend ? "; did you mean " : "", mend ? mended : "",
		mend ? "?" : "");
	return false;
}

static bool add_prefix(void *ctx, struct str line, const struct place *place, struct diag *diag)
{
	struct prefix prefix;

	if (!policy_prefix_read(line, place, diag, &prefix)) {
		return false;
	}
	if (!policy_netset_add(ctx, &prefix)) {
		diag_error(diag, place, "out of memory");
		return false;
	}
	return true;
}

static bool add_published(void *ctx, struct str line, const struct place *place, struct diag *diag)
{
	struct prefix prefix;

	if (!policy_prefix_read(line, place, diag, &prefix)) {
		return false;
	}
	unsigned least = prefix.addr.family == ADDR_V4 ? PUBLISHED_V4_MIN : PUBLISHED_V6_MIN;

	if (prefix.len < least) {
		diag_error(diag, place, "%.*s is more than a vendor has: expected /%u or longer",
			(int)line.len, line.data, least);
		return false;
	}
	return add_prefix(ctx, line, place, diag);
}

static bool check_sum(const struct policy_netset *set, const char *path, struct diag *diag)
{
	struct policy_coverage covers = policy_netset_coverage(set);
	struct place place = {.file = path};
	char text[POLICY_COVERAGE_TEXT_MAX];

	if (!policy_coverage_is_vast(&covers)) {
		return true;
	}
	diag_error(diag, &place,
		"covers %s in all, which is more than a vendor has: expected at most a /%d of "
		"IPv4 and a /%d of IPv6; in file: takes more",
		policy_coverage_format(&covers, text), POLICY_VAST_V4_BITS, POLICY_VAST_V6_BITS);
	return false;
}

struct policy_netset *policy_net_list_read(const char *path,
	const struct policy_json_pointers *pointers, const struct place *from,
	enum policy_net_list_form form, struct diag *diag)
{
	struct policy_netset *set = policy_netset_new();
	bool good;

	if (set == NULL) {
		diag_error(diag, from, "out of memory");
		return NULL;
	}
	if (form == POLICY_NET_LIST_JSON) {
		good = policy_json_list_read(path, pointers, from, add_published, set, diag);
	} else {
		good = policy_list_read(path, from, add_prefix, set, diag);
	}
	policy_netset_seal(set);
	if (!good || (form == POLICY_NET_LIST_JSON && !check_sum(set, path, diag))) {
		policy_netset_free(set);
		return NULL;
	}
	return set;
}

static bool leaps(uint64_t before, uint64_t now, uint64_t small)
{
	return now > small && now / POLICY_NET_LIST_GROWTH > before;
}

bool policy_net_list_may_follow(const struct policy_coverage *before,
	const struct policy_coverage *now, enum policy_net_list_form form,
	const struct place *place, const char *accept, struct diag *diag)
{
	bool json = form == POLICY_NET_LIST_JSON;
	char were[POLICY_COVERAGE_TEXT_MAX];
	char are[POLICY_COVERAGE_TEXT_MAX];

	if (!leaps(before->v4, now->v4, json ? SMALL_V4 : POLICY_VAST_V4) &&
		!leaps(before->v6, now->v6, json ? SMALL_V6 : POLICY_VAST_V6)) {
		return true;
	}
	diag_error(diag, place,
		"covers %s, and covered %s before: expected at most %d times as much; %s",
		policy_coverage_format(now, are), policy_coverage_format(before, were),
		POLICY_NET_LIST_GROWTH, accept);
	return false;
}
