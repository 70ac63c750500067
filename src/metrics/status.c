/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/clock.h"
#include "base/json.h"
#include "dns/context.h"
#include "log/log.h"
#include "metrics/metrics_private.h"

#define AT(member) METRICS_AT(member)

static void add_policy(const struct metrics *metrics, const struct metrics_known *known,
	uint64_t verdicts[AUTHZ_VERDICTS])
{
	for (unsigned v = 0; v < AUTHZ_VERDICTS; v++) {
		for (unsigned r = 0; r < POLICY_REASON_COUNT; r++) {
			verdicts[v] += metrics_sum_policy(
				metrics, known, (enum authz_verdict)v, (enum policy_reason)r);
		}
	}
}

void metrics_verdicts(const struct metrics *metrics, uint64_t out[AUTHZ_VERDICTS])
{
	for (unsigned v = 0; v < AUTHZ_VERDICTS; v++) {
		out[v] = 0;
	}
	for (const struct metrics_known *known = metrics->first; known != NULL;
		known = metrics_known_next(known)) {
		add_policy(metrics, known, out);
	}
}

static void write_verdicts(const uint64_t verdicts[AUTHZ_VERDICTS], struct bytes *out)
{
	for (unsigned v = 0; v < AUTHZ_VERDICTS; v++) {
		json_member_u64(out, authz_verdict_word((enum authz_verdict)v), verdicts[v]);
	}
}

static void write_reasons(
	const struct metrics *metrics, const struct metrics_known *known, struct bytes *out)
{
	json_member_open(out, "reasons", '[');
	for (unsigned v = 0; v < AUTHZ_VERDICTS; v++) {
		for (unsigned r = 0; r < POLICY_REASON_COUNT; r++) {
			enum authz_verdict verdict = (enum authz_verdict)v;
			enum policy_reason reason = (enum policy_reason)r;
			uint64_t count = metrics_sum_policy(metrics, known, verdict, reason);

			if (count > 0) {
				json_open(out, '{');
				json_member_text(out, "verdict", authz_verdict_word(verdict));
				json_member_text(out, "reason", policy_reason_word(reason));
				json_member_u64(out, "count", count);
				json_close(out, '}');
			}
		}
	}
	json_close(out, ']');
}

