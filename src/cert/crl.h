/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_CRL_H
#define DW_CERT_CRL_H

#include "base/util.h"
#include "cert/crl_set.h"

#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Makes verifications with this store, which has no CRLs itself, require a CRL of `set`, which must
 * live as long: for the first certificate, and unless `leaf_only` for each other one of the chain.
 * Not for a trust anchor that another CA issued: that CA is not in the chain. Such an anchor is
 * revoked if the store has this CA, and its CRL says so. False when out of memory.
 */
NODISCARD bool cert_crl_require(X509_STORE *store, const struct cert_crl_set *set, bool leaf_only);

/*
 * Narrows [*from_s, *until_s) to the time in which the same CRLs count that a finished, successful
 * verification may have used.
 */
void cert_crl_bound(X509_STORE_CTX *ctx, int64_t wall_s, int64_t *from_s, int64_t *until_s);

#endif
