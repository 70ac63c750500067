/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/reader.h"
#include "dns/upstream/exchange.h"
#include "dns/upstream/exchange_private.h"
#include "dns/wire/validate.h"

#define FOLDED_MAX 2u

/* The upstream replied with a failure: one other upstream is asked, if there is one. */
static void answered_failure(
	struct dns_exchange *x, size_t upstream, enum dns_status status, uint64_t now_ms)
{
	x->failure = status;
	x->failed |= UINT32_C(1) << upstream;
	if (!x->went_elsewhere) {
		size_t other = dns_upstreams_pick(
			&x->all->upstreams, x->asked, x->failed, now_ms, x->all->random);

		x->went_elsewhere = true;
		if ((x->failed >> other & 1) == 0 && x->asked[other] == 0) {
			dns_exchange_send(x, other, dns_exchange_way(x, other, now_ms), now_ms);
			return;
		}
	}
	if (x->open_count == 0 && !x->queued && !x->granted) {
		dns_exchange_finish(x, status, NULL, now_ms);
	}
}

/* From now on replies over UDP do not count. */
static void go_over_tcp(struct dns_exchange *x, size_t upstream, uint64_t now_ms)
{
	struct dns_stats_upstream *stats = dns_exchange_stats(x->all, upstream);

	x->tcp = true;
	if (stats != NULL) {
		counter_add(&stats->fallbacks, 1);
	}
	for (unsigned i = 0; i < x->sent_count; i++) {
		if (!x->sent[i].tcp) {
			dns_exchange_close(&x->sent[i]);
		}
	}
	dns_exchange_send(x, upstream, DNS_WAY_TCP, now_ms);
}

static void ask_again(struct dns_exchange *x, size_t upstream, uint64_t now_ms)
{
	dns_exchange_send(x, upstream, dns_exchange_way(x, upstream, now_ms), now_ms);
}

/* Asks the upstream again without EDNS; false: the query had none. */
static bool ask_without_edns(struct dns_pending *s, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	uint32_t bit = UINT32_C(1) << s->upstream;

	if (!s->edns || (x->no_edns & bit) != 0) {
		return false;
	}
	x->no_edns |= bit;
	ask_again(x, s->upstream, now_ms);
	return true;
}

/*
 * Some servers take upper and lower case for different names. Until this upstream has found a name
 * in mixed case, a negative reply is asked for again in lower case; false: not needed.
 */
static bool ask_in_lower_case(struct dns_pending *s, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	uint32_t bit = UINT32_C(1) << s->upstream;

	if (!x->mixed_case || s->lower_case || (x->asked_lower & bit) != 0 ||
		dns_capabilities_is_case_blind(
			&x->all->capabilities, s->upstream, x->type, now_ms)) {
		return false;
	}
	x->asked_lower |= bit;
	ask_again(x, s->upstream, now_ms);
	return true;
}

static bool ask_after_bad_cookie(struct dns_pending *s, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	uint32_t bit = UINT32_C(1) << s->upstream;

	if (s->tcp && (x->no_cookie & bit) != 0) {
		return false;
	}
	if (s->tcp) {
		x->no_cookie |= bit;
		dns_capabilities_refuses_cookies(&x->all->capabilities, s->upstream, now_ms);
		ask_again(x, s->upstream, now_ms);
	} else if (x->took_cookie) {
		go_over_tcp(x, s->upstream, now_ms);
	} else {
		x->took_cookie = true;
		ask_again(x, s->upstream, now_ms);
	}
	return true;
}

/*
 * Asks the same upstream once more, in the way that its reply calls for; false: the reply calls for
 * none.
 */
static bool ask_otherwise(struct dns_pending *s, enum dns_answer_kind kind, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;

	switch (kind) {
	case DNS_ANSWER_NO_EDNS:
		return ask_without_edns(s, now_ms);
	case DNS_ANSWER_BAD_COOKIE:
		return ask_after_bad_cookie(s, now_ms);
	case DNS_ANSWER_TRUNCATED:
		if (s->tcp) {
			return false;
		}
		go_over_tcp(x, s->upstream, now_ms);
		return true;
	case DNS_ANSWER_SERVFAIL:
	case DNS_ANSWER_REFUSED:
	case DNS_ANSWER_MALFORMED:
		if (dns_capabilities_doubts_edns(&x->all->capabilities, s->upstream) &&
			ask_without_edns(s, now_ms)) {
			return true;
		}
		return ask_in_lower_case(s, now_ms);
	default:
		return false;
	}
}

static bool is_negative(const struct dns_answer *answer)
{
	return (answer->kind == DNS_ANSWER_NODATA || answer->kind == DNS_ANSWER_NXDOMAIN) &&
	       answer->cnames == 0;
}

/* Records what a good reply says about the upstream. */
static void learn(const struct dns_pending *s, bool negative, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	struct dns_capabilities *capabilities = &x->all->capabilities;
	uint32_t bit = UINT32_C(1) << s->upstream;

	if (s->edns) {
		dns_capabilities_edns_answered(capabilities, s->upstream);
	} else if ((x->no_edns & bit) != 0 && !s->lower_case) {
		dns_capabilities_refuses_edns(capabilities, s->upstream, now_ms);
	} else {
		dns_capabilities_answered_without_edns(capabilities, s->upstream, now_ms);
	}
	if (!x->mixed_case || negative) {
		return;
	}
	if (!s->lower_case) {
		dns_capabilities_learn_case_blind(capabilities, s->upstream, x->type, now_ms);
	} else if ((x->asked_lower & bit) != 0 && s->tcp) {
		dns_capabilities_learn_minds_case(capabilities, s->upstream, now_ms);
	}
}