/* Policies that have decided nothing are left out. */
static void write_policies(const struct metrics *metrics, struct bytes *out)
{
	json_member_open(out, "policies", '[');
	for (const struct metrics_known *known = metrics->first; known != NULL;
		known = metrics_known_next(known)) {
		uint64_t verdicts[AUTHZ_VERDICTS] = {0};

		add_policy(metrics, known, verdicts);
		if (verdicts[AUTHZ_ALLOW] + verdicts[AUTHZ_DENY] + verdicts[AUTHZ_ERROR] == 0) {
			continue;
		}
		json_open(out, '{');
		/* null: decisions without a policy */
		json_member_str(out, "policy",
			known != metrics->first ? known->name : (struct str){NULL, 0});
		write_verdicts(verdicts, out);
		write_reasons(metrics, known, out);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void write_dns(
	const struct metrics *metrics, const struct authz_snapshot *snapshot, struct bytes *out)
{
	struct dns_cache_size cache = dns_cache_size(dns_context_cache(snapshot->dns));
	struct dns_limits *limits = dns_context_limits(snapshot->dns);

	json_member_open(out, "dns", '{');
	metrics_write_resolvers(metrics, snapshot->dns, out);
	json_member_u64(out, "queries",
		metrics_sum(metrics, AT(dns.queries[0])) +
			metrics_sum(metrics, AT(dns.queries[1])));
	json_member_u64(out, "tcp_queries", metrics_sum(metrics, AT(dns.queries[1])));
	json_member_u64(out, "retransmits", metrics_sum(metrics, AT(dns.retransmits)));
	json_member_u64(out, "timeouts", metrics_sum(metrics, AT(dns.timeouts)));
	json_member_u64(out, "wrong_replies", metrics_sum(metrics, AT(dns.wrong_replies)));
	json_member_u64(
		out, "failed_lookups", metrics_sum(metrics, AT(dns.results[DNS_STATS_ERROR])));
	json_member_u64(out, "queries_in_flight",
		atomic_load_explicit(&limits->queries, memory_order_relaxed));
	json_member_open(out, "cache", '{');
	json_member_u64(out, "hits", metrics_sum(metrics, AT(dns.cache_hits)));
	json_member_u64(out, "misses", metrics_sum(metrics, AT(dns.cache_misses)));
	json_member_u64(out, "entries", cache.entries);
	json_member_u64(out, "bytes", cache.bytes);
	json_member_u64(out, "max_bytes", dns_context_settings(snapshot->dns)->cache_size);
	json_close(out, '}');
	json_close(out, '}');
}

static void write_connections(const struct metrics *metrics, struct bytes *out)
{
	static const char *const names[NET_LISTEN_PROTOCOLS] = {"fastcgi", "http"};

	json_member_open(out, "connections", '{');
	for (size_t p = 0; p < NET_LISTEN_PROTOCOLS; p++) {
		size_t at = AT(net[0]) + p * sizeof(struct net_stats);
		uint64_t ended = 0;

		for (size_t c = 0; c < NET_ENDS; c++) {
			ended += metrics_sum(metrics,
				at + offsetof(struct net_stats, ended) + c * sizeof(uint64_t));
		}
		/* Read after the ended connections, so that it is not smaller than their number. */
		uint64_t accepted = metrics_sum(metrics, at + offsetof(struct net_stats, accepted));

		json_member_u64(out, names[p], accepted - ended);
	}
	json_close(out, '}');
}

static void write_end(void *ctx, const struct cert_trust_end *end)
{
	struct bytes *out = ctx;
	char text[CLOCK_TEXT_MAX];

	if (end->ends_s > clock_wall_s() + METRICS_ENDS_SOON_S) {
		return;
	}
	clock_format(end->ends_s, text);
	json_open(out, '{');
	json_member_text(out, "kind", end->is_crl ? "crl" : "certificate");
	json_member_str(out, "name", end->name);
	json_member_text(out, "ends", text);
	json_close(out, '}');
}

static void write_trust(
	const struct metrics *metrics, const struct authz_snapshot *snapshot, struct bytes *out)
{
	json_member_open(out, "certificates", '{');
	json_member_u64(out, "cache_hits", metrics_sum(metrics, AT(certs.hits)));
	json_member_u64(out, "cache_misses", metrics_sum(metrics, AT(certs.misses)));
	json_member_u64(out, "bad_files", authz_trust_stores_bad_files(snapshot->stores));
	json_member_open(out, "end_soon", '[');
	authz_trust_stores_ends(snapshot->stores, clock_wall_s(), write_end, out);
	json_close(out, ']');
	json_close(out, '}');
}

#define NEWEST_BANS 10

/* Puts the ban among the newest, the first of which was made last. */
static void keep_newest(const struct ban *newest[NEWEST_BANS], const struct ban *ban)
{
	for (size_t i = 0; i < NEWEST_BANS; i++) {
		if (newest[i] == NULL || newest[i]->made_ms < ban->made_ms) {
			const struct ban *older = newest[i];

			newest[i] = ban;
			ban = older;
		}
		if (ban == NULL) {
			return;
		}
	}
}

static void write_bans(const struct ban_table *table, struct bytes *out)
{
	const struct ban_list *list = ban_table_list(table);
	const struct ban *newest[NEWEST_BANS] = {NULL};
	int64_t now_ms = clock_wall_ms();

	for (size_t i = 0; list != NULL && i < list->count; i++) {
		if (ban_is_in_force(&list->items[i], now_ms)) {
			keep_newest(newest, &list->items[i]);
		}
	}
	json_member_u64(out, "bans", ban_table_count(table, now_ms));
	json_member_open(out, "newest_bans", '[');
	for (size_t i = 0; i < NEWEST_BANS && newest[i] != NULL; i++) {
		ban_write_json(newest[i], out);
	}
	json_close(out, ']');
}

static void write_reloads(const struct metrics *metrics, struct bytes *out)
{
	char text[CLOCK_TEXT_MAX];

	clock_format((int64_t)counter_get(&metrics->reloaded_wall_s), text);
	json_member_open(out, "configuration", '{');
	json_member_text(out, "loaded", text);
	json_member_bool(out, "last_reload_failed", counter_get(&metrics->reload_failed) != 0);
	json_member_u64(out, "reloads", counter_get(&metrics->events[METRICS_RELOADED]));
	json_member_u64(
		out, "failed_reloads", counter_get(&metrics->events[METRICS_RELOAD_FAILED]));
	json_member_u64(out, "lists_failed", counter_get(&metrics->events[METRICS_LISTS_FAILED]));
	json_member_u64(out, "bans_failed", counter_get(&metrics->events[METRICS_BANS_FAILED]));
	json_member_u64(out, "trust_failed", counter_get(&metrics->events[METRICS_TRUST_FAILED]));
	json_close(out, '}');
}

void metrics_write_status(
	const struct metrics *metrics, const struct authz_snapshot *snapshot, struct bytes *out)
{
	uint64_t verdicts[AUTHZ_VERDICTS];
	char text[CLOCK_TEXT_MAX];

	metrics_verdicts(metrics, verdicts);
	clock_format(metrics->started_wall_s, text);
	json_member_text(out, "started", text);
	json_member_u64(out, "uptime_s", (clock_ms() - metrics->started_ms) / 1000);
	json_member_u64(out, "workers", metrics->worker_count);
	json_member_u64(out, "log_lines_lost", log_lost());
	json_member_open(out, "decisions", '{');
	write_verdicts(verdicts, out);
	json_member_u64(out, "from_cache", metrics_sum(metrics, AT(again)));
	json_close(out, '}');
	write_policies(metrics, out);
	write_connections(metrics, out);
	write_dns(metrics, snapshot, out);
	metrics_write_shared_status(metrics, snapshot->shared, out);
	write_bans(snapshot->bans, out);
	write_trust(metrics, snapshot, out);
	write_reloads(metrics, out);
}
