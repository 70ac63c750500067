/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/upstream/capabilities.h"

#include <string.h>

#define REMEMBERED_MS (15 * 60 * UINT64_C(1000))
#define FIRST_MS (60 * UINT64_C(1000))
#define CASE_BLIND_MS (60 * UINT64_C(1000))
#define SILENCES_MAX 3u
#define DROPS_MIN 2u
#define COOKIE_PERIOD_MS (24 * 3600 * UINT64_C(1000)) /* RFC 7873 section 7.1 */

void dns_capabilities_init(struct dns_capabilities *capabilities,
	const struct dns_settings *settings, struct dns_health *health)
{
	*capabilities = (struct dns_capabilities){
		.settings = settings, .health = health, .key = hash_key_new()};
}

static bool is_refused(const struct dns_support *support, uint64_t now_ms)
{
	return now_ms < support->refused_until_ms;
}

static void refuse_for(struct dns_support *support, uint64_t for_ms, uint64_t now_ms)
{
	support->refused_for_ms = for_ms < REMEMBERED_MS ? for_ms : REMEMBERED_MS;
	support->refused_until_ms = now_ms + support->refused_for_ms;
}

bool dns_capabilities_takes_edns(const struct dns_capabilities *capabilities, size_t upstream,
	unsigned attempt, uint64_t now_ms)
{
	const struct dns_capability *m = &capabilities->list[upstream];

	if (capabilities->settings->edns_size == 0 || is_refused(&m->edns, now_ms)) {
		return false;
	}
	/*
	 * With one send per query, queries with and without EDNS alternate until one of them is
	 * answered.
	 */
	if (!m->edns_works && capabilities->settings->attempts == 1) {
		return m->edns_silences % 2 == 0;
	}
	return attempt <= (m->edns_works ? 2 : 1);
}

bool dns_capabilities_doubts_edns(const struct dns_capabilities *capabilities, size_t upstream)
{
	return !capabilities->list[upstream].edns_works;
}

void dns_capabilities_edns_answered(struct dns_capabilities *capabilities, size_t upstream)
{
	struct dns_capability *m = &capabilities->list[upstream];

	m->edns_works = true;
	m->edns_silences = 0;
	m->edns_drops = 0;
	m->edns.refused_for_ms = 0;
}

void dns_capabilities_refuses_edns(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms)
{
	struct dns_capability *m = &capabilities->list[upstream];

	m->edns_works = false;
	m->edns_silences = 0;
	refuse_for(&m->edns, REMEMBERED_MS, now_ms);
	dns_health_quirk(capabilities->health, upstream, DNS_QUIRK_REFUSES_EDNS);
}

void dns_capabilities_edns_timed_out(struct dns_capabilities *capabilities, size_t upstream)
{
	struct dns_capability *m = &capabilities->list[upstream];

	m->edns_silences++;
	m->edns_works = m->edns_works && m->edns_silences < SILENCES_MAX;
}

void dns_capabilities_answered_without_edns(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms)
{
	struct dns_capability *m = &capabilities->list[upstream];

	if (m->edns_silences < (m->edns_works ? 2 : 1)) {
		return;
	}
	m->edns_silences = 0;
	m->edns_drops++;
	if (m->edns_drops >= DROPS_MIN) {
		m->edns_works = false;
		refuse_for(&m->edns,
			m->edns.refused_for_ms > 0 ? m->edns.refused_for_ms * 2 : FIRST_MS, now_ms);
		dns_health_quirk(capabilities->health, upstream, DNS_QUIRK_DROPS_EDNS);
	}
}

bool dns_capabilities_folds_case(
	const struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms)
{
	return now_ms < capabilities->list[upstream].folds_until_ms;
}

bool dns_capabilities_minds_case(
	const struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms)
{
	return now_ms < capabilities->list[upstream].minds_case_until_ms;
}

void dns_capabilities_learn_minds_case(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms)
{
	struct dns_capability *m = &capabilities->list[upstream];

	m->minds_case_until_ms = now_ms + REMEMBERED_MS;
	memset(m->case_blind_until_ms, 0, sizeof(m->case_blind_until_ms));
}

static size_t case_type(enum dns_type type)
{
	return type == DNS_TYPE_PTR ? 0 : type == DNS_TYPE_AAAA ? 1 : 2;
}

void dns_capabilities_learn_case_blind(
	struct dns_capabilities *capabilities, size_t upstream, enum dns_type type, uint64_t now_ms)
{
	capabilities->list[upstream].case_blind_until_ms[case_type(type)] = now_ms + CASE_BLIND_MS;
}

