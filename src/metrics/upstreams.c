/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/json.h"
#include "base/util.h"
#include "dns/context.h"
#include "metrics/metrics_private.h"
#include "metrics/prometheus.h"

#include <stdio.h>

static void add_counters(struct metrics_upstream *sum, const struct dns_stats_upstream *u)
{
	uint64_t slowest_us = counter_get(&u->slowest_us);

	sum->queries[0] += counter_get(&u->queries[0]);
	sum->queries[1] += counter_get(&u->queries[1]);
	sum->fallbacks += counter_get(&u->fallbacks);
	sum->replies += counter_get(&u->replies);
	sum->replies_us += counter_get(&u->replies_us);
	sum->slowest_us = slowest_us > sum->slowest_us ? slowest_us : sum->slowest_us;
	for (size_t i = 0; i < DNS_STATS_TROUBLES; i++) {
		sum->troubles[i] += counter_get(&u->troubles[i]);
	}
}

struct metrics_upstream metrics_upstream(
	const struct metrics *metrics, const struct dns_context *context, size_t number)
{
	struct metrics_upstream found = {0};

	for (size_t i = 0; i < metrics->worker_count; i++) {
		const struct dns_stats *stats = &metrics->workers[i].dns;
		const struct dns_stats_upstream *u = &stats->upstreams[number];

		if (counter_get(&stats->upstreams_of) != (uintptr_t)context) {
			continue;
		}
		add_counters(&found, u);
		if (counter_get(&u->known) == 0) {
			continue;
		}
		found.known++;
		found.cookies |= counter_get(&u->cookies) != 0;
		found.down += counter_get(&u->down) != 0;
		if (counter_get(&u->measured) != 0) {
			found.measured++;
			found.average_us_8 += counter_get(&u->average_us_8);
		}
	}
	return found;
}

static void write_sample(struct bytes *out, const char *name, const struct endpoint *upstream,
	const char *more, uint64_t value)
{
	char server[ENDPOINT_TEXT_MAX];
	char labels[ENDPOINT_TEXT_MAX + 48];

	endpoint_format(upstream, server);
	snprintf(labels, sizeof(labels), "server=\"%s\"%s", server, more);
	metrics_prometheus_number(out, name, labels, value);
}

static void write_real(
	struct bytes *out, const char *name, const struct endpoint *upstream, double value)
{
	char server[ENDPOINT_TEXT_MAX];
	char labels[ENDPOINT_TEXT_MAX + 16];

	endpoint_format(upstream, server);
	snprintf(labels, sizeof(labels), "server=\"%s\"", server);
	metrics_prometheus_real(out, name, labels, value);
}

static void write_state(const struct endpoint *upstreams, const struct metrics_upstream *states,
	size_t count, struct bytes *out)
{
	metrics_prometheus_family(out, "doorward_dns_upstream_up", METRICS_PROMETHEUS_GAUGE,
		"0 while every worker that has asked the upstream has suspended it.");
	for (size_t i = 0; i < count; i++) {
		write_sample(out, "doorward_dns_upstream_up", &upstreams[i], "",
			states[i].known == 0 || states[i].down < states[i].known);
	}
	metrics_prometheus_family(out, "doorward_dns_upstream_rtt_seconds",
		METRICS_PROMETHEUS_GAUGE,
		"Smoothed round trip of the upstream's answers, the workers' average.");
	for (size_t i = 0; i < count; i++) {
		if (states[i].measured > 0) {
			write_real(out, "doorward_dns_upstream_rtt_seconds", &upstreams[i],
				(double)states[i].average_us_8 / 8e6 / states[i].measured);
		}
	}
	metrics_prometheus_family(out, "doorward_dns_upstream_slowest_seconds",
		METRICS_PROMETHEUS_GAUGE, "The longest round trip of the upstream's replies.");
	for (size_t i = 0; i < count; i++) {
		if (states[i].replies > 0) {
			write_real(out, "doorward_dns_upstream_slowest_seconds", &upstreams[i],
				(double)states[i].slowest_us / 1e6);
		}
	}
	metrics_prometheus_family(out, "doorward_dns_upstream_cookies", METRICS_PROMETHEUS_GAUGE,
		"1 if the upstream sends DNS cookies (RFC 7873).");
	for (size_t i = 0; i < count; i++) {
		write_sample(
			out, "doorward_dns_upstream_cookies", &upstreams[i], "", states[i].cookies);
	}
}

