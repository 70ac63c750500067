/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AGENT_NONCES_H
#define DW_AGENT_NONCES_H

#include "agent/verify.h"
#include "base/util.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Remembers the nonces (RFC 9421 2.3) of verified signatures until they expire, so that each
 * signature counts once: for policies that ask for it. Shared by all workers of a process; takes
 * one shard's lock. It must be handed on at a reload, or what was seen before counts again.
 *
 * Only verified signatures get in, so only a holder of a known key can fill it. If it is full of
 * nonces that have not expired, no further signature is accepted, and none is forgotten.
 *
 * Several processes or machines do not share it: a signature then counts once for each. They share
 * nonces by a store (shared/nonces.h), under the identifier of agent_nonce_id.
 *
 * A front end that asks twice about one request of a client (an internal redirect with
 * auth_request) is refused the second time.
 */
struct agent_nonces;

#define AGENT_NONCE_ID_LEN 32

/* The identifier of a verified result's key and nonce: a SHA-256. False: it has no nonce. */
NODISCARD bool agent_nonce_id(const struct agent_result *result, uint8_t id[AGENT_NONCE_ID_LEN]);

/* `max`: nonces; 64 bytes each, allocated at once. NULL when out of memory. One reference. */
struct agent_nonces *agent_nonces_new(size_t max);
struct agent_nonces *agent_nonces_ref(struct agent_nonces *nonces);
void agent_nonces_unref(struct agent_nonces *nonces);

/*
 * Takes the nonce of a verified result: it stays verified if the nonce is there and new; else its
 * state and reason become those of AGENT_NO_NONCE, AGENT_REPLAYED or AGENT_NONCES_FULL. Results
 * that are not verified stay as they are. The result must not be kept: until_s becomes INT64_MIN.
 */
void agent_nonces_take(struct agent_nonces *nonces, struct agent_result *result, int64_t wall_s);

#endif
