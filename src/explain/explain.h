/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_EXPLAIN_EXPLAIN_H
#define DW_EXPLAIN_EXPLAIN_H

#include "authz/decision.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "explain/replay.h"

/* Collects how a decision came about, and writes it for people or for programs. */

struct explain_query;
struct explain_step;

struct explain {
	struct arena arena;
	struct explain_query *queries;
	struct explain_query **last_query;
	struct explain_step *steps;
	struct explain_step **last_step;
	struct dns_fcrdns_trace dns;
	struct policy_trace policy;
	struct authz_trace trace; /* for a struct authz_request */
	bool has_store; /* set after explain_init: [shared] names a store, which is not asked */
};

/* The structure must not move until explain_clear. */
void explain_init(struct explain *e);
void explain_clear(struct explain *e);

/*
 * One JSON object; doorward(8) lists its members. `then` may be NULL: no line of a log is replayed.
 */
void explain_json(const struct explain *e, const struct authz_decision *d,
	const struct explain_replay *then, struct bytes *out);
/* The same as text. */
void explain_text(const struct explain *e, const struct authz_decision *d, struct bytes *out);

#endif
