/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_CRL_H
#define DW_CERT_CRL_H

#include "base/diag.h"
#include "base/util.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Puts CRLs into a store that has none. Of several of one issuer, key and scope only the newest is
 * added: OpenSSL does not always choose it. False after a diag_error: for a delta CRL, and for one
 * that does not say when it expires.
 */
NODISCARD bool cert_crl_add(
	X509_STORE *store, STACK_OF(X509_CRL) * crls, const struct place *place, struct diag *diag);

/* The seconds of an ASN1_TIME; false if it is malformed. */
NODISCARD bool cert_time(const ASN1_TIME *time, int64_t *wall_s);

/*
 * Narrows [*from_s, *until_s) to the time in which all CRLs are valid that a finished, successful
 * verification may have used.
 */
NODISCARD bool cert_crl_bound(
	X509_STORE_CTX *ctx, int64_t wall_s, int64_t *from_s, int64_t *until_s);

#endif
