/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_DECISION_LOG_H
#define DW_AUTHZ_DECISION_LOG_H

#include "authz/decision.h"
#include "authz/decision_text.h"
#include "authz/request_id.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "log/log.h"

#include <stdint.h>

/*
 * The one line of a decided request, if the configuration wants it, in two parts: fields that
 * follow from the decision, and are the same for the same input; and fields that differ from
 * request to request.
 */
struct authz_decision_log_request {
	const struct authz_input *input;
	const struct authz_request_id *id; /* of the response */
	int64_t wall_s;
	uint64_t duration_us;
	uint32_t max_age_s;
	uint64_t left_out;   /* lines of this kind before this one that were not written */
	unsigned fields_cut; /* the result of authz_decision_log_fields */
};

/* One thread's buffers for lines, so that no line allocates memory. */
struct authz_decision_log_space {
	struct bytes line;
	int64_t when_s; /* the second that `when` has as text */
	char when[CLOCK_TEXT_MAX];
};

void authz_decision_log_space_init(struct authz_decision_log_space *space);
void authz_decision_log_space_clear(struct authz_decision_log_space *space);

/*
 * Writes the first part into `out`, which must be empty; nothing if no line is wanted. Returns
 * which of its texts are cut, for authz_decision_log_line.
 */
unsigned authz_decision_log_fields(
	const struct authz_decision *decision, const struct config *config, struct bytes *out);
/*
 * Packs the same fields (authz/packed_fields.h) into `out`, which must be empty, in `max` bytes at
 * most (at least 256); long texts are cut more, and then left out, to fit. `cut_addresses`: the
 * address is its /24 or /48, of host names only the last two labels stay, and fields that could
 * tell the address are left out. Returns which texts are cut: bits 1 << enum authz_decision_text.
 */
unsigned authz_decision_recent_fields(const struct authz_decision *decision,
	const struct config *config, bool cut_addresses, size_t max, struct bytes *out);
/* Writes the line, whose first part is `fields`; nothing without them. */
void authz_decision_log_line(const struct config_log *log, enum authz_verdict verdict,
	struct str fields, const struct authz_decision_log_request *request,
	struct authz_decision_log_space *space);

#endif
