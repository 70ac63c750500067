/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "audit/report.h"

#include <string.h>

struct comparison {
	const struct audit_plan *plan;
	const struct audit_survey *survey;
	const struct audit_state *old;
	struct audit_report *report;
	struct audit_state *now;
};

/* Copies a text into the arena; absent when out of memory, which sets c->report->failed. */
static struct str text_of(struct comparison *c, struct bytes *text)
{
	struct str kept =
		text->failed ? (struct str){NULL, 0} : arena_dup(c->plan->arena, bytes_view(text));

	c->report->failed = c->report->failed || kept.data == NULL;
	bytes_clear(text);
	return kept;
}

static struct str change_of(
	struct comparison *c, const char *what, struct str before, struct str after)
{
	struct bytes text;

	bytes_init(&text, 0);
	bytes_append_text(&text, what);
	bytes_append_str(&text, before);
	bytes_append_text(&text, " -> ");
	bytes_append_str(&text, after);
	return text_of(c, &text);
}

/* The addresses of `these` that are not in `those`; both ascending. */
static struct str_list addrs_without(struct comparison *c, const struct addr *these, size_t count,
	const struct addr *those, size_t other_count)
{
	struct str *items = arena_alloc(c->plan->arena, count, sizeof(*items));
	size_t kept = 0;
	size_t at = 0;

	if (items == NULL) {
		c->report->failed = true;
		return (struct str_list){NULL, 0};
	}
	for (size_t i = 0; i < count; i++) {
		char text[ADDR_TEXT_MAX];

		while (at < other_count && audit_addr_order(&those[at], &these[i]) < 0) {
			at++;
		}
		if (at < other_count && addr_eq(&those[at], &these[i])) {
			continue;
		}
		addr_format(&these[i], text);
		items[kept] = arena_dup(c->plan->arena, str_view(text));
		c->report->failed = c->report->failed || items[kept].data == NULL;
		kept++;
	}
	return (struct str_list){items, kept};
}

static bool holds(struct str_list list, struct str item)
{
	for (size_t i = 0; i < list.count; i++) {
		if (str_eq(list.items[i], item)) {
			return true;
		}
	}
	return false;
}

static struct str_list names_without(
	struct comparison *c, struct str_list these, struct str_list those)
{
	struct str *items = arena_alloc(c->plan->arena, these.count, sizeof(*items));
	size_t kept = 0;

	if (items == NULL) {
		c->report->failed = true;
		return (struct str_list){NULL, 0};
	}
	for (size_t i = 0; i < these.count; i++) {
		if (!holds(those, these.items[i])) {
			items[kept++] = these.items[i];
		}
	}
	return (struct str_list){items, kept};
}

/*
 * Reports addresses outside of a pin's networks, for each pin that decides about the name in a
 * policy.
 */
static void check_pins(
	struct comparison *c, const struct audit_target *target, const struct audit_answer *answer)
{
	for (const struct audit_pins *p = target->pins; p != NULL; p = p->next) {
		const struct policy_pin *pin = policy_pins_find(p->pins, target->key);
		struct str *items = arena_alloc(c->plan->arena, answer->count, sizeof(*items));
		size_t count = 0;

		if (items == NULL) {
			c->report->failed = true;
			return;
		}
		for (size_t i = 0; pin != NULL && i < answer->count; i++) {
			char text[ADDR_TEXT_MAX];

			if (!policy_netset_contains(pin->nets, &answer->addrs[i])) {
				addr_format(&answer->addrs[i], text);
				items[count] = arena_dup(c->plan->arena, str_view(text));
				c->report->failed = c->report->failed || items[count].data == NULL;
				count++;
			}
		}
		if (count > 0) {
			audit_report_add(c->report, &(struct audit_finding){.kind = AUDIT_OUTSIDE,
							    .name = target->key,
							    .detail = pin->place,
							    .added = {items, count}});
		}
	}
}

static void check_word(struct comparison *c, struct str key, const struct audit_answer *answer,
	struct str_list removed)
{
	struct audit_finding finding = {.name = key, .removed = removed, .chain = answer->chain};

