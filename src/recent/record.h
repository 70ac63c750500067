/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_RECENT_RECORD_H
#define DW_RECENT_RECORD_H

#include "authz/decision_log.h"
#include "authz/response.h"
#include "base/bytes.h"
#include "recent/query.h"
#include "recent/ring.h"

#include <stdbool.h>

void recent_record_fill(struct recent_record *record, const struct authz_response *response,
	const struct authz_decision_log_request *request, uint64_t now_us);
/* All conditions but `limit` and `since`. */
bool recent_record_matches(const struct recent_record *record, const struct recent_query *query);
/* As a JSON object, with the fields of the decision log. */
void recent_record_write(const struct recent_record *record, struct bytes *out);

#endif