bool dns_capabilities_is_case_blind(const struct dns_capabilities *capabilities, size_t upstream,
	enum dns_type type, uint64_t now_ms)
{
	return now_ms < capabilities->list[upstream].case_blind_until_ms[case_type(type)];
}

const struct dns_cookie *dns_capabilities_cookie(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms)
{
	struct dns_capability *m = &capabilities->list[upstream];
	uint64_t period = now_ms / COOKIE_PERIOD_MS;

	static const struct dns_cookie none = {.len = 0};

	if (!capabilities->settings->cookies || is_refused(&m->cookies, now_ms)) {
		return &none;
	}
	if (m->cookie.len == 0 || m->period != period) {
		m->cookie = dns_cookie_make(
			&capabilities->key, &capabilities->settings->nameservers[upstream], period);
		m->period = period;
	}
	return &m->cookie;
}

bool dns_capabilities_has_cookies(const struct dns_capabilities *capabilities, size_t upstream)
{
	return capabilities->list[upstream].cookie.len > DNS_COOKIE_CLIENT;
}

void dns_capabilities_refuses_cookies(
	struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms)
{
	refuse_for(&capabilities->list[upstream].cookies, REMEMBERED_MS, now_ms);
	dns_health_quirk(capabilities->health, upstream, DNS_QUIRK_FOREIGN_COOKIES);
}

bool dns_capabilities_needs_tcp(
	const struct dns_capabilities *capabilities, size_t upstream, uint64_t now_ms)
{
	const struct dns_capability *m = &capabilities->list[upstream];
	bool plainer = is_refused(&m->edns, now_ms) || is_refused(&m->cookies, now_ms);

	if (plainer && dns_capabilities_has_cookies(capabilities, upstream)) {
		return true;
	}
	return capabilities->settings->case_randomization &&
	       (dns_capabilities_folds_case(capabilities, upstream, now_ms) ||
		       dns_capabilities_minds_case(capabilities, upstream, now_ms));
}

/* DNS_VERDICT_ANSWER: the cookie is no reason to reject the reply. */
static enum dns_verdict judge_cookie(struct dns_capabilities *capabilities, size_t upstream,
	const struct dns_query *query, const uint8_t *reply, size_t len, uint64_t now_ms)
{
	struct dns_capability *m = &capabilities->list[upstream];
	bool expected = m->cookie.len > DNS_COOKIE_CLIENT;
	struct dns_cookie cookie;

	switch (dns_cookie_find(reply, len, &query->cookie, &cookie)) {
	case DNS_COOKIE_OTHER:
		if (!query->over_tcp) {
			return DNS_VERDICT_FOREIGN_COOKIE;
		}
		m->cookie.len = DNS_COOKIE_CLIENT;
		dns_capabilities_refuses_cookies(capabilities, upstream, now_ms);
		return DNS_VERDICT_ANSWER;
	case DNS_COOKIE_OURS:
		if (cookie.len > DNS_COOKIE_CLIENT &&
			memcmp(cookie.bytes, m->cookie.bytes, DNS_COOKIE_CLIENT) == 0) {
			m->cookie = cookie;
		}
		return DNS_VERDICT_ANSWER;
	case DNS_COOKIE_NONE:
		if (query->over_tcp) {
			m->cookie.len = DNS_COOKIE_CLIENT;
		}
		break;
	case DNS_COOKIE_UNREADABLE:
		break;
	}
	return expected && !query->over_tcp ? DNS_VERDICT_DOUBTFUL : DNS_VERDICT_ANSWER;
}

enum dns_verdict dns_capabilities_judge(struct dns_capabilities *capabilities, size_t upstream,
	const struct dns_query *query, const uint8_t *reply, size_t len, uint64_t now_ms,
	struct dns_answer *answer)
{
	struct dns_capability *m = &capabilities->list[upstream];
	enum dns_match match = dns_reply_match(query, reply, len);

	if (match == DNS_MATCH_WRONG_CASE && !query->over_tcp) {
		return DNS_VERDICT_FOLDED;
	}
	if (match != DNS_MATCH_YES && match != DNS_MATCH_WRONG_CASE) {
		return DNS_VERDICT_MISMATCH;
	}
	if (query->edns_size > 0 && query->cookie.len > 0) {
		enum dns_verdict verdict =
			judge_cookie(capabilities, upstream, query, reply, len, now_ms);

		if (verdict != DNS_VERDICT_ANSWER) {
			return verdict;
		}
	}
	if (match == DNS_MATCH_WRONG_CASE) {
		m->folds_until_ms = now_ms + REMEMBERED_MS;
		dns_health_quirk(capabilities->health, upstream, DNS_QUIRK_FOLDS_CASE);
	}
	dns_reply_read(query, reply, len, answer);
	return DNS_VERDICT_ANSWER;
}
