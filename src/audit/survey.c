/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "audit/survey.h"

#include "base/array.h"
#include "dns/record_lookup.h"

#include <string.h>
#include <uv.h>

#define CHAIN_MAX (DNS_CNAME_MAX + 1)

/* The phases; each has a bounded number of jobs at a time. */
enum phase { PHASE_TARGETS, PHASE_CLIMBS, PHASE_ZONES, PHASE_END };

struct run;

struct job {
	struct run *run;
	struct dns_record_lookup *lookup; /* NULL: the job is free */
	size_t index;                     /* of the target, or of the zone */
	enum dns_type type;
	struct dns_name at;
	enum dns_status first; /* the status of the first of two lookups */
};

struct run {
	const struct audit_plan *plan;
	struct audit_survey *out;
	const struct cert_suffixes *suffixes;
	struct dns_engine *engine;
	uv_timer_t timer;
	enum phase phase;
	size_t next;
	size_t active;
	size_t zone_capacity;
	size_t room; /* jobs that may be in use */
	bool failed; /* out of memory */
	struct job jobs[AUDIT_IN_FLIGHT];
};

static void on_done(void *ctx, const struct dns_record_lookup_result *result);

static struct str text_of(struct run *run, const struct dns_name *name)
{
	char text[DNS_NAME_TEXT_MAX];

	dns_name_to_text(name, text);

	struct str kept = arena_dup(run->plan->arena, str_view(text));

	run->failed = run->failed || kept.data == NULL;
	return kept;
}

static bool ask(struct job *job, enum dns_type type)
{
	job->type = type;
	job->lookup = dns_record_lookup_start(job->run->engine, &job->at, type, on_done, job);
	job->run->failed = job->run->failed || job->lookup == NULL;
	return job->lookup != NULL;
}

/* The entry of a zone, which may be new; there are few enough names to move them. */
static void add_zone(struct run *run, struct str name)
{
	struct audit_survey *out = run->out;
	size_t at = 0;

	while (at < out->zone_count && strcmp(out->zones[at].name.data, name.data) < 0) {
		at++;
	}
	if (at < out->zone_count && str_eq(out->zones[at].name, name)) {
		return;
	}
	struct audit_zone *zones = array_reserve_in(
		run->plan->arena, out->zones, out->zone_count, &run->zone_capacity, sizeof(*zones));

	if (zones == NULL) {
		run->failed = true;
		return;
	}
	out->zones = zones;
	memmove(&out->zones[at + 1], &out->zones[at], (out->zone_count - at) * sizeof(*out->zones));
	out->zones[at] = (struct audit_zone){.name = name, .status = DNS_STATUS_TIMEOUT};
	out->zone_count++;
}

static void add_registrable(struct run *run, struct str name)
{
	char room[CERT_DOMAIN_ROOM];
	struct str domain = cert_suffixes_registrable(run->suffixes, name, room);

	if (domain.data == NULL) {
		return;
	}
	domain = arena_dup(run->plan->arena, domain);
	if (domain.data == NULL) {
		run->failed = true;
	} else {
		add_zone(run, domain);
	}
}

static void take_addrs(
	struct run *run, struct audit_answer *answer, const struct dns_answer *records)
{
	struct addr *addrs = arena_alloc(
		run->plan->arena, answer->count + records->count, sizeof(*answer->addrs));

	if (addrs == NULL) {
		run->failed = true;
		return;
	}
	if (answer->count > 0) {
		memcpy(addrs, answer->addrs, answer->count * sizeof(*addrs));
	}
	memcpy(addrs + answer->count, records->addrs, records->count * sizeof(*addrs));
	answer->addrs = addrs;
	answer->count += records->count;
	answer->left_out += records->left_out;
}

/* Adds one more name to the chain; false if the chain has reached its limit. */
static bool take_alias(struct run *run, struct audit_answer *answer, const struct dns_name *to)
{
	struct str *items;

	if (answer->chain.count == CHAIN_MAX) {
		return false;
	}
	items = arena_alloc(run->plan->arena, CHAIN_MAX, sizeof(*items));
	if (items == NULL) {
		run->failed = true;
		return false;
	}
	if (answer->chain.count > 0) {
		memcpy(items, answer->chain.items, answer->chain.count * sizeof(*items));
	}
	items[answer->chain.count] = text_of(run, to);
	answer->chain = (struct str_list){items, answer->chain.count + 1};
	return true;
}

