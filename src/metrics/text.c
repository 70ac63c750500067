/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "metrics/metrics_private.h"
#include "metrics/prometheus.h"

#include <stdio.h>

#define AT(member) METRICS_AT(member)

/* A counter of the workers; those of one family stand together, and the first has the help. */
struct row {
	const char *name;
	const char *help;
	const char *labels;
	size_t at;
	bool is_gauge;
};

static const struct row rows[] = {
	{"doorward_answers_reused_total",
		"Decisions given again from memory, of those in doorward_decisions_total.", "",
		AT(again), false},
	{"doorward_answers_bytes", "Memory held by answers that can be given again.", "",
		AT(answers_bytes), true},
	{"doorward_policy_memory_bytes",
		"Memory held by what rules came to for names, certificates and addresses.", "",
		AT(memory_bytes), true},

	{"doorward_dns_lookups_total",
		"Look-ups of a client's names that ended, by what they came to.",
		"result=\"verified\"", AT(dns.results[DNS_STATS_VERIFIED]), false},
	{"doorward_dns_lookups_total", NULL, "result=\"unverified\"",
		AT(dns.results[DNS_STATS_UNVERIFIED]), false},
	{"doorward_dns_lookups_total", NULL, "result=\"mismatch\"",
		AT(dns.results[DNS_STATS_MISMATCH]), false},
	{"doorward_dns_lookups_total", NULL, "result=\"none\"", AT(dns.results[DNS_STATS_NONE]),
		false},
	{"doorward_dns_lookups_total", NULL, "result=\"private\"",
		AT(dns.results[DNS_STATS_PRIVATE]), false},
	{"doorward_dns_lookups_total", NULL, "result=\"error\"", AT(dns.results[DNS_STATS_ERROR]),
		false},
	{"doorward_dns_refreshes_total", "Look-ups begun before what was known had ended.", "",
		AT(dns.refreshes), false},
	{"doorward_dns_joined_total",
		"Look-ups and questions that waited on one that was in flight already.", "",
		AT(dns.joined), false},
	{"doorward_dns_overloads_total",
		"Look-ups and questions that were given up because a limit was reached.", "",
		AT(dns.overloads), false},
	{"doorward_dns_queries_total", "Queries sent to the upstreams, by transport.",
		"transport=\"udp\"", AT(dns.queries[0]), false},
	{"doorward_dns_queries_total", NULL, "transport=\"tcp\"", AT(dns.queries[1]), false},
	{"doorward_dns_retransmissions_total", "Queries that were sent again.", "",
		AT(dns.retransmits), false},
	{"doorward_dns_timeouts_total", "Queries without a reply in time.", "", AT(dns.timeouts),
		false},
	{"doorward_dns_wrong_replies_total",
		"Replies dropped: forged, late, or not to a query that was sent.", "",
		AT(dns.wrong_replies), false},
	{"doorward_dns_cache_hits_total", "Clients whose names were in the DNS cache.", "",
		AT(dns.cache_hits), false},
	{"doorward_dns_cache_misses_total", "Clients whose names were not in the DNS cache.", "",
		AT(dns.cache_misses), false},
	{"doorward_dns_cache_evictions_total", "Entries that left the DNS cache for want of room.",
		"", AT(dns.cache_evictions), false},

	{"doorward_cert_cache_hits_total", "Certificates that had been checked already.", "",
		AT(certs.hits), false},
	{"doorward_cert_cache_misses_total", "Certificates that had to be checked.", "",
		AT(certs.misses), false},

	{"doorward_agents_total", "Requests whose agent was looked at, by what was found.",
		"status=\"unsigned\"", AT(agents[AGENT_UNSIGNED]), false},
	{"doorward_agents_total", NULL, "status=\"verified\"", AT(agents[AGENT_VERIFIED]), false},
	{"doorward_agents_total", NULL, "status=\"invalid\"", AT(agents[AGENT_INVALID]), false},
	{"doorward_agents_total", NULL, "status=\"unverified\"", AT(agents[AGENT_UNVERIFIED]),
		false},
	{"doorward_agent_checks_total", "Signatures of agents that were checked by a public key.",
		"", AT(agent_checks), false},
	{"doorward_agent_checks_refused_total",
		"Signatures of agents that were not checked, because too many came.", "",
		AT(agent_busy), false},

	{"doorward_connections_accepted_total", "Connections accepted, by protocol.",
		"protocol=\"fastcgi\"", AT(net[NET_LISTEN_FASTCGI].accepted), false},
	{"doorward_connections_accepted_total", NULL, "protocol=\"http\"",
		AT(net[NET_LISTEN_HTTP].accepted), false},
	{"doorward_connections_refused_total",
		"Connections closed at once, from addresses that FCGI_WEB_SERVER_ADDRS does not "
		"name.",
		"protocol=\"fastcgi\"", AT(net[NET_LISTEN_FASTCGI].refused), false},
	{"doorward_connections_refused_total", NULL, "protocol=\"http\"",
		AT(net[NET_LISTEN_HTTP].refused), false},
	{"doorward_requests_aborted_total", "Requests whose front end did not wait for an answer.",
		"protocol=\"fastcgi\"", AT(fcgi.aborted), false},
	{"doorward_requests_aborted_total", NULL, "protocol=\"http\"", AT(http.aborted), false},

	{"doorward_fastcgi_errors_total", "What FastCGI peers did wrong, by kind.",
		"error=\"protocol\"", AT(fcgi.protocol_errors), false},
	{"doorward_fastcgi_errors_total", NULL, "error=\"role\"", AT(fcgi.unknown_roles), false},
	{"doorward_fastcgi_errors_total", NULL, "error=\"params\"", AT(fcgi.bad_params), false},
	{"doorward_http_refusals_total", "HTTP requests that were not decided, by status.",
		"status=\"400\"", AT(http.bad), false},
	{"doorward_http_refusals_total", NULL, "status=\"403\"", AT(forbidden), false},
	{"doorward_http_refusals_total", NULL, "status=\"404\"", AT(not_found), false},
	{"doorward_http_refusals_total", NULL, "status=\"431\"", AT(http.too_large), false},
	{"doorward_http_refusals_total", NULL, "status=\"503\"", AT(http.unanswered), false},
};

