/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_RESULTS_H
#define DW_AGENT_RESULTS_H

#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Remembers whether signatures matched, until they expire: what a public key says about a signature
 * base never changes, so this depends on no set of keys. The signatures that match are in a table
 * of their own, which only holders of a known key can fill; so forged ones cannot evict them. In a
 * full place the entry that expires the soonest is replaced. Belongs to one thread.
 */
struct agent_results;

#define AGENT_RESULTS_MATCHES 4096
#define AGENT_RESULTS_FORGERIES 512
#define AGENT_FORGERY_KEPT_S 60
#define AGENT_RESULT_ID_LEN 32

enum agent_remembered { AGENT_REMEMBERED_NOT, AGENT_REMEMBERED_MATCHES, AGENT_REMEMBERED_DIFFERS };

/* NULL when out of memory. */
struct agent_results *agent_results_new(void);
void agent_results_free(struct agent_results *results);

/* `id`: a SHA-256 of the signature and of all that it was checked against. */
enum agent_remembered agent_results_find(
	const struct agent_results *results, const uint8_t id[AGENT_RESULT_ID_LEN], int64_t wall_s);
void agent_results_add(struct agent_results *results, const uint8_t id[AGENT_RESULT_ID_LEN],
	bool matches, int64_t expires_s, int64_t wall_s);

#endif
