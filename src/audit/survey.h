/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUDIT_SURVEY_H
#define DW_AUDIT_SURVEY_H

#include "audit/plan.h"
#include "audit/records.h"
#include "base/progress.h"
#include "cert/host.h"
#include "dns/engine.h"

/* Looks up the names of a plan, and the zones that they are in. */

#define AUDIT_IN_FLIGHT 32
/* for the whole survey; names not looked up by then are unknown */
#define AUDIT_RUN_MS (5 * 60 * 1000)

/*
 * Runs with at most `in_flight` lookups at a time, and AUDIT_IN_FLIGHT. False when out of memory or
 * descriptors. `progress` may be NULL.
 */
NODISCARD bool audit_survey_run(struct audit_survey *survey, const struct audit_plan *plan,
	struct dns_context *dns, size_t in_flight, const struct cert_suffixes *suffixes,
	struct progress *progress);

#endif