static void write_rows(const struct metrics *metrics, struct bytes *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];

		if (row->help != NULL) {
			metrics_prometheus_family(out, row->name,
				row->is_gauge ? METRICS_PROMETHEUS_GAUGE
					      : METRICS_PROMETHEUS_COUNTER,
				row->help);
		}
		metrics_prometheus_number(
			out, row->name, row->labels, metrics_sum(metrics, row->at));
	}
}

/* Reasons with a count of 0 are left out: most policies have few reasons. */
static void write_policy(const struct metrics *metrics, const struct metrics_known *known,
	uint64_t totals[POLICY_REASON_COUNT], struct bytes *labels, struct bytes *out)
{
	for (unsigned v = 0; v < AUTHZ_VERDICTS; v++) {
		for (unsigned r = 0; r < POLICY_REASON_COUNT; r++) {
			uint64_t value = metrics_sum_policy(
				metrics, known, (enum authz_verdict)v, (enum policy_reason)r);

			if (value == 0) {
				continue;
			}
			totals[r] += value;
			bytes_reset(labels, SIZE_MAX);
			bytes_appendf(labels, "verdict=\"%s\",reason=\"%s\",",
				authz_verdict_word((enum authz_verdict)v),
				policy_reason_word((enum policy_reason)r));
			metrics_prometheus_label(labels, "policy", known->name);
			bytes_append_u8(labels, '\0');
			if (labels->failed) {
				out->failed = true;
				return;
			}
			metrics_prometheus_number(
				out, "doorward_decisions_total", (const char *)labels->data, value);
		}
	}
}

static void write_decisions(
	const struct metrics *metrics, uint64_t totals[POLICY_REASON_COUNT], struct bytes *out)
{
	struct bytes labels;

	bytes_init(&labels, 0);
	metrics_prometheus_family(out, "doorward_decisions_total", METRICS_PROMETHEUS_COUNTER,
		"Requests decided, by verdict, reason and policy; no policy where none was known.");
	for (const struct metrics_known *known = metrics->first; known != NULL;
		known = metrics_known_next(known)) {
		write_policy(metrics, known, totals, &labels, out);
	}
	bytes_clear(&labels);
}

/* Requests that reached a limit, by the key that sets it, if there is one. */
static void write_limits(const struct metrics *metrics, const uint64_t totals[POLICY_REASON_COUNT],
	struct bytes *out)
{
	static const struct {
		const char *labels;
		size_t at[2]; /* 0: no counter */
	} limits[] = {
		{"limit=\"max_params\"", {AT(fcgi.oversize), AT(http.too_large)}},
		{"limit=\"max_requests_per_connection\"", {AT(fcgi.too_many)}},
		{"limit=\"max_connections\"", {AT(pauses.connections)}},
		{"limit=\"incomplete\"",
			{AT(net[NET_LISTEN_FASTCGI].ended[NET_END_INCOMPLETE]),
				AT(net[NET_LISTEN_HTTP].ended[NET_END_INCOMPLETE])}},
		{"limit=\"strangers\"", {AT(net[NET_LISTEN_HTTP].ended[NET_END_CROWDED])}},
		{"limit=\"max_in_flight\"", {AT(dns.in_flight_full)}},
		{"limit=\"max_in_flight_per_prefix\"", {AT(dns.prefix_full)}},
		{"limit=\"lookup_timeout\"", {AT(dns.deadlines)}},
		{"limit=\"request_timeout\"",
			{AT(net[NET_LISTEN_FASTCGI].ended[NET_END_REQUEST_TIMEOUT]),
				AT(net[NET_LISTEN_HTTP].ended[NET_END_REQUEST_TIMEOUT])}},
		{"limit=\"cache_size\"", {AT(dns.cache_evictions)}},
		{"limit=\"certificate_size\"", {AT(certs.over_limit)}},
		{"limit=\"certificate_queue\"", {AT(certs.queue_full)}},
		{"limit=\"descriptors\"", {AT(pauses.descriptors)}},
	};
	static const char name[] = "doorward_limits_hit_total";

