/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "shared/shared.h"
#include "base/clock.h"
#include "base/json.h"
#include "metrics/metrics_private.h"
#include "metrics/prometheus.h"

#define AT(member) offsetof(struct metrics_worker, shared.member)

/* What the store said about rates and nonces, and what decided about requests. */
static void write_answers(const struct metrics *metrics, struct bytes *out)
{
	static const struct {
		const char *family;
		const char *help;
		const char *labels;
		size_t at;
	} series[] = {
		{"doorward_shared_leases_total",
			"Questions for tokens of rates, by what the store said.",
			"result=\"given\"", AT(rates.given)},
		{"doorward_shared_leases_total", NULL, "result=\"refused\"", AT(rates.refused)},
		{"doorward_shared_leases_total", NULL, "result=\"unanswered\"",
			AT(rates.unanswered)},
		{"doorward_shared_rate_decisions_total",
			"Requests that the bucket of this machine let pass, by what decided then.",
			"by=\"lease\",over=\"no\"", AT(rates.by_lease)},
		{"doorward_shared_rate_decisions_total", NULL, "by=\"store\",over=\"yes\"",
			AT(rates.by_refusal)},
		{"doorward_shared_rate_decisions_total", NULL, "by=\"share\",over=\"no\"",
			AT(rates.in_share)},
		{"doorward_shared_rate_decisions_total", NULL, "by=\"share\",over=\"yes\"",
			AT(rates.over_share)},
		{"doorward_shared_rate_waits_total", "Those of them that waited for the store.", "",
			AT(rates.waited)},
		{"doorward_shared_nonces_total",
			"Nonces of signatures that the store was asked about, by what it said.",
			"result=\"set\"", AT(nonces.set)},
		{"doorward_shared_nonces_total", NULL, "result=\"used\"", AT(nonces.used)},
		{"doorward_shared_nonces_total", NULL, "result=\"unanswered\"",
			AT(nonces.unanswered)},
	};

	for (size_t i = 0; i < ARRAY_LEN(series); i++) {
		if (series[i].help != NULL) {
			metrics_prometheus_family(
				out, series[i].family, METRICS_PROMETHEUS_COUNTER, series[i].help);
		}
		metrics_prometheus_number(out, series[i].family, series[i].labels,
			metrics_sum(metrics, series[i].at));
	}
}

static void write_names(const struct metrics *metrics, struct bytes *out)
{
	static const struct {
		const char *labels;
		size_t at;
	} replies[] = {
		{"reply=\"used\"", AT(names.hits)},
		{"reply=\"none\"", AT(names.misses)},
		{"reply=\"claimed\"", AT(names.claimed)},
		{"reply=\"late\"", AT(names.unanswered)},
		{"reply=\"expired\"", AT(names.expired)},
		{"reply=\"forged\"", AT(names.forged)},
		{"reply=\"malformed\"", AT(names.malformed)},
	};
	static const struct {
		const char *name;
		const char *help;
		size_t at;
	} counters[] = {
		{"doorward_shared_names_stored_total",
			"Results of DNS lookups that were written into the store.",
			AT(names.stored)},
		{"doorward_shared_names_impatient_total",
			"Lookups that asked DNS because the store had not answered in 5 ms.",
			offsetof(struct metrics_worker, dns.remote_late)},
		{"doorward_shared_names_waits_total",
			"Lookups that waited while another machine asked DNS.",
			offsetof(struct metrics_worker, dns.remote_waits)},
		{"doorward_shared_names_waits_lost_total",
			"Lookups that waited for another machine, and then asked DNS themselves.",
			offsetof(struct metrics_worker, dns.remote_fruitless)},
	};

	metrics_prometheus_family(out, "doorward_shared_names_questions_total",
		METRICS_PROMETHEUS_COUNTER,
		"Questions to the store for the names of a client, by its reply.");
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		metrics_prometheus_number(out, "doorward_shared_names_questions_total",
			replies[i].labels, metrics_sum(metrics, replies[i].at));
	}
	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		metrics_prometheus_family(
			out, counters[i].name, METRICS_PROMETHEUS_COUNTER, counters[i].help);
		metrics_prometheus_number(
			out, counters[i].name, "", metrics_sum(metrics, counters[i].at));
	}
}

static void write_bans(const struct shared *shared, struct bytes *out)
{
	struct shared_bans_state state = shared_bans_state(shared);

	metrics_prometheus_family(out, "doorward_shared_bans", METRICS_PROMETHEUS_GAUGE,
		"Bans of all machines that were in force when they were last compared or changed.");
	metrics_prometheus_number(out, "doorward_shared_bans", "", state.known);
	metrics_prometheus_family(out, "doorward_shared_bans_forged", METRICS_PROMETHEUS_GAUGE,
		"Entries about bans in the store that the secret had not made, at the last "
		"comparison.");
	metrics_prometheus_number(out, "doorward_shared_bans_forged", "", state.forged);
	metrics_prometheus_family(out, "doorward_shared_bans_compared_time_seconds",
		METRICS_PROMETHEUS_GAUGE,
		"When the bans were last compared with the store, since 1970 UTC; 0: never.");
	metrics_prometheus_number(out, "doorward_shared_bans_compared_time_seconds", "",
		state.compared_s > 0 ? (uint64_t)state.compared_s : 0);
}

