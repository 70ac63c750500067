/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_CERT_VERIFIER_H
#define DW_AUTHZ_CERT_VERIFIER_H

#include "authz/trust_stores.h"
#include "base/counter.h"
#include "base/util.h"
#include "cert/check_result.h"

#include <uv.h>

/*
 * Checks certificates for one worker, one for each turn of its loop, so that requests without a
 * certificate wait for one check at most. Requests with the same certificate at the same time wait
 * for the same check.
 */
struct authz_cert_verifier;
struct authz_cert_verifier_wait;

#define AUTHZ_CERT_VERIFIER_QUEUE_MAX 1024 /* certificates that wait for their check */

/* Counters of one worker's verifiers, one after the other; written on its thread. */
struct authz_cert_verifier_stats {
	_Atomic uint64_t hits;   /* of the certificate cache */
	_Atomic uint64_t misses; /* lookups in it without a result */
	_Atomic uint64_t queue_full;
	_Atomic uint64_t over_limit; /* certificates past the limits of cert/cert.h */
	struct histogram check_time;
};

/* `stats` go on counting, and are borrowed; NULL: it has its own. NULL when out of memory. */
struct authz_cert_verifier *authz_cert_verifier_new(uv_loop_t *loop,
	struct authz_trust_stores *stores, struct authz_cert_verifier_stats *stats);
/* No check may be queued; the loop frees the memory. NULL does nothing. */
void authz_cert_verifier_close(struct authz_cert_verifier *verifier);
const struct authz_trust_stores *authz_cert_verifier_trusts(
	const struct authz_cert_verifier *verifier);

/* A cached result, with a reference for the caller; NULL: call authz_cert_verifier_ask. */
const struct cert_check_result *authz_cert_verifier_known(struct authz_cert_verifier *verifier,
	const struct cert_check_request *request, int64_t wall_s);

/*
 * Queues a check; `vouched` as for cert_cache_put. `done` is called exactly once, from the loop and
 * never inside this call, unless authz_cert_verifier_cancel comes first; it owns a reference of
 * `checked`, which is NULL when out of memory. The request's texts are copied; `given` and what it
 * points to are borrowed until then. NULL when out of memory, or when AUTHZ_CERT_VERIFIER_QUEUE_MAX
 * wait (*overload).
 */
struct authz_cert_verifier_wait *authz_cert_verifier_ask(struct authz_cert_verifier *verifier,
	const struct cert_check_request *request, bool vouched, int64_t wall_s,
	void (*done)(void *ctx, const struct cert_check_result *checked), void *ctx,
	bool *overload);
void authz_cert_verifier_cancel(struct authz_cert_verifier_wait *wait);

#endif