static void write_counts(const struct endpoint *upstreams, const struct metrics_upstream *states,
	size_t count, struct bytes *out)
{
	static const char *const transports[] = {",transport=\"udp\"", ",transport=\"tcp\""};

	metrics_prometheus_family(out, "doorward_dns_upstream_queries_total",
		METRICS_PROMETHEUS_COUNTER, "Queries sent to the upstream, by transport.");
	for (size_t i = 0; i < count; i++) {
		for (size_t t = 0; t < ARRAY_LEN(transports); t++) {
			write_sample(out, "doorward_dns_upstream_queries_total", &upstreams[i],
				transports[t], states[i].queries[t]);
		}
	}
	metrics_prometheus_family(out, "doorward_dns_upstream_tcp_fallbacks_total",
		METRICS_PROMETHEUS_COUNTER,
		"Queries that went on over TCP: truncated, doubtful or attacked over UDP.");
	for (size_t i = 0; i < count; i++) {
		write_sample(out, "doorward_dns_upstream_tcp_fallbacks_total", &upstreams[i], "",
			states[i].fallbacks);
	}
	metrics_prometheus_family(out, "doorward_dns_upstream_replies_total",
		METRICS_PROMETHEUS_COUNTER, "Replies of the upstream that were accepted.");
	for (size_t i = 0; i < count; i++) {
		write_sample(out, "doorward_dns_upstream_replies_total", &upstreams[i], "",
			states[i].replies);
	}
	metrics_prometheus_family(out, "doorward_dns_upstream_reply_seconds_total",
		METRICS_PROMETHEUS_COUNTER, "How long these replies took together.");
	for (size_t i = 0; i < count; i++) {
		write_real(out, "doorward_dns_upstream_reply_seconds_total", &upstreams[i],
			(double)states[i].replies_us / 1e6);
	}
}

static void write_troubles(const struct endpoint *upstreams, const struct metrics_upstream *states,
	size_t count, struct bytes *out)
{
	metrics_prometheus_family(out, "doorward_dns_upstream_errors_total",
		METRICS_PROMETHEUS_COUNTER,
		"Sends to the upstream without a result, by what was wrong.");
	for (size_t i = 0; i < count; i++) {
		for (unsigned t = 0; t < DNS_STATS_TROUBLES; t++) {
			char more[32];

			snprintf(more, sizeof(more), ",error=\"%s\"",
				dns_stats_trouble_word((enum dns_stats_trouble)t));
			write_sample(out, "doorward_dns_upstream_errors_total", &upstreams[i], more,
				states[i].troubles[t]);
		}
	}
}

void metrics_write_upstreams(
	const struct metrics *metrics, const struct dns_context *context, struct bytes *out)
{
	size_t count;
	const struct endpoint *upstreams = dns_context_upstreams(context, &count);
	struct metrics_upstream states[DNS_MAX_UPSTREAMS];

	for (size_t i = 0; i < count; i++) {
		states[i] = metrics_upstream(metrics, context, i);
	}
	write_state(upstreams, states, count, out);
	write_counts(upstreams, states, count, out);
	write_troubles(upstreams, states, count, out);
}

static void write_resolver(
	const char *server, const struct metrics_upstream *state, struct bytes *out)
{
	json_open(out, '{');
	json_member_text(out, "server", server);
	json_member_bool(out, "asked", state->known > 0);
	json_member_bool(out, "up", state->known == 0 || state->down < state->known);
	json_key(out, "rtt_us");
	if (state->measured > 0) {
		json_u64(out, state->average_us_8 / 8 / state->measured);
	} else {
		json_none(out);
	}
	json_key(out, "average_us");
	if (state->replies > 0) {
		json_u64(out, state->replies_us / state->replies);
	} else {
		json_none(out);
	}
	json_key(out, "slowest_us");
	if (state->replies > 0) {
		json_u64(out, state->slowest_us);
	} else {
		json_none(out);
	}
	json_member_bool(out, "cookies", state->cookies);
	json_member_u64(out, "queries", state->queries[0] + state->queries[1]);
	json_member_u64(out, "tcp_queries", state->queries[1]);
	json_member_u64(out, "tcp_fallbacks", state->fallbacks);
	json_member_u64(out, "replies", state->replies);
	json_member_open(out, "errors", '{');
	for (unsigned t = 0; t < DNS_STATS_TROUBLES; t++) {
		json_member_u64(
			out, dns_stats_trouble_word((enum dns_stats_trouble)t), state->troubles[t]);
	}
	json_close(out, '}');
	json_close(out, '}');
}

void metrics_write_resolvers(
	const struct metrics *metrics, const struct dns_context *context, struct bytes *out)
{
	size_t count;
	const struct endpoint *upstreams = dns_context_upstreams(context, &count);

	json_member_open(out, "resolvers", '[');
	for (size_t i = 0; i < count; i++) {
		struct metrics_upstream state = metrics_upstream(metrics, context, i);
		char server[ENDPOINT_TEXT_MAX];

		endpoint_format(&upstreams[i], server);
		write_resolver(server, &state, out);
	}
	json_close(out, ']');
}