static enum audit_word word_of(enum dns_status status)
{
	switch (status) {
	case DNS_STATUS_DATA:
		return AUDIT_FOUND;
	case DNS_STATUS_NODATA:
		return AUDIT_NO_ADDRESS;
	case DNS_STATUS_NXDOMAIN:
		return AUDIT_NO_NAME;
	case DNS_STATUS_CNAME_LOOP:
		return AUDIT_LOOP;
	default:
		return AUDIT_UNKNOWN;
	}
}

/* Sets the worse of the results for A and AAAA: a result cannot replace a failed lookup. */
static void judge(struct audit_answer *answer, enum dns_status v4, enum dns_status v6)
{
	if (dns_status_is_failure(v4) || dns_status_is_failure(v6)) {
		answer->word = AUDIT_UNKNOWN;
		answer->status = dns_status_is_failure(v4) ? v4 : v6;
	} else if (v4 == DNS_STATUS_DATA || v6 == DNS_STATUS_DATA) {
		answer->word = AUDIT_FOUND;
	} else {
		answer->word = word_of(v4);
	}
}

/*
 * Looks up the addresses of a name, then, if it has no address, where its CNAMEs end. True: another
 * lookup was started.
 */
static bool go_on_with_name(struct job *job, const struct dns_record_lookup_result *result)
{
	struct run *run = job->run;
	struct audit_answer *answer = &run->out->answers[job->index];

	switch (job->type) {
	case DNS_TYPE_A:
		answer->from_zone = result->from_zone;
		job->first = result->status;
		break;
	case DNS_TYPE_AAAA:
		answer->from_zone = answer->from_zone && result->from_zone;
		judge(answer, job->first, result->status);
		break;
	default:
		if (result->status != DNS_STATUS_DATA || result->answer->count == 0 ||
			!take_alias(run, answer, &result->answer->names[0])) {
			return false;
		}
		if (answer->word != AUDIT_LOOP) {
			answer->word = AUDIT_DANGLING;
		}
		job->at = result->answer->names[0];
		return ask(job, DNS_TYPE_CNAME);
	}
	if (result->status == DNS_STATUS_DATA) {
		take_addrs(run, answer, result->answer);
	}
	if (job->type == DNS_TYPE_A) {
		return ask(job, DNS_TYPE_AAAA);
	}
	return answer->word != AUDIT_UNKNOWN && answer->word != AUDIT_FOUND &&
	       ask(job, DNS_TYPE_CNAME);
}

/* The result for a zone, or for the parent of names: it must exist, whatever records it has. */
static void judge_suffix(struct audit_answer *answer, const struct dns_record_lookup_result *result)
{
	answer->word = word_of(result->status);
	answer->status = result->status;
	answer->from_zone = result->from_zone;
	if (answer->word == AUDIT_NO_ADDRESS) {
		answer->word = AUDIT_FOUND;
	}
}

/* Climbs from the name to the nearest ancestor that has an SOA. */
static bool climb(struct job *job, const struct dns_record_lookup_result *result)
{
	struct run *run = job->run;
	bool own = result->status == DNS_STATUS_DATA && result->answer->cnames == 0;

	run->out->answers[job->index].zone_status = result->status;
	if (dns_status_is_failure(result->status)) {
		return false;
	}
	if (own) {
		struct str name = text_of(run, &job->at);

		if (name.data != NULL) {
			add_zone(run, name);
		}
		run->out->answers[job->index].zone = name;
		return false;
	}
	uint8_t label = (uint8_t)(job->at.wire[0] + 1);

	if (job->at.len <= label + 1) {
		return false;
	}
	job->at.len = (uint8_t)(job->at.len - label);
	memmove(job->at.wire, job->at.wire + label, job->at.len);
	return ask(job, DNS_TYPE_SOA);
}

static bool go_on_with_zone(struct job *job, const struct dns_record_lookup_result *result)
{
	struct run *run = job->run;
	struct audit_zone *zone = &run->out->zones[job->index];
	bool data = result->status == DNS_STATUS_DATA && result->answer->cnames == 0;

	if (job->type == DNS_TYPE_SOA && data) {
		zone->mname = text_of(run, &result->answer->names[0]);
		return ask(job, DNS_TYPE_NS);
	}
	/* Without SOA and NS it is not a zone: the parent zone is in the list. */
	zone->word = data ? AUDIT_FOUND : word_of(result->status);
	zone->status = result->status;
	if (!data) {
		return false;
	}
	struct str *names = arena_alloc(run->plan->arena, result->answer->count, sizeof(*names));

	if (names == NULL) {
		run->failed = true;
		return false;
	}
	for (size_t i = 0; i < result->answer->count; i++) {
		names[i] = text_of(run, &result->answer->names[i]);
	}
	zone->ns = (struct str_list){names, result->answer->count};
	return false;
}

