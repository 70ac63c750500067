/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/fact_fetch.h"

#include "base/bytes.h"

#include <string.h>

struct authz_fetch_lookup {
	struct authz_fetch *fetch;
	struct dns_membership *under_way; /* NULL: not in flight */
	struct dns_membership_result result;
};

static size_t lookup_count(const struct authz_fetch *f)
{
	return f->lookups != NULL ? policy_rules_lookup_count(f->policy->rules) : 0;
}

void authz_fetch_cancel(struct authz_fetch *f)
{
	if (f->names != NULL) {
		dns_fcrdns_cancel(f->names);
		f->names = NULL;
	}
	authz_rates_cancel(&f->rates);
	for (size_t i = 0; i < lookup_count(f); i++) {
		dns_membership_cancel(f->lookups[i].under_way);
		f->lookups[i].under_way = NULL;
	}
}

void authz_fetch_clear(struct authz_fetch *f)
{
	authz_fetch_cancel(f);
	dns_fcrdns_result_unref(f->rdns);
	*f = (struct authz_fetch){.rdns = NULL};
}

static bool is_pinned_out(struct authz_fetch *f, struct str name)
{
	const struct policy_pin *pin = policy_pins_keep_out(f->policy->pins, name, f->ip);

	if (pin != NULL && f->pin == NULL) {
		f->pin = pin;
		f->kept_out = name;
	}
	return pin != NULL;
}

/*
 * Outside of its pin's networks a name has no addresses: it is never looked up. True if there is
 * such a name.
 */
static bool settle_by_pins(struct authz_fetch *f)
{
	bool settled = false;

	for (size_t i = 0; f->policy->pins != NULL && i < lookup_count(f); i++) {
		const struct policy_lookup *lookup = policy_rules_lookup(f->policy->rules, i);

		if (lookup->kind == POLICY_LOOKUP_FORWARD && is_pinned_out(f, lookup->name)) {
			f->lookup_truths[i] = POLICY_FALSE;
			f->lookups[i].result.expires_ms = UINT64_MAX;
			settled = true;
		}
	}
	return settled;
}

/*
 * The result is shared: only if a pin excludes a name, the others are copied into a list of their
 * own.
 */
static void apply_pins_to_names(struct authz_fetch *f)
{
	struct str_list all = f->rdns->names;
	struct str *passed = NULL;
	size_t count = 0;

	f->pinned = all;
	for (size_t i = 0; f->policy->pins != NULL && i < all.count; i++) {
		bool out = is_pinned_out(f, all.items[i]);

		if (out && passed == NULL) {
			passed = arena_alloc(f->arena, all.count, sizeof(*passed));
			if (passed == NULL) {
				f->pinned = (struct str_list){NULL, 0};
				f->starved = true;
				return;
			}
			memcpy(passed, all.items, i * sizeof(*passed));
			count = i;
		}
		if (!out && passed != NULL) {
			passed[count++] = all.items[i];
		}
	}
	if (passed != NULL) {
		f->pinned = (struct str_list){passed, count};
	}
}

/* Allocates room for all facts of the rules; false when out of memory. */
static bool make_room(struct authz_fetch *f)
{
	size_t count = policy_rules_lookup_count(f->policy->rules);

	if (f->lookups != NULL || count == 0) {
		return true;
	}
	struct authz_fetch_lookup *lookups = arena_alloc(f->arena, count, sizeof(*lookups));

	f->lookup_truths = arena_alloc(f->arena, count, sizeof(*f->lookup_truths));
	f->lookup_codes = arena_alloc(f->arena, count, sizeof(*f->lookup_codes));
	if (lookups == NULL || f->lookup_truths == NULL || f->lookup_codes == NULL) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		lookups[i] = (struct authz_fetch_lookup){.fetch = f};
		f->lookup_truths[i] = POLICY_UNFETCHED;
	}
	f->lookups = lookups;
	return true;
}

static enum dns_fcrdns_mode mode_of(const struct authz_fetch *f)
{
	return f->policy->rdns == POLICY_RDNS_DOUBLE ? DNS_FCRDNS_DOUBLE : DNS_FCRDNS_SINGLE;
}

static struct dns_membership_query query_of(const struct authz_fetch *f, size_t index)
{
	const struct policy_lookup *lookup = policy_rules_lookup(f->policy->rules, index);

	return (struct dns_membership_query){.kind = lookup->kind == POLICY_LOOKUP_DNSBL
							     ? DNS_MEMBERSHIP_DNSBL
							     : DNS_MEMBERSHIP_FORWARD,
		.name = lookup->name,
		.addr = f->ip};
}

/* False when out of memory. */
static bool store_codes(
	struct authz_fetch *f, size_t index, const struct dns_membership_result *result)
{
	struct policy_dnsbl_code *codes = arena_alloc(f->arena, result->code_count, sizeof(*codes));

