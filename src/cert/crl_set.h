/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_CRL_SET_H
#define DW_CERT_CRL_SET_H

#include "base/util.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Certificate revocation lists (RFC 5280, 5), immutable once made. Lists of one issuer, key and
 * issuing distribution point are editions of one list. At any time one edition counts: the newest
 * that has begun and not ended, by thisUpdate and then by CRL number; a newer one that has ended
 * counts for the certificates that it revokes. Beside it counts the newest delta CRL to it.
 */
struct cert_crl_set;

/* Why a list cannot be used; NULL if it can. */
const char *cert_crl_refusal(const X509_CRL *crl);

/* Takes references to the lists, which cert_crl_refusal accepts. NULL when out of memory. */
struct cert_crl_set *cert_crl_set_new(const STACK_OF(X509_CRL) * crls);
void cert_crl_set_free(struct cert_crl_set *set);

/*
 * The lists that count at this time for a certificate, by this issuer and all indirect ones, with a
 * reference each. NULL when out of memory.
 */
STACK_OF(X509_CRL) * cert_crl_set_lookup(const struct cert_crl_set *set, X509 *cert,
			     const X509_NAME *issuer, int64_t wall_s);

/*
 * Narrows [*from_s, *until_s) to the time for which the same editions count, of those that are
 * valid now.
 */
void cert_crl_set_bound(const struct cert_crl_set *set, X509 *cert, int64_t wall_s, int64_t *from_s,
	int64_t *until_s);

/* Calls for each whole list that counts now; if none of its editions is valid, for the newest. */
void cert_crl_set_each(const struct cert_crl_set *set, int64_t wall_s,
	void (*each)(void *ctx, const X509_CRL *crl), void *ctx);

/* The seconds of an ASN1_TIME; false if it is malformed. */
NODISCARD bool cert_time(const ASN1_TIME *time, int64_t *wall_s);

#endif
