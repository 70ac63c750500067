/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_RECENT_RECENT_H
#define DW_RECENT_RECENT_H

#include "authz/decision_log.h"
#include "base/bytes.h"
#include "base/util.h"
#include "recent/query.h"
#include "recent/ring.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The last decisions of the process, in a ring of each worker. Workers write; the main thread reads
 * for the admin listener. The memory is bounded: RECENT_CLAIMS_MAX, RECENT_FIELDS_MAX and a little
 * more for each record of each worker, as one worker alone may have made all of the last decisions.
 */
struct recent;

/* `count` records of each of the workers; both are at least 1. NULL when out of memory. */
struct recent *recent_new(size_t workers, size_t count);
/* After the last worker has ended. NULL is ignored. */
void recent_free(struct recent *recent);

/* The ring of a worker. */
struct recent_ring *recent_worker(struct recent *recent, size_t worker);
/* Notes a response; with fields NULL it does nothing. Called by the ring's worker. */
void recent_note(struct recent_ring *ring, struct recent_fields *fields,
	const struct authz_decision_log_request *request, uint64_t now_us);

/*
 * Appends the document as JSON, the newest first: {"recent": [...], "end": TEXT, "left_out": N}.
 * "left_out" counts the decisions after `since` that were not looked at, because they are not kept
 * any more or because the limit was reached.
 */
void recent_write(struct recent *recent, const struct recent_query *query, struct bytes *out);

/* Appends one decision as a JSON object, as the log has it; false: it is not kept. */
NODISCARD bool recent_find(struct recent *recent, struct str id, struct bytes *out);

#endif