	for (size_t i = 0; codes != NULL && i < result->code_count; i++) {
		memcpy(codes[i].octets, result->codes[i].octets, sizeof(codes[i].octets));
	}
	f->lookup_codes[index] =
		(struct policy_lookup_codes){codes, codes != NULL ? result->code_count : 0};
	return codes != NULL;
}

static void store(struct authz_fetch *f, size_t index, const struct dns_membership_result *result)
{
	static const enum policy_truth truths[] = {
		[DNS_MEMBERSHIP_NO] = POLICY_FALSE,
		[DNS_MEMBERSHIP_YES] = POLICY_TRUE,
		[DNS_MEMBERSHIP_UNKNOWN] = POLICY_UNKNOWN,
	};

	f->lookups[index].result = *result;
	f->lookup_truths[index] = truths[result->status];
	if (result->code_count > 0 && !store_codes(f, index, result)) {
		f->lookup_truths[index] = POLICY_UNKNOWN;
	}
}

static void on_names(void *ctx, const struct dns_fcrdns_result *result)
{
	struct authz_fetch *f = ctx;

	f->names = NULL;
	f->rdns = result;
	apply_pins_to_names(f);
	f->fetched(f->ctx);
}

static void on_lookup(void *ctx, const struct dns_membership_result *result)
{
	struct authz_fetch_lookup *lookup = ctx;
	struct authz_fetch *f = lookup->fetch;

	lookup->under_way = NULL;
	store(f, (size_t)(lookup - f->lookups), result);
	f->fetched(f->ctx);
}

static bool is_wanted(const struct authz_fetch *f, const struct policy_costly *wanted, size_t index)
{
	return policy_lookup_set_has(&wanted->lookups, index) &&
	       f->lookup_truths[index] == POLICY_UNFETCHED && f->lookups[index].under_way == NULL;
}

/* An explanation is to show each query, also those that the cache answers. */
void authz_fetch_cached_names(struct authz_fetch *f)
{
	if (f->trace == NULL && f->rdns == NULL && !f->names_sought) {
		f->names_sought = true;
		f->rdns = dns_fcrdns_cached(f->dns, f->ip, mode_of(f));
		if (f->rdns != NULL) {
			apply_pins_to_names(f);
		}
	}
}

static bool take_cached(struct authz_fetch *f, const struct policy_costly *wanted)
{
	struct dns_membership_result result;
	bool taken = false;

	if (wanted->names && f->rdns == NULL) {
		authz_fetch_cached_names(f);
		taken = f->rdns != NULL;
	}
	for (size_t i = 0; i < lookup_count(f); i++) {
		struct dns_membership_query query = query_of(f, i);

		if (is_wanted(f, wanted, i) && dns_membership_known(f->dns, &query, &result)) {
			store(f, i, &result);
			taken = true;
		}
	}
	return taken;
}

static enum authz_fetch_begun look_up(struct authz_fetch *f, const struct policy_costly *wanted)
{
	enum authz_fetch_begun begun = AUTHZ_FETCH_WAIT;
	struct dns_membership_result result;

	if (wanted->names && f->rdns == NULL && f->names == NULL) {
		f->names = dns_fcrdns_start(f->dns, f->ip, mode_of(f), f->trace, on_names, f);
		if (f->names == NULL) {
			return AUTHZ_FETCH_FAILED;
		}
	}
	for (size_t i = 0; i < lookup_count(f); i++) {
		struct authz_fetch_lookup *lookup = &f->lookups[i];
		struct dns_membership_query query = query_of(f, i);

		if (!is_wanted(f, wanted, i)) {
			continue;
		}
		lookup->under_way =
			dns_membership_start(f->dns, &query, f->trace, on_lookup, lookup, &result);
		if (lookup->under_way == NULL) {
			store(f, i, &result);
			begun = AUTHZ_FETCH_AGAIN;
		}
	}
	return begun;
}

enum authz_fetch_begun authz_fetch_begin(struct authz_fetch *f, const struct policy_costly *wanted)
{
	bool first = f->lookups == NULL;

	if (authz_rates_ask(&f->rates, wanted->rates)) {
		return AUTHZ_FETCH_AGAIN;
	}
	if (!make_room(f)) {
		return AUTHZ_FETCH_FAILED;
	}
	if (first && settle_by_pins(f)) {
		return AUTHZ_FETCH_AGAIN;
	}
	/* An explanation is to show each query, also those that the cache answers. */
	if (f->trace == NULL && take_cached(f, wanted)) {
		return AUTHZ_FETCH_AGAIN;
	}
	return look_up(f, wanted);
}

