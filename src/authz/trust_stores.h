/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_TRUST_STORES_H
#define DW_AUTHZ_TRUST_STORES_H

#include "cert/cache.h"
#include "cert/host.h"
#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The trust stores of one configuration's policies, all read at one time, with the cache of
 * results. Shared by all workers; immutable but for the cache.
 */
struct authz_trust_stores;

/*
 * NULL after diag_error. `before`, which may be NULL, is of the same configuration: see
 * cert_trust_load.
 */
struct authz_trust_stores *authz_trust_stores_load(
	const struct config *config, const struct authz_trust_stores *before, struct diag *diag);
struct authz_trust_stores *authz_trust_stores_ref(struct authz_trust_stores *stores);
void authz_trust_stores_unref(struct authz_trust_stores *stores);

/*
 * NULL for a policy whose front end verifies alone. `policy` must be one of that configuration's.
 */
const struct cert_trust *authz_trust_stores_of(
	const struct authz_trust_stores *stores, const struct policy *policy);
struct cert_cache *authz_trust_stores_cache(const struct authz_trust_stores *stores);
/* NULL unless a policy needs it. */
const struct cert_suffixes *authz_trust_stores_suffixes(const struct authz_trust_stores *stores);

/* Whether there are files whose change would count. */
bool authz_trust_stores_watches(const struct authz_trust_stores *stores);
/* Files that could not be used: see cert_trust_bad_files. */
size_t authz_trust_stores_bad_files(const struct authz_trust_stores *stores);
/* cert_trust_ends for each store. */
void authz_trust_stores_ends(const struct authz_trust_stores *stores, int64_t wall_s,
	cert_trust_each_end *each, void *ctx);
/* A number that changes when one of the files does. */
uint64_t authz_trust_stores_stamp(const struct config *config);

#endif