	metrics_prometheus_family(
		out, name, METRICS_PROMETHEUS_COUNTER, "How often a limit was reached, by limit.");
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		uint64_t value = metrics_sum(metrics, limits[i].at[0]);

		value += limits[i].at[1] != 0 ? metrics_sum(metrics, limits[i].at[1]) : 0;
		metrics_prometheus_number(out, name, limits[i].labels, value);
	}
	metrics_prometheus_number(out, name, "limit=\"regex\"", totals[POLICY_REASON_REGEX_LIMIT]);
	metrics_prometheus_number(out, name, "limit=\"rate\"", totals[POLICY_REASON_RATE]);
}

void metrics_write_histogram(const struct metrics *metrics, const char *name, const char *help,
	size_t at, struct bytes *out)
{
	uint64_t buckets[HISTOGRAM_BOUNDS + 1];
	const struct metrics_prometheus_histogram histogram = {
		buckets, metrics_sum(metrics, at + offsetof(struct histogram, sum_us))};

	for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
		buckets[i] = metrics_sum(metrics, at + i * sizeof(uint64_t));
	}
	metrics_prometheus_family(out, name, METRICS_PROMETHEUS_HISTOGRAM, help);
	metrics_prometheus_histogram(out, name, &histogram);
}

static void write_connections(const struct metrics *metrics, struct bytes *out)
{
	static const char *const protocols[NET_LISTEN_PROTOCOLS] = {"fastcgi", "http"};
	static const char *const causes[NET_ENDS] = {
		[NET_END_PEER] = "peer",
		[NET_END_DONE] = "done",
		[NET_END_REQUEST_TIMEOUT] = "request_timeout",
		[NET_END_IDLE_TIMEOUT] = "idle_timeout",
		[NET_END_ERROR] = "error",
		[NET_END_INCOMPLETE] = "incomplete",
		[NET_END_CROWDED] = "crowded",
	};
	uint64_t open[NET_LISTEN_PROTOCOLS];
	char labels[64];

	metrics_prometheus_family(out, "doorward_connections_closed_total",
		METRICS_PROMETHEUS_COUNTER, "Connections that ended, by protocol and cause.");
	for (size_t p = 0; p < NET_LISTEN_PROTOCOLS; p++) {
		open[p] = 0;
		for (size_t c = 0; c < NET_ENDS; c++) {
			uint64_t ended = metrics_sum(metrics, AT(net[0].ended[0]) +
								      p * sizeof(struct net_stats) +
								      c * sizeof(uint64_t));

			open[p] -= ended;
			snprintf(labels, sizeof(labels), "protocol=\"%s\",cause=\"%s\"",
				protocols[p], causes[c]);
			metrics_prometheus_number(
				out, "doorward_connections_closed_total", labels, ended);
		}
		/* Read after the ended connections, so that it is not smaller than their number. */
		open[p] += metrics_sum(metrics, AT(net[0].accepted) + p * sizeof(struct net_stats));
	}
	metrics_prometheus_family(out, "doorward_connections", METRICS_PROMETHEUS_GAUGE,
		"Connections open now, by protocol.");
	for (size_t p = 0; p < NET_LISTEN_PROTOCOLS; p++) {
		snprintf(labels, sizeof(labels), "protocol=\"%s\"", protocols[p]);
		metrics_prometheus_number(out, "doorward_connections", labels, open[p]);
	}
}

void metrics_write(
	const struct metrics *metrics, const struct authz_snapshot *snapshot, struct bytes *out)
{
	uint64_t totals[POLICY_REASON_COUNT] = {0};

	metrics_write_process(metrics, out);
	write_decisions(metrics, totals, out);
	write_limits(metrics, totals, out);
	metrics_write_histogram(metrics, "doorward_request_duration_seconds",
		"From when a request had come, but for its body, to its answer.", AT(request_time),
		out);
	metrics_write_histogram(metrics, "doorward_dns_lookup_duration_seconds",
		"Look-ups of a client's names, from their beginning to their end.",
		AT(dns.lookup_time), out);
	metrics_write_histogram(metrics, "doorward_cert_check_duration_seconds",
		"Checks of certificates that were not in the cache.", AT(certs.check_time), out);
	write_rows(metrics, out);
	write_connections(metrics, out);
	metrics_write_shared(metrics, snapshot->shared, out);
	metrics_write_state(metrics, snapshot, out);
}
