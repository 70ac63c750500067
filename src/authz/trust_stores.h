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
 * What the policies of one configuration verify certificates by, all read at one time, and what was
 * found by it. Shared by all workers; immutable but for its cache.
 */
struct trusts;

/* NULL after diag_error. */
struct trusts *trusts_load(const struct config *config, struct diag *diag);
struct trusts *trusts_ref(struct trusts *trusts);
void trusts_unref(struct trusts *trusts);

/* NULL for a policy that leaves it to the front end. `policy` is one of that configuration's. */
const struct cert_trust *trusts_of(const struct trusts *trusts, const struct policy *policy);
struct cert_cache *trusts_cache(const struct trusts *trusts);
/* NULL unless a policy needs it. */
const struct cert_suffixes *trusts_suffixes(const struct trusts *trusts);

/* Whether there are files whose change would count. */
bool trusts_watches(const struct trusts *trusts);
/* Another number once one of the files changes. */
uint64_t trusts_stamp(const struct config *config);

#endif
