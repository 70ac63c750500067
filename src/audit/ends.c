/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "audit/ends.h"

#include "base/clock.h"

#define DAY_S 86400

/* A CA publishes a list some time before the last one ends: a daily audit must not see that. */
static bool is_due(const struct cert_trust_end *end, int64_t now_s)
{
	int64_t left_s = end->ends_s - now_s;

	if (!end->is_crl) {
		return left_s > 0 && left_s < 30 * DAY_S;
	}
	return left_s < DAY_S && left_s < (end->ends_s - end->begins_s) / 20;
}

static bool is_known(const struct audit_report *report, const struct audit_finding *finding)
{
	const struct audit_finding *f = report->findings;

	while (f != NULL && !(f->kind == finding->kind && str_eq(f->name, finding->name) &&
				    str_eq(f->detail, finding->detail))) {
		f = f->next;
	}
	return f != NULL;
}

void audit_check_end(void *ctx, const struct cert_trust_end *end)
{
	const struct audit_ends *ends = ctx;
	struct arena *arena = ends->report->plan->arena;
	char time[CLOCK_TEXT_MAX];

	if (!is_due(end, ends->now_s)) {
		return;
	}
	clock_format(end->ends_s, time);

	const struct audit_finding finding = {
		.kind = end->is_crl ? AUDIT_CRL_ENDS : AUDIT_CA_ENDS,
		.name = arena_dup(arena, end->name),
		.detail = arena_dup(arena, str_view(time)),
	};

	if (finding.name.data == NULL || finding.detail.data == NULL) {
		ends->report->failed = true;
	} else if (!is_known(ends->report, &finding)) {
		audit_report_add(ends->report, &finding);
	}
}