void metrics_write_shared(
	const struct metrics *metrics, const struct shared *shared, struct bytes *out)
{
	static const struct {
		const char *name;
		const char *help;
		size_t at;
	} counters[] = {
		{"doorward_shared_connections_total", "Connections made to the store.",
			AT(store.connects)},
		{"doorward_shared_connections_lost_total",
			"Connections to the store that were lost or given up.", AT(store.losses)},
		{"doorward_shared_questions_total", "Questions sent to the store.",
			AT(store.questions)},
		{"doorward_shared_replies_total", "Questions that the store answered in time.",
			AT(store.replies)},
		{"doorward_shared_timeouts_total",
			"Questions that the store did not answer in time.", AT(store.timeouts)},
		{"doorward_shared_refusals_total",
			"Questions that the store answered by an error of its own, such as OOM.",
			AT(store.refusals)},
		{"doorward_shared_unasked_total",
			"Questions that were not sent, because the store was known to be away.",
			AT(store.unasked)},
		{"doorward_shared_script_loads_total",
			"Scripts sent to a store that did not have them.", AT(store.script_loads)},
	};
	struct store_status_view view;

	if (shared == NULL) {
		return;
	}
	store_status_read(shared_status(shared), &view);
	metrics_prometheus_family(out, "doorward_shared_up", METRICS_PROMETHEUS_GAUGE,
		"1 while every worker reaches the store, and it refuses nothing.");
	metrics_prometheus_number(
		out, "doorward_shared_up", "", view.up == view.clients && !view.refusing);
	metrics_prometheus_family(out, "doorward_shared_members", METRICS_PROMETHEUS_GAUGE,
		"Machines that share the store, this one included.");
	metrics_prometheus_number(out, "doorward_shared_members", "", shared_members(shared));
	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		metrics_prometheus_family(
			out, counters[i].name, METRICS_PROMETHEUS_COUNTER, counters[i].help);
		metrics_prometheus_number(
			out, counters[i].name, "", metrics_sum(metrics, counters[i].at));
	}
	metrics_write_histogram(metrics, "doorward_shared_reply_duration_seconds",
		"From when a question was asked to its reply, of those in time.",
		AT(store.reply_time), out);
	write_names(metrics, out);
	write_answers(metrics, out);
	write_bans(shared, out);
}

struct member {
	const char *name;
	size_t at;
};

static void write_members(const struct metrics *metrics, const struct member *members, size_t count,
	struct bytes *out)
{
	for (size_t i = 0; i < count; i++) {
		json_member_u64(out, members[i].name, metrics_sum(metrics, members[i].at));
	}
}

static void write_bans_status(const struct shared *shared, struct bytes *out)
{
	struct shared_bans_state state = shared_bans_state(shared);
	char text[CLOCK_TEXT_MAX];

	json_member_open(out, "bans", '{');
	json_member_u64(out, "known", ban_list_count_bans(shared_bans(shared), clock_wall_ms()));
	json_key(out, "compared");
	if (state.compared_s == 0) {
		json_none(out);
	} else {
		clock_format(state.compared_s, text);
		json_text(out, text);
	}
	json_member_u64(out, "forged", state.forged);
	json_close(out, '}');
}

void metrics_write_shared_status(
	const struct metrics *metrics, const struct shared *shared, struct bytes *out)
{
	static const struct member names[] = {
		{"asked", AT(names.asked)},
		{"hits", AT(names.hits)},
		{"misses", AT(names.misses)},
		{"forged", AT(names.forged)},
	};
	static const struct member leases[] = {
		{"given", AT(rates.given)},
		{"refused", AT(rates.refused)},
		{"unanswered", AT(rates.unanswered)},
	};
	static const struct member rates[] = {
		{"by_lease", AT(rates.by_lease)},
		{"by_refusal", AT(rates.by_refusal)},
		{"in_share", AT(rates.in_share)},
		{"over_share", AT(rates.over_share)},
		{"waited", AT(rates.waited)},
	};
	struct store_status_view view;

	json_key(out, "shared");
	if (shared == NULL) {
		json_none(out);
		return;
	}
	store_status_read(shared_status(shared), &view);
	json_open(out, '{');
	json_member_text(out, "store", store_status_where(shared_status(shared)));
	json_member_bool(out, "up", view.up == view.clients && !view.refusing);
	json_member_u64(out, "connections", view.up);
	json_member_text(out, "fault", store_fault_word(view.fault));
	json_member_text(out, "detail", view.detail);
	json_member_u64(out, "for_s", (clock_ms() - view.since_ms) / 1000);
	json_member_u64(out, "members", shared_members(shared));
	json_member_u64(out, "questions", metrics_sum(metrics, AT(store.questions)));
	json_member_u64(out, "replies", metrics_sum(metrics, AT(store.replies)));
	json_member_u64(out, "timeouts", metrics_sum(metrics, AT(store.timeouts)));
	json_member_u64(out, "refusals", metrics_sum(metrics, AT(store.refusals)));
	json_member_u64(out, "unasked", metrics_sum(metrics, AT(store.unasked)));
	json_member_open(out, "names", '{');
	write_members(metrics, names, ARRAY_LEN(names), out);
	json_close(out, '}');
	json_member_open(out, "leases", '{');
	write_members(metrics, leases, ARRAY_LEN(leases), out);
	json_close(out, '}');
	json_member_open(out, "rate_decisions", '{');
	write_members(metrics, rates, ARRAY_LEN(rates), out);
	json_close(out, '}');
	write_bans_status(shared, out);
	json_close(out, '}');
}