static bool go_on(struct job *job, const struct dns_record_lookup_result *result)
{
	struct run *run = job->run;

	switch (run->phase) {
	case PHASE_TARGETS:
		if (!audit_target_is_zone(&run->plan->targets[job->index])) {
			return go_on_with_name(job, result);
		}
		judge_suffix(&run->out->answers[job->index], result);
		return false;
	case PHASE_CLIMBS:
		return climb(job, result);
	default:
		return go_on_with_zone(job, result);
	}
}

/* False if no lookup is needed. */
static bool start(struct job *job, size_t index)
{
	struct run *run = job->run;
	const struct audit_target *target = &run->plan->targets[index];
	struct str name =
		run->phase == PHASE_ZONES ? run->out->zones[index].name : audit_target_name(target);

	if (!dns_name_from_text(name, &job->at)) {
		return false;
	}
	job->index = index;
	if (run->phase == PHASE_TARGETS && !audit_target_is_zone(target)) {
		return ask(job, DNS_TYPE_A);
	}
	if (run->phase == PHASE_CLIMBS) {
		if (run->out->answers[index].from_zone) {
			return false;
		}
		add_registrable(run, name);
	}
	return ask(job, DNS_TYPE_SOA);
}

static void end(struct run *run)
{
	run->phase = PHASE_END;
	dns_engine_close(run->engine);
	uv_close((uv_handle_t *)&run->timer, NULL);
}

static size_t jobs_of(const struct run *run)
{
	return run->phase == PHASE_ZONES ? run->out->zone_count : run->plan->count;
}

/* Starts free jobs; once a phase has none left, starts the next. */
static void pump(struct run *run)
{
	while (run->phase != PHASE_END) {
		for (size_t i = 0; i < run->room && !run->failed; i++) {
			struct job *job = &run->jobs[i];

			while (job->lookup == NULL && run->next < jobs_of(run) && !run->failed) {
				run->active += start(job, run->next++);
			}
		}
		if (run->active > 0 && !run->failed) {
			return;
		}
		if (run->failed || run->phase == PHASE_ZONES) {
			run->out->complete = !run->failed;
			end(run);
			return;
		}
		run->phase++;
		run->next = 0;
	}
}

static void on_done(void *ctx, const struct dns_record_lookup_result *result)
{
	struct job *job = ctx;

	job->lookup = NULL;
	if (go_on(job, result)) {
		return;
	}
	job->run->active--;
	pump(job->run);
}

static void on_time(uv_timer_t *timer)
{
	struct run *run = timer->data;

	if (run->phase != PHASE_END) {
		end(run);
	}
}

static bool run_on(struct run *run, uv_loop_t *loop, struct dns_context *dns)
{
	run->engine = dns_engine_new(loop, dns, NULL);
	if (run->engine == NULL || uv_timer_init(loop, &run->timer) != 0) {
		dns_engine_close(run->engine);
		uv_run(loop, UV_RUN_DEFAULT);
		return false;
	}
	run->timer.data = run;
	uv_timer_start(&run->timer, on_time, AUDIT_RUN_MS, 0);
	for (size_t i = 0; i < AUDIT_IN_FLIGHT; i++) {
		run->jobs[i].run = run;
	}
	pump(run);
	uv_run(loop, UV_RUN_DEFAULT);
	return !run->failed;
}

bool audit_survey_run(struct audit_survey *survey, const struct audit_plan *plan,
	struct dns_context *dns, size_t in_flight, const struct cert_suffixes *suffixes)
{
	struct run run = {.plan = plan,
		.out = survey,
		.suffixes = suffixes,
		.room = in_flight < AUDIT_IN_FLIGHT ? in_flight : AUDIT_IN_FLIGHT};
	uv_loop_t loop;

	*survey = (struct audit_survey){
		.answers = arena_alloc(plan->arena, plan->count, sizeof(*survey->answers))};
	if (survey->answers == NULL) {
		return false;
	}
	for (size_t i = 0; i < plan->count; i++) {
		survey->answers[i] = (struct audit_answer){
			.status = DNS_STATUS_TIMEOUT, .zone_status = DNS_STATUS_TIMEOUT};
	}
	if (uv_loop_init(&loop) != 0) {
		return false;
	}
	bool good = run_on(&run, &loop, dns);

	uv_loop_close(&loop);
	return good;
}