static enum dns_fcrdns_status status_of(const struct authz_fetch *f)
{
	if (f->rdns == NULL) {
		return DNS_FCRDNS_OFF;
	}
	if (f->starved) {
		return DNS_FCRDNS_ERROR;
	}
	if (f->rdns->names.count > 0 && f->pinned.count == 0) {
		return f->rdns->incomplete || f->rdns->unasked.count > 0 ? DNS_FCRDNS_ERROR
									 : DNS_FCRDNS_MISMATCH;
	}
	return f->rdns->status;
}

void authz_fetch_tell(const struct authz_fetch *f, struct authz_names *out)
{
	*out = (struct authz_names){
		.rdns = f->rdns,
		.status = status_of(f),
		.passed = f->pinned,
		.pin = f->pin,
		.kept_out = f->kept_out,
		.lookups_asked = f->lookups != NULL,
	};
}

void authz_fetch_facts(const struct authz_fetch *f, struct policy_facts *facts)
{
	facts->lookup_truths = f->lookups != NULL ? f->lookup_truths : NULL;
	facts->lookup_codes = f->lookups != NULL ? f->lookup_codes : NULL;
	facts->rates_asked = f->rates.asked;
	facts->rates_over = f->rates.over;
	if (f->rdns == NULL) {
		facts->names_state = f->policy->rdns == POLICY_RDNS_OFF ? POLICY_FACT_KNOWN
									: POLICY_FACT_UNFETCHED;
	} else if (f->starved || (f->rdns->status == DNS_FCRDNS_ERROR &&
					 (f->rdns->incomplete || f->rdns->unasked.count == 0))) {
		facts->names_state = POLICY_FACT_UNKNOWN;
	} else {
		bool whole = !f->rdns->incomplete && f->rdns->unasked.count == 0;

		facts->names_state = whole ? POLICY_FACT_KNOWN : POLICY_FACT_KNOWN_IN_PART;
		facts->names = f->pinned;
		facts->possible_names =
			f->rdns->incomplete ? (struct str_list){NULL, 0} : f->rdns->unasked;
	}
}

bool authz_fetch_is_overload(const struct authz_fetch *f, const struct policy_costly *unknown)
{
	bool overload = unknown->names && (f->rdns->overload || f->starved);

	for (size_t i = 0; i < lookup_count(f); i++) {
		overload = overload || (policy_lookup_set_has(&unknown->lookups, i) &&
					       f->lookups[i].result.overload);
	}
	return overload;
}

static void append_codes(const struct dns_membership_result *result, struct bytes *out)
{
	for (size_t i = 0; i < result->code_count; i++) {
		const uint8_t *octets = result->codes[i].octets;

		bytes_appendf(out, "%s%u.%u.%u.%u", i > 0 ? ", " : "", octets[0], octets[1],
			octets[2], octets[3]);
	}
}

/* An answer that is an error of any list, or one that the rule takes for an error. */
static const char *list_why(const struct authz_fetch *f, size_t index)
{
	const struct policy_lookup *lookup = policy_rules_lookup(f->policy->rules, index);
	const struct dns_membership_result *result = &f->lookups[index].result;
	char answer[ADDR_TEXT_MAX];
	struct bytes text;

	bytes_init(&text, 0);
	bytes_appendf(&text, "the list %.*s answered ", (int)lookup->name.len, lookup->name.data);
	if (result->code_count > 0) {
		append_codes(result, &text);
		bytes_append_text(&text, ", which the rule takes for an error of the list");
	} else {
		addr_format(&result->refusal, answer);
		bytes_appendf(&text, "%s, which says that it does not work", answer);
	}
	struct str why = arena_dup(f->arena, bytes_view(&text));

	bytes_clear(&text);
	return why.data;
}

const char *authz_fetch_unknown_why(
	const struct authz_fetch *f, const struct policy_costly *unknown)
{
	for (size_t i = 0; i < lookup_count(f); i++) {
		if (policy_lookup_set_has(&unknown->lookups, i) &&
			(f->lookups[i].result.refusal.family != ADDR_NONE ||
				f->lookups[i].result.code_count > 0)) {
			return list_why(f, i);
		}
	}
	return unknown->names && f->rdns != NULL && f->rdns->unasked.count > 0
		       ? "the address has more names than max_ptr, and one that was not looked up "
			 "could decide"
		       : NULL;
}

uint64_t authz_fetch_expires_ms(const struct authz_fetch *f, const struct policy_lookup_set *used)
{
	uint64_t expires_ms = f->rdns != NULL ? f->rdns->expires_ms : UINT64_MAX;

	for (size_t i = 0; i < lookup_count(f); i++) {
		uint64_t ends_ms = f->lookups[i].result.expires_ms;

		if (policy_lookup_set_has(used, i) && ends_ms < expires_ms) {
			expires_ms = ends_ms;
		}
	}
	return expires_ms;
}