	switch (answer->word) {
	case AUDIT_FOUND:
		return;
	case AUDIT_NO_ADDRESS:
		finding.kind = AUDIT_GONE;
		finding.detail = str_view("no address");
		break;
	case AUDIT_NO_NAME:
		finding.kind = AUDIT_GONE;
		finding.detail = str_view(dns_status_word(DNS_STATUS_NXDOMAIN));
		break;
	case AUDIT_DANGLING:
		finding.kind = AUDIT_CHAIN_ENDS;
		break;
	case AUDIT_LOOP:
		finding.kind = AUDIT_CHAIN_LOOPS;
		break;
	case AUDIT_UNKNOWN:
		finding.kind = AUDIT_TROUBLE;
		finding.detail = str_view(dns_status_word(answer->status));
		finding.removed = (struct str_list){NULL, 0};
		break;
	}
	audit_report_add(c->report, &finding);
}

static void check_addrs(struct comparison *c, const struct audit_target *target,
	const struct audit_answer *answer, const struct audit_kept_name *old)
{
	static const struct audit_kept_name none;
	const struct audit_kept_name *before = old != NULL ? old : &none;
	struct audit_finding moved = {.kind = AUDIT_MOVED,
		.name = target->key,
		.added = addrs_without(
			c, answer->addrs, answer->count, before->addrs, before->count),
		.removed = addrs_without(
			c, before->addrs, before->count, answer->addrs, answer->count)};

	check_word(c, target->key, answer, moved.removed);
	check_pins(c, target, answer);
	if (answer->left_out > 0) {
		audit_report_add(c->report,
			&(struct audit_finding){.kind = AUDIT_TOO_MANY, .name = target->key});
	} else if (old != NULL && answer->word == AUDIT_FOUND &&
		   moved.added.count + moved.removed.count > 0) {
		audit_report_add(c->report, &moved);
	}
}

static void check_zone_of(struct comparison *c, struct str key, const struct audit_answer *answer,
	const struct audit_kept_name *old)
{
	struct bytes text;

	if (answer->from_zone || answer->word == AUDIT_UNKNOWN) {
		return;
	}
	if (answer->zone.data == NULL && dns_status_is_failure(answer->zone_status)) {
		bytes_init(&text, 0);
		bytes_appendf(&text, "its zone: %s", dns_status_word(answer->zone_status));
		audit_report_add(c->report,
			&(struct audit_finding){
				.kind = AUDIT_TROUBLE, .name = key, .detail = text_of(c, &text)});
	} else if (old != NULL && old->zone.data != NULL && answer->zone.data != NULL &&
		   !str_eq(old->zone, answer->zone)) {
		audit_report_add(
			c->report, &(struct audit_finding){.kind = AUDIT_REZONED,
					   .name = key,
					   .detail = change_of(c, "", old->zone, answer->zone)});
	}
}

static void keep_name(struct comparison *c, const struct audit_kept_name *name)
{
	c->now->names[c->now->name_count++] = *name;
}

/* A value whose lookup failed today keeps its previous state. */
static void take_name(struct comparison *c, struct str key, const struct audit_answer *answer,
	const struct audit_kept_name *old)
{
	struct audit_kept_name name = {
		.key = key, .addrs = answer->addrs, .count = answer->count, .zone = answer->zone};

	if (answer->word == AUDIT_UNKNOWN) {
		if (old != NULL) {
			keep_name(c, old);
		}
		return;
	}
	if (name.zone.data == NULL && !answer->from_zone && old != NULL &&
		dns_status_is_failure(answer->zone_status)) {
		name.zone = old->zone;
	}
	keep_name(c, &name);
}

static void check_zone(
	struct comparison *c, const struct audit_zone *zone, const struct audit_kept_zone *old)
{
	struct audit_finding changed = {.kind = AUDIT_CHANGED, .name = zone->name};

