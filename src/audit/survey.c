/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "audit/survey.h"

#include "dns/record_lookup.h"

#include <string.h>
#include <uv.h>

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
	size_t room; /* jobs that may be in use */
	bool failed; /* out of memory */
	struct progress *progress;
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

static void add_registrable(struct run *run, struct str name)
{
	char room[CERT_DOMAIN_ROOM];
	struct str domain = cert_suffixes_registrable(run->suffixes, name, room);

	if (domain.data == NULL) {
		return;
	}
	domain = arena_dup(run->plan->arena, domain);
	run->failed = run->failed || domain.data == NULL ||
		      !audit_survey_add_zone(run->out, domain, run->plan->arena);
}

/*
 * Looks up the addresses of a name, then, if it has no address, where its CNAMEs end. True: another
 * lookup was started.
 */
static bool go_on_with_name(struct job *job, const struct dns_record_lookup_result *result)
{
	struct run *run = job->run;
	struct audit_answer *answer = &run->out->answers[job->index];
	struct arena *arena = run->plan->arena;

	switch (job->type) {
	case DNS_TYPE_A:
		answer->from_zone = result->from_zone;
		job->first = result->status;
		break;
	case DNS_TYPE_AAAA:
		answer->from_zone = answer->from_zone && result->from_zone;
		audit_answer_judge(answer, job->first, result->status);
		break;
	default:
		if (result->status != DNS_STATUS_DATA || result->answer->count == 0 ||
			answer->chain.count == AUDIT_CHAIN_MAX) {
			return false;
		}
		if (!audit_answer_add_alias(
			    answer, text_of(run, &result->answer->names[0]), arena)) {
			run->failed = true;
			return false;
		}
		if (answer->word != AUDIT_LOOP) {
			answer->word = AUDIT_DANGLING;
		}
		job->at = result->answer->names[0];
		return ask(job, DNS_TYPE_CNAME);
	}
	if (result->status == DNS_STATUS_DATA) {
		run->failed = run->failed || !audit_answer_add_addrs(answer, result->answer, arena);
	}
	if (job->type == DNS_TYPE_A) {
		return ask(job, DNS_TYPE_AAAA);
	}
	return answer->word != AUDIT_UNKNOWN && answer->word != AUDIT_FOUND &&
	       ask(job, DNS_TYPE_CNAME);
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

		run->failed =
			run->failed || !audit_survey_add_zone(run->out, name, run->plan->arena);
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
	zone->word = data ? AUDIT_FOUND : audit_word_of(result->status);
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
		audit_answer_judge_suffix(
			&run->out->answers[job->index], result->status, result->from_zone);
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

static void begin_phase(struct run *run)
{
	static const char *const words[] = {[PHASE_TARGETS] = "looking up names",
		[PHASE_CLIMBS] = "looking for their zones",
		[PHASE_ZONES] = "looking up zones"};

	progress_end(run->progress);
	progress_begin(run->progress, words[run->phase]);
	progress_at(run->progress, 0, jobs_of(run));
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
		begin_phase(run);
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
	progress_at(job->run->progress, job->run->next - job->run->active, jobs_of(job->run));
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
	begin_phase(run);
	pump(run);
	uv_run(loop, UV_RUN_DEFAULT);
	progress_end(run->progress);
	return !run->failed;
}

bool audit_survey_run(struct audit_survey *survey, const struct audit_plan *plan,
	struct dns_context *dns, size_t in_flight, const struct cert_suffixes *suffixes,
	struct progress *progress)
{
	struct run run = {.plan = plan,
		.out = survey,
		.suffixes = suffixes,
		.progress = progress,
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
