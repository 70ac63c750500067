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
 * Checks certificates for one worker, one for each turn of its loop, so that the requests that need
 * none wait for one check at most. Those that ask about the same certificate at the same time wait
 * for the same check.
 */
struct authz_cert_verifier;
struct authz_cert_verifier_wait;

#define AUTHZ_CERT_VERIFIER_QUEUE_MAX 1024 /* certificates that wait for their check */

/* What one worker's verifiers have done, one after the other; written on its thread. */
struct authz_cert_verifier_stats {
	_Atomic uint64_t hits;   /* of the certificate cache */
	_Atomic uint64_t misses; /* look-ups in it that found nothing */
	_Atomic uint64_t queue_full;
	_Atomic uint64_t over_limit; /* certificates past the limits of cert/cert.h */
	struct histogram check_time;
};

/* `stats`, which count on, are borrowed; NULL: it has its own. NULL when out of memory. */
struct authz_cert_verifier *authz_cert_verifier_new(uv_loop_t *loop,
	struct authz_trust_stores *trusts, struct authz_cert_verifier_stats *stats);
/* With no check under way; the loop does the rest. NULL does nothing. */
void authz_cert_verifier_close(struct authz_cert_verifier *verifier);
const struct authz_trust_stores *authz_cert_verifier_trusts(
	const struct authz_cert_verifier *verifier);

/* What is known already, with a reference for the caller; NULL: ask. */
const struct cert_check_result *authz_cert_verifier_known(struct authz_cert_verifier *verifier,
	const struct cert_check_request *request, int64_t wall_s);

/*
 * Has a certificate checked; `vouched` as for cert_cache_put. `done` is called exactly once, from
 * the loop and never inside this call, unless authz_cert_verifier_cancel comes first; it owns a
 * reference of `checked`, which is NULL when out of memory. The request's texts are copied, what
 * `given` points to is borrowed until then. NULL when out of memory, or when
 * AUTHZ_CERT_VERIFIER_QUEUE_MAX wait (*overload).
 */
struct authz_cert_verifier_wait *authz_cert_verifier_ask(struct authz_cert_verifier *verifier,
	const struct cert_check_request *request, bool vouched, int64_t wall_s,
	void (*done)(void *ctx, const struct cert_check_result *checked), void *ctx,
	bool *overload);
void authz_cert_verifier_cancel(struct authz_cert_verifier_wait *wait);

#endif
