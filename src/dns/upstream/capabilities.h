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
 * What one worker has learnt of each upstream: whether it supports EDNS and cookies, and what it
 * does with the case of a question (0x20). Pure logic: the time is an argument.
 *
 * Downgrades. What is learnt here makes queries plainer, so a forged reply must not be able to
 * teach it to our loss. Three rules see to that:
 *
 *  - An upstream that has once sent a server cookie keeps being asked in a way that cannot be
 *    forged: a reply over UDP without the right cookie is not used, and while its cookies or EDNS
 *    are not used, it is asked over TCP. For an upstream that has never sent one, a query without a
 *    cookie is as strong as one with it, since a forger would have left it out anyway.
 *  - A question without random case, where the setting asks for it, goes over TCP. Over UDP it is
 *    sent only to confirm that a name does not exist, and what else comes back is asked for again
 *    over TCP.
 *  - Everything learnt ends, after 1 to 15 minutes, and is then tried again.
 */

/* Support for EDNS or for cookies. */
struct dns_support {
	uint64_t refused_until_ms;
	uint64_t refused_for_ms; /* the last time; doubles up to 15 minutes */
};

/* Kinds of questions that a server may treat differently. */
#define DNS_CASE_TYPES 3

struct dns_capability {
	struct dns_support edns;
	struct dns_support cookies;
	bool edns_works;        /* a query with EDNS was answered, and not many were lost since */
	uint32_t edns_silences; /* queries with EDNS that timed out since one way was answered */
	uint32_t edns_drops;    /* answers without EDNS after such, since one with it */
	uint64_t folds_until_ms;
	uint64_t minds_case_until_ms;
	uint64_t case_blind_until_ms[DNS_CASE_TYPES];
	uint64_t period; /* in which the cookie was made */
	struct dns_cookie cookie;
};

struct dns_capabilities {
	const struct dns_settings *settings;
	struct dns_health *health; /* is told what is learnt */
	struct hash_key key;
	struct dns_capability list[DNS_MAX_UPSTREAMS];
};

/* Both are borrowed; the nameservers of `settings` are the upstreams. */
void dns_capabilities_init(struct dns_capabilities *manners, const struct dns_settings *settings,
	struct dns_health *health);

/*
 * Whether to send EDNS with the `attempt`-th send (from 1) of a question. An upstream may drop
 * queries with EDNS or with a cookie: from the second send on, one that has never answered such a
 * query is asked without; from the third on, any.
 */
bool dns_capabilities_takes_edns(
	const struct dns_capabilities *manners, size_t upstream, unsigned attempt, uint64_t now_ms);
/* Whether a failure to a query with EDNS may be a failure to understand it. */
bool dns_capabilities_doubts_edns(const struct dns_capabilities *manners, size_t upstream);
void dns_capabilities_edns_answered(struct dns_capabilities *manners, size_t upstream);
void dns_capabilities_edns_timed_out(struct dns_capabilities *manners, size_t upstream);
/* An answer, but to a query without EDNS. Twice so, each time after one with EDNS that timed out:
 * it drops them, and is asked without for 1 minute, doubling to 15. */
void dns_capabilities_answered_without_edns(
	struct dns_capabilities *manners, size_t upstream, uint64_t now_ms);
/* It answered with an error, and without EDNS it did not: for 15 minutes. */
void dns_capabilities_refuses_edns(
	struct dns_capabilities *manners, size_t upstream, uint64_t now_ms);

bool dns_capabilities_folds_case(
	const struct dns_capabilities *manners, size_t upstream, uint64_t now_ms);
/* It says of names in mixed case that they do not exist: asked in lower case, over TCP. */
bool dns_capabilities_minds_case(
	const struct dns_capabilities *manners, size_t upstream, uint64_t now_ms);
void dns_capabilities_learn_minds_case(
	struct dns_capabilities *manners, size_t upstream, uint64_t now_ms);
/* It found a name in mixed case, which is believed of it for a minute, for this type. */
void dns_capabilities_learn_case_blind(
	struct dns_capabilities *manners, size_t upstream, enum dns_type type, uint64_t now_ms);
bool dns_capabilities_is_case_blind(const struct dns_capabilities *manners, size_t upstream,
	enum dns_type type, uint64_t now_ms);

/* The one to send; of length 0: none. */
const struct dns_cookie *dns_capabilities_cookie(
	struct dns_capabilities *manners, size_t upstream, uint64_t now_ms);
/* It has sent a server cookie. */
bool dns_capabilities_has_cookies(const struct dns_capabilities *manners, size_t upstream);
/* For 15 minutes. */
void dns_capabilities_refuses_cookies(
	struct dns_capabilities *manners, size_t upstream, uint64_t now_ms);
/* It is not asked over UDP. */
bool dns_capabilities_needs_tcp(
	const struct dns_capabilities *manners, size_t upstream, uint64_t now_ms);

enum dns_verdict {
	DNS_VERDICT_ANSWER,        /* read into `answer` */
	DNS_VERDICT_MISFIT,        /* not an answer to this query */
	DNS_VERDICT_FOLDED,        /* one in another case, which is as much as none over UDP */
	DNS_VERDICT_DOUBTFUL,      /* without the cookie that this upstream sends: TCP will tell */
	DNS_VERDICT_FOREIGN_COOKIE /* with another client's cookie: RFC 7873 section 5.3 drops it */
};

/*
 * What a reply with the query's ID is. Over TCP, where nobody answers but the one who was asked,
 * the case does not matter, a missing cookie means that the upstream sends none any more, and
 * another client's cookie that its cookies mean nothing; all are noted.
 */
enum dns_verdict dns_capabilities_judge(struct dns_capabilities *manners, size_t upstream,
	const struct dns_query *query, const uint8_t *reply, size_t len, uint64_t now_ms,
	struct dns_answer *answer);

#endif
