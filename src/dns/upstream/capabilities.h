/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_UPSTREAM_CAPABILITIES_H
#define DW_DNS_UPSTREAM_CAPABILITIES_H

#include "base/hash.h"
#include "dns/upstream/health.h"
#include "dns/upstream/settings.h"
#include "dns/wire/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What one worker has learnt of each upstream: whether it supports EDNS and cookies, and whether it
 * keeps the case of a query's name (0x20). Pure logic: the time is an argument.
 *
 * Downgrades. What is learnt here makes queries plainer, so a forged reply must not be able to
 * weaken the protection against forged replies. Three rules see to that:
 *
 *  - An upstream that has once sent a server cookie is asked only in ways that cannot be forged: a
 *    reply over UDP without the right cookie is not used, and while its cookies or EDNS are not
 *    used, it is asked over TCP. For an upstream that has never sent one, a query without a cookie
 *    is as strong as one with it, since a forger would have left it out anyway.
 *  - A query without random case, where the setting asks for it, goes over TCP. Over UDP it is sent
 *    only to confirm that a name does not exist; any other reply to it is asked for again over TCP.
 *  - Everything learnt expires after 1 to 15 minutes, and is then tried again.
 */

/* Support for EDNS or for cookies. */
struct dns_support {
	uint64_t refused_until_ms;
	uint64_t refused_for_ms; /* the length of the last refusal; doubles up to 15 minutes */
};

/* Query types that a server may treat differently. */
#define DNS_CASE_TYPES 3

struct dns_capability {
	struct dns_support edns;
	struct dns_support cookies;
	bool edns_works; /* a query with EDNS got a reply, and few were lost since */
	/* queries with EDNS that timed out since the last reply of either kind */
	uint32_t edns_silences;
	/* replies to queries without EDNS after such a time-out, since the last reply with EDNS */
	uint32_t edns_drops;
	uint64_t folds_until_ms;
	uint64_t minds_case_until_ms;
	uint64_t case_blind_until_ms[DNS_CASE_TYPES];
	uint64_t period; /* the period for which the cookie was made */
	struct dns_cookie cookie;
};

struct dns_capabilities {
	const struct dns_settings *settings;
	struct dns_health *health; /* is notified of what is learnt */
	struct hash_key key;
	struct dns_capability list[DNS_MAX_UPSTREAMS];
};

/* Both are borrowed; the name servers of `settings` are the upstreams. */
void dns_capabilities_init(struct dns_capabilities *capabilities,
	const struct dns_settings *settings, struct dns_health *health);

/*
 * Whether to send EDNS with the `attempt`-th send (from 1) of a query. An upstream may drop queries
 * with EDNS or with a cookie: from the second send on, an upstream that has never replied to such a
 * query gets one without; from the third on, every upstream does.
 */
bool dns_capabilities_takes_edns(const struct dns_capabilities *capabilities, size_t upstream,
	unsigned attempt, uint64_t now_ms);
/*
 * Whether a failure in reply to a query with EDNS may mean that the upstream does not support EDNS.
 */
bool dns_capabilities_doubts_edns(const struct dns_capabilities *capabilities, size_t upstream);
void dns_capabilities_edns_answered(struct dns_capabilities *capabilities, size_t upstream);
void dns_capabilities_edns_timed_out(struct dns_capabilities *capabilities, size_t upstream);
/*
 * A reply to a query without EDNS. If that happens twice, each time after a query with EDNS timed
 * out, the upstream drops queries with EDNS, and is asked without for 1 minute, doubling to 15.
 */
void dns_capabilities_answered_without_edns(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms);
/*
 * The upstream replied with an error to EDNS, and without an error to a query without EDNS: it is
 * asked without for 15 minutes.
 */
void dns_capabilities_refuses_edns(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms);

bool dns_capabilities_folds_case(
	const struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms);
/* The upstream says that names in mixed case do not exist: it is asked in lower case, over TCP. */
bool dns_capabilities_minds_case(
	const struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms);
void dns_capabilities_learn_minds_case(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms);
/*
 * The upstream found a name in mixed case: for a minute, its negative replies to names in mixed
 * case count, for this type.
 */
void dns_capabilities_learn_case_blind(struct dns_capabilities *capabilities, size_t upstream,
	enum dns_type type, uint64_t now_ms);
bool dns_capabilities_is_case_blind(const struct dns_capabilities *capabilities, size_t upstream,
	enum dns_type type, uint64_t now_ms);

/* The cookie to send; of length 0: no cookie. */
const struct dns_cookie *dns_capabilities_cookie(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms);
/* True if the upstream has sent a server cookie. */
bool dns_capabilities_has_cookies(const struct dns_capabilities *capabilities, size_t upstream);
/* The upstream gets no cookies for 15 minutes. */
void dns_capabilities_refuses_cookies(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms);
/* True if the upstream must not be asked over UDP. */
bool dns_capabilities_needs_tcp(
	const struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms);

enum dns_verdict {
	DNS_VERDICT_ANSWER,        /* parsed into `answer` */
	DNS_VERDICT_MISMATCH,      /* not a reply to this query */
	DNS_VERDICT_FOLDED,        /* the name came back in another case: not used over UDP */
	DNS_VERDICT_DOUBTFUL,      /* without the cookie that this upstream sends: ask over TCP */
	DNS_VERDICT_FOREIGN_COOKIE /* with another client's cookie: RFC 7873 section 5.3 drops it */
};

/*
 * Judges a reply with the query's ID. Over TCP a reply cannot be forged from outside of the
 * connection: the case does not matter, a missing cookie means that the upstream has stopped
 * sending cookies, and another client's cookie that its cookies are of no use; all of this is
 * recorded.
 */
enum dns_verdict dns_capabilities_judge(struct dns_capabilities *capabilities, size_t upstream,
	const struct dns_query *query, const uint8_t *reply, size_t len, uint64_t now_ms,
	struct dns_answer *answer);

#endif
