/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "dns/manners.h"

#define REMEMBERED_MS (15 * 60 * UINT64_C(1000))
#define COOKIE_PERIOD_MS (24 * 3600 * UINT64_C(1000)) /* RFC 7873 section 7.1 */

void dns_manners_init(struct dns_manners *manners, const struct dns_settings *settings)
{
	*manners = (struct dns_manners){.settings = settings, .key = hash_key_new()};
}

bool dns_manners_takes_edns(const struct dns_manners *manners, size_t upstream, uint64_t now_ms)
{
	return now_ms >= manners->list[upstream].no_edns_until_ms;
}

void dns_manners_refuses_edns(struct dns_manners *manners, size_t upstream, uint64_t now_ms)
{
	manners->list[upstream].no_edns_until_ms = now_ms + REMEMBERED_MS;
}

bool dns_manners_folds_case(const struct dns_manners *manners, size_t upstream, uint64_t now_ms)
{
	return now_ms < manners->list[upstream].folds_until_ms;
}

const struct dns_cookie *dns_manners_cookie(
	struct dns_manners *manners, size_t upstream, uint64_t now_ms)
{
	struct dns_manner *m = &manners->list[upstream];
	uint64_t period = now_ms / COOKIE_PERIOD_MS;

	if (manners->settings->cookies && (m->cookie.len == 0 || m->period != period)) {
		m->cookie = dns_cookie_make(
			&manners->key, &manners->settings->nameservers[upstream], period);
		m->period = period;
	}
	return &m->cookie;
}

/* ANSWER: the cookie stands in the way of nothing. */
static enum dns_verdict judge_cookie(
	struct dns_manner *m, const struct dns_query *query, const uint8_t *reply, size_t len)
{
	bool expected = m->cookie.len > DNS_COOKIE_CLIENT;
	struct dns_cookie cookie;

	switch (dns_cookie_find(reply, len, &query->cookie, &cookie)) {
	case DNS_COOKIE_OTHER:
		return DNS_VERDICT_MISFIT;
	case DNS_COOKIE_OURS:
		if (cookie.len > DNS_COOKIE_CLIENT) {
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

enum dns_verdict dns_manners_judge(struct dns_manners *manners, size_t upstream,
	const struct dns_query *query, const uint8_t *reply, size_t len, uint64_t now_ms,
	struct dns_answer *answer)
{
	struct dns_manner *m = &manners->list[upstream];
	enum dns_match match = dns_reply_match(query, reply, len);

	if (match == DNS_MATCH_WRONG_CASE && !query->over_tcp) {
		return DNS_VERDICT_FOLDED;
	}
	if (match != DNS_MATCH_YES && match != DNS_MATCH_WRONG_CASE) {
		return DNS_VERDICT_MISFIT;
	}
	if (query->edns_size > 0 && query->cookie.len > 0) {
		enum dns_verdict verdict = judge_cookie(m, query, reply, len);

		if (verdict != DNS_VERDICT_ANSWER) {
			return verdict;
		}
	}
	if (match == DNS_MATCH_WRONG_CASE) {
		m->folds_until_ms = now_ms + REMEMBERED_MS;
	}
	dns_reply_read(query, reply, len, answer);
	return DNS_VERDICT_ANSWER;
}
