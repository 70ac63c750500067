/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_RECENT_RING_H
#define DW_RECENT_RING_H

#include "authz/decision_log.h"
#include "base/str.h"
#include "base/util.h"
#include "recent/fields.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The last records of one thread, which alone writes them, while one other thread may read: neither
 * waits for the other, and nothing is allocated after recent_ring_new. A slot belongs to one of the
 * two threads at a time. If the reader holds the slot that is to be written next, the writer takes
 * the one after it.
 */
struct recent_ring;

#define RECENT_METHOD_MAX 16
#define RECENT_HOST_MAX 128
#define RECENT_URI_MAX 256
#define RECENT_USER_AGENT_MAX 256
#define RECENT_CLAIMS_MAX                                                                          \
	(RECENT_METHOD_MAX + RECENT_HOST_MAX + RECENT_URI_MAX + RECENT_USER_AGENT_MAX)
#define RECENT_CLAIM_ABSENT UINT16_MAX

/* One decided request. What each request writes stands in few cache lines. */
struct recent_record {
	struct recent_fields *fields; /* a reference; in a copy NULL */
	uint64_t at_us;               /* clock_us() of the response */
	int64_t wall_s;               /* when the decision began */
	uint64_t duration_us;
	uint32_t max_age_s;
	uint32_t claims_cut; /* bits 1 << enum authz_decision_text */
	/* Of the parts of `claims`, in the order of enum authz_decision_text; or
	 * RECENT_CLAIM_ABSENT. */
	uint16_t claim_lens[AUTHZ_DECISION_CLAIMS];
	struct authz_request_id id;
	char claims[RECENT_CLAIMS_MAX]; /* as they came, not escaped */
};

/* What the reader gets. */
struct recent_copy {
	struct recent_record record;
	uint32_t fields_cut;
	uint32_t fields_len;
	char fields[RECENT_FIELDS_MAX];
};

/* `count` is at least 1. NULL when out of memory. */
struct recent_ring *recent_ring_new(size_t count);
/* After its writer has ended. */
void recent_ring_free(struct recent_ring *ring);

/*
 * The writer: a record to fill in, whose fields are NULL, and which recent_ring_commit makes
 * readable. NULL: the reader held both slots that were tried, and the record is left out.
 */
struct recent_record *recent_ring_begin(struct recent_ring *ring);
void recent_ring_commit(struct recent_ring *ring);

/*
 * The reader. Records have numbers that rise by one from 0, but for slots that the writer had to
 * leave out. recent_ring_end is the number that the next record will get at least; the oldest that
 * may still be there is recent_ring_end - recent_ring_count, or 0.
 */
uint64_t recent_ring_end(const struct recent_ring *ring);
size_t recent_ring_count(const struct recent_ring *ring);
/* Copies a record; false: it is not there any more, or never was. */
NODISCARD bool recent_ring_read(struct recent_ring *ring, uint64_t number, struct recent_copy *out);

#endif