/* True if the reply cannot be used as it is; the upstream is asked again. */
static bool is_doubtful(struct dns_pending *s, bool negative, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	bool mixed_case = x->mixed_case && !s->lower_case;

	if (negative && mixed_case &&
		!dns_capabilities_is_case_blind(
			&x->all->capabilities, s->upstream, x->type, now_ms)) {
		dns_exchange_close(s);
		(void)ask_in_lower_case(s, now_ms);
		return true;
	}
	if (negative || !s->lower_case || s->tcp) {
		return false;
	}
	dns_health_quirk(x->all->health, s->upstream, DNS_QUIRK_MINDS_CASE);
	go_over_tcp(x, s->upstream, now_ms);
	return true;
}

static void count_reply(struct dns_exchanges *all, size_t upstream, uint64_t rtt_us)
{
	struct dns_stats_upstream *stats = dns_exchange_stats(all, upstream);

	if (stats == NULL) {
		return;
	}
	counter_add(&stats->replies, 1);
	counter_add(&stats->replies_us, rtt_us);
	if (rtt_us > counter_get(&stats->slowest_us)) {
		counter_set(&stats->slowest_us, rtt_us);
	}
}

static void answered(struct dns_pending *s, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	struct dns_exchanges *all = x->all;
	const struct dns_answer *answer = &all->answer;
	enum dns_status status = dns_status_of(answer->kind);
	uint64_t rtt_us = all->network.now_us(all->network.ctx) - s->at_us;

	x->last_upstream = s->upstream;
	x->last_tcp = s->tcp;
	count_reply(all, s->upstream, rtt_us);
	if (dns_exchange_counts(all, s->tcp)) {
		dns_upstream_answered(&all->upstreams, s->upstream, rtt_us);
		dns_exchange_publish(all, s->upstream);
	}
	if (dns_status_is_failure(status)) {
		dns_exchange_close(s);
		if (!ask_otherwise(s, answer->kind, now_ms)) {
			dns_exchange_failed(all, s->upstream, status, s->tcp, now_ms);
			answered_failure(x, s->upstream, status, now_ms);
		}
		return;
	}
	bool negative = is_negative(answer);

	learn(s, negative, now_ms);
	dns_health_answered(all->health, s->upstream, now_ms);
	if (!is_doubtful(s, negative, now_ms)) {
		dns_exchange_finish(x, status, answer, now_ms);
	}
}

/*
 * A reply with the cookie of another client is dropped (RFC 7873 section 5.3). The upstream does
 * not handle cookies, and is asked without them; over TCP, if it has sent a server cookie before.
 */
static void drop_foreign_cookie(struct dns_pending *s, uint64_t now_ms)
{
	struct dns_exchange *x = s->exchange;
	uint32_t bit = UINT32_C(1) << s->upstream;

	if ((x->no_cookie & bit) == 0) {
		x->no_cookie |= bit;
		dns_capabilities_refuses_cookies(&x->all->capabilities, s->upstream, now_ms);
		ask_again(x, s->upstream, now_ms);
	}
}

/*
 * Too many replies did not match, so somewhere an attacker may be guessing: TCP cannot be guessed
 * into.
 */
static void look_after(struct dns_exchanges *all, int socket, uint64_t now_ms)
{
	struct dns_pending *s;

	while ((s = dns_pending_first(all->pending, socket)) != NULL && !s->tcp &&
		dns_pending_under_attack(all->pending, s)) {
		go_over_tcp(s->exchange, s->upstream, now_ms);
	}
}

void dns_exchanges_receive(
	struct dns_exchanges *all, int socket, const uint8_t *reply, size_t len, uint64_t now_ms)
{
	struct reader reader;

	reader_init(&reader, reply, len);
	if (len < DNS_HEADER_SIZE) {
		counter_add(&all->stats->wrong_replies, 1);
		return;
	}
	uint16_t id = reader_u16(&reader);
	struct dns_pending *s = dns_pending_find(all->pending, socket, id);

	if (s == NULL) {
		counter_add(&all->stats->wrong_replies, 1);
		dns_pending_note_unmatched(all->pending, socket, id);
		look_after(all, socket, now_ms);
		return;
	}
	struct dns_exchange *x = s->exchange;
	struct dns_query query = dns_exchange_query(s);
	enum dns_verdict verdict = dns_capabilities_judge(
		&all->capabilities, s->upstream, &query, reply, len, now_ms, &all->answer);

	if (verdict == DNS_VERDICT_ANSWER) {
		answered(s, now_ms);
		return;
	}
	counter_add(&all->stats->wrong_replies, 1);
	s->mismatches++;
	x->folded += verdict == DNS_VERDICT_FOLDED && !s->lower_case;
	if (verdict == DNS_VERDICT_FOREIGN_COOKIE) {
		drop_foreign_cookie(s, now_ms);
		return;
	}
	if (!s->tcp && (verdict == DNS_VERDICT_DOUBTFUL || x->folded >= FOLDED_MAX ||
			       dns_pending_under_attack(all->pending, s))) {
		go_over_tcp(x, s->upstream, now_ms);
	}
}