	if (zone->word == AUDIT_UNKNOWN) {
		audit_report_add(
			c->report, &(struct audit_finding){.kind = AUDIT_TROUBLE,
					   .name = zone->name,
					   .detail = str_view(dns_status_word(zone->status))});
	} else if (zone->word == AUDIT_NO_NAME) {
		audit_report_add(
			c->report, &(struct audit_finding){.kind = AUDIT_GONE,
					   .name = zone->name,
					   .detail = str_view(dns_status_word(zone->status))});
	}
	if (zone->word != AUDIT_FOUND || old == NULL) {
		return;
	}
	changed.added = names_without(c, zone->ns, old->ns);
	changed.removed = names_without(c, old->ns, zone->ns);
	if (!str_eq(zone->mname, old->mname)) {
		changed.detail = change_of(c, "MNAME ", old->mname, zone->mname);
	}
	if (changed.detail.data != NULL || changed.added.count + changed.removed.count > 0) {
		audit_report_add(c->report, &changed);
	}
}

static void take_zone(
	struct comparison *c, const struct audit_zone *zone, const struct audit_kept_zone *old)
{
	struct audit_kept_zone *kept = &c->now->zones[c->now->zone_count];

	if (zone->word == AUDIT_FOUND) {
		*kept = (struct audit_kept_zone){zone->name, zone->mname, zone->ns};
		c->now->zone_count++;
	} else if (zone->word == AUDIT_UNKNOWN && old != NULL) {
		*kept = *old;
		c->now->zone_count++;
	}
}

static bool is_surveyed(const struct audit_survey *survey, struct str zone)
{
	for (size_t i = 0; i < survey->zone_count; i++) {
		if (str_eq(survey->zones[i].name, zone)) {
			return true;
		}
	}
	return false;
}

/* Whether a name lies in the zone, or a name's zone is unknown. */
static bool is_needed(const struct comparison *c, struct str zone)
{
	for (size_t i = 0; i < c->now->name_count; i++) {
		if (c->now->names[i].zone.data != NULL && str_eq(c->now->names[i].zone, zone)) {
			return true;
		}
	}
	return false;
}

/* Keeps the state of names that were not looked up, and of zones that names may still lie in. */
static void keep_the_rest(struct comparison *c, bool partial)
{
	for (size_t i = 0; partial && i < c->old->name_count; i++) {
		if (audit_plan_find(c->plan, c->old->names[i].key) == NULL) {
			keep_name(c, &c->old->names[i]);
		}
	}
	for (size_t i = 0; i < c->old->zone_count; i++) {
		const struct audit_kept_zone *zone = &c->old->zones[i];

		if (!is_surveyed(c->survey, zone->name) &&
			(partial || !c->survey->complete || is_needed(c, zone->name))) {
			c->now->zones[c->now->zone_count++] = *zone;
		}
	}
}

void audit_compare(const struct audit_plan *plan, const struct audit_survey *survey,
	const struct audit_state *old, bool partial, struct audit_report *report,
	struct audit_state *now)
{
	struct comparison c = {
		.plan = plan, .survey = survey, .old = old, .report = report, .now = now};

	*report = (struct audit_report){
		.plan = plan, .since = old->time, .zones = survey->zone_count};
	report->last = &report->findings;
	*now = (struct audit_state){.names = arena_alloc(plan->arena, plan->count + old->name_count,
					    sizeof(*now->names)),
		.zones = arena_alloc(
			plan->arena, survey->zone_count + old->zone_count, sizeof(*now->zones))};
	if (now->names == NULL || now->zones == NULL) {
		report->failed = true;
		return;
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct audit_target *target = &plan->targets[i];
		const struct audit_kept_name *before = audit_state_name(old, target->key);

		check_addrs(&c, target, &survey->answers[i], before);
		check_zone_of(&c, target->key, &survey->answers[i], before);
		take_name(&c, target->key, &survey->answers[i], before);
	}
	for (size_t i = 0; i < survey->zone_count; i++) {
		const struct audit_kept_zone *before = audit_state_zone(old, survey->zones[i].name);

		check_zone(&c, &survey->zones[i], before);
		take_zone(&c, &survey->zones[i], before);
	}
	keep_the_rest(&c, partial);
	audit_state_sort(now);
}
