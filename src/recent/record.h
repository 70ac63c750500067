/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_RECENT_RECORD_H
#define DW_RECENT_RECORD_H

#include "authz/decision_log.h"
#include "base/bytes.h"
#include "recent/query.h"
#include "recent/ring.h"

#include <stdbool.h>

/* Takes a reference to the fields. */
void recent_record_fill(struct recent_record *record, struct recent_fields *fields,
	const struct authz_decision_log_request *request, uint64_t now_us);
/* All conditions but `limit` and `since`. */
bool recent_record_matches(const struct recent_copy *copy, const struct recent_query *query);
/* As a JSON object, with the fields of the decision log. */
void recent_record_write(const struct recent_copy *copy, struct bytes *out);

#endif
