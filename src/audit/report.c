/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "audit/report.h"

#include "base/json.h"

static const char *const kind_words[] = {
	[AUDIT_GONE] = "gone",
	[AUDIT_CHAIN_ENDS] = "dangling",
	[AUDIT_CHAIN_LOOPS] = "loop",
	[AUDIT_OUTSIDE] = "outside_pin",
	[AUDIT_MOVED] = "moved",
	[AUDIT_TOO_MANY] = "too_many",
	[AUDIT_REZONED] = "other_zone",
	[AUDIT_CHANGED] = "zone_changed",
	[AUDIT_CRL_ENDS] = "crl_ends",
	[AUDIT_CA_ENDS] = "ca_ends",
	[AUDIT_TROUBLE] = "dns_trouble",
};

const char *audit_kind_word(enum audit_kind kind)
{
	return kind_words[kind];
}

void audit_report_add(struct audit_report *report, const struct audit_finding *found)
{
	struct audit_finding *finding = arena_alloc(report->plan->arena, 1, sizeof(*finding));

	if (finding == NULL) {
		report->failed = true;
		return;
	}
	*finding = *found;
	*report->last = finding;
	report->last = &finding->next;
	report->count++;
	report->troubles += found->kind == AUDIT_TROUBLE;
}

static void write_list(struct bytes *out, const char *before, struct str_list list)
{
	for (size_t i = 0; i < list.count; i++) {
		bytes_append_text(out, before);
		bytes_append_str(out, list.items[i]);
	}
}

static void write_finding(struct bytes *out, const struct audit_finding *f)
{
	bytes_appendf(out, "%-13s %.*s", audit_kind_word(f->kind), (int)f->name.len, f->name.data);
	write_list(out, " -> ", f->chain);
	if (f->detail.data != NULL) {
		bytes_append_text(out, ": ");
		bytes_append_str(out, f->detail);
	}
	write_list(out, " +", f->added);
	write_list(out, " -", f->removed);
	bytes_append_text(out, "\n");
}

/* What an audit cannot look up. */
static void write_left_out(const struct audit_plan *plan, struct bytes *out)
{
	for (const struct audit_regex *r = plan->regexes; r != NULL; r = r->next) {
		bytes_appendf(out, "%-13s %.*s: %.*s\n", "not_audited", (int)r->place.len,
			r->place.data, (int)r->term.len, r->term.data);
	}
	if (plan->left_out > 0) {
		bytes_appendf(out,
			"%-13s %zu more values of files: at most %d are looked at in one audit\n",
			"not_audited", plan->left_out, AUDIT_LISTED_MAX);
	}
}

void audit_report_text(const struct audit_report *report, bool verbose, struct bytes *out)
{
	const struct audit_plan *plan = report->plan;
	size_t unlooked = plan->left_out;

	for (const struct audit_regex *r = plan->regexes; r != NULL; r = r->next) {
		unlooked++;
	}

	for (const struct audit_finding *f = report->findings; f != NULL; f = f->next) {
		write_finding(out, f);
	}
	if (verbose) {
		write_left_out(plan, out);
	}
	bytes_appendf(out, "%zu names, %zu zones, %zu findings", plan->count, report->zones,
		report->count);
	if (!verbose && unlooked > 0) {
		bytes_appendf(out, ", %zu not audited (--verbose lists them)", unlooked);
	}
	if (report->since.data != NULL) {
		bytes_append_text(out, "; compared with ");
		bytes_append_str(out, report->since);
		bytes_append_text(out, "\n");
	} else {
		bytes_append_text(out, "; nothing to compare with yet\n");
	}
}

static void json_finding(struct bytes *out, const struct audit_finding *f)
{
	json_open(out, '{');
	json_member_text(out, "finding", audit_kind_word(f->kind));
	json_member_str(out, "name", f->name);
	json_member_str(out, "detail", f->detail);
	json_member_str_list(out, "added", f->added);
	json_member_str_list(out, "removed", f->removed);
	json_member_str_list(out, "chain", f->chain);
	json_close(out, '}');
}

void audit_report_json(const struct audit_report *report, struct bytes *out)
{
	const struct audit_plan *plan = report->plan;

	json_open(out, '{');
	json_member_str(out, "since", report->since);
	json_member_u64(out, "names", plan->count);
	json_member_u64(out, "zones", report->zones);
	json_member_open(out, "findings", '[');
	for (const struct audit_finding *f = report->findings; f != NULL; f = f->next) {
		json_finding(out, f);
	}
	json_close(out, ']');
	json_member_open(out, "not_audited", '[');
	for (const struct audit_regex *r = plan->regexes; r != NULL; r = r->next) {
		json_open(out, '{');
		json_member_str(out, "rule", r->place);
		json_member_str(out, "term", r->term);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_member_u64(out, "left_out", plan->left_out);
	json_close(out, '}');
	bytes_append_text(out, "\n");
}
