/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_RESULTS_H
#define DW_AGENT_RESULTS_H

#include "agent/request.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Remembers the signatures that matched, until they expire: what a public key says about a
 * signature base never changes, so this depends on no set of keys. Only holders of a known key can
 * fill it; forged signatures are not remembered. In a full place the entry that expires the soonest
 * is replaced. Belongs to one thread.
 *
 * A match is found in two steps, because it takes much work to write a signature base: first by the
 * header fields alone, then by what was checked.
 */
struct agent_results;

#define AGENT_RESULTS_MAX 4096
#define AGENT_RESULT_ID_LEN 32

/* NULL when out of memory. */
struct agent_results *agent_results_new(void);
void agent_results_free(struct agent_results *results);

/* A hash of a label and of the header fields of the signature. */
uint64_t agent_results_headers(
	const struct agent_results *results, struct str label, const struct agent_request *request);
/* Whether the signature of such header fields has matched, for this request or another one. */
NODISCARD bool agent_results_has_headers(
	const struct agent_results *results, uint64_t headers, int64_t wall_s);
/* `id`: a SHA-256 of the signature and of all that it was checked against. */
NODISCARD bool agent_results_has(const struct agent_results *results, uint64_t headers,
	const uint8_t id[AGENT_RESULT_ID_LEN], int64_t wall_s);
void agent_results_add(struct agent_results *results, uint64_t headers,
	const uint8_t id[AGENT_RESULT_ID_LEN], int64_t expires_s, int64_t wall_s);

#endif
