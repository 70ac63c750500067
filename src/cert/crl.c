/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/crl.h"

#include <openssl/asn1.h>
#include <openssl/x509v3.h>
#include <time.h>

bool cert_time(const ASN1_TIME *time, int64_t *wall_s)
{
	struct tm tm;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1) {
		return false;
	}
	*wall_s = timegm(&tm);
	return true;
}

/* Whether both have the extension, byte for byte, or both lack it. */
static bool same_extension(const X509_CRL *a, const X509_CRL *b, int nid)
{
	int at_a = X509_CRL_get_ext_by_NID(a, nid, -1);
	int at_b = X509_CRL_get_ext_by_NID(b, nid, -1);

	if (at_a < 0 || at_b < 0) {
		return at_a < 0 && at_b < 0;
	}
	return ASN1_OCTET_STRING_cmp(X509_EXTENSION_get_data(X509_CRL_get_ext(a, at_a)),
		       X509_EXTENSION_get_data(X509_CRL_get_ext(b, at_b))) == 0;
}

static bool same_scope(const X509_CRL *a, const X509_CRL *b)
{
	return X509_NAME_cmp(X509_CRL_get_issuer(a), X509_CRL_get_issuer(b)) == 0 &&
	       same_extension(a, b, NID_authority_key_identifier) &&
	       same_extension(a, b, NID_issuing_distribution_point);
}

/* Why the CRL cannot be used; NULL if it can. */
static const char *refuse(const X509_CRL *crl)
{
	int64_t time;

	if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0) {
		return "expected whole CRLs; there is a delta CRL";
	}
	if (!cert_time(X509_CRL_get0_lastUpdate(crl), &time) ||
		!cert_time(X509_CRL_get0_nextUpdate(crl), &time)) {
		return "expected each CRL to say when the next comes; there is one that does not";
	}
	return NULL;
}

/* Whether `crls` has a CRL that replaces the one at `index`. */
static bool is_replaced(const STACK_OF(X509_CRL) * crls, int index)
{
	const X509_CRL *crl = sk_X509_CRL_value(crls, index);

	for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
		const X509_CRL *other = sk_X509_CRL_value(crls, i);
		int newer;

		if (i == index || !same_scope(crl, other)) {
			continue;
		}
		newer = ASN1_TIME_compare(
			X509_CRL_get0_lastUpdate(other), X509_CRL_get0_lastUpdate(crl));
		if (newer > 0 || (newer == 0 && i < index)) {
			return true;
		}
	}
	return false;
}

bool cert_crl_add(
	X509_STORE *store, STACK_OF(X509_CRL) * crls, const struct place *place, struct diag *diag)
{
	for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
		const char *why = refuse(sk_X509_CRL_value(crls, i));

		if (why != NULL) {
			diag_error(diag, place, "crl_file: %s", why);
			return false;
		}
	}
	for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
		if (!is_replaced(crls, i) &&
			X509_STORE_add_crl(store, sk_X509_CRL_value(crls, i)) != 1) {
			diag_error(diag, place, "crl_file: out of memory");
			return false;
		}
	}
	return true;
}

/*
 * The CRLs of an issuer that are valid now: OpenSSL used one of them, so the first to end counts.
 */
static void bound_by(
	const STACK_OF(X509_CRL) * crls, int64_t wall_s, int64_t *from_s, int64_t *until_s)
{
	for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
		const X509_CRL *crl = sk_X509_CRL_value(crls, i);
		int64_t first;
		int64_t last;

		if (!cert_time(X509_CRL_get0_lastUpdate(crl), &first) ||
			!cert_time(X509_CRL_get0_nextUpdate(crl), &last) || first > wall_s ||
			last <= wall_s) {
			continue;
		}
		*from_s = first > *from_s ? first : *from_s;
		*until_s = last < *until_s ? last : *until_s;
	}
}

bool cert_crl_bound(X509_STORE_CTX *ctx, int64_t wall_s, int64_t *from_s, int64_t *until_s)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);

	for (int i = 0; i < sk_X509_num(chain); i++) {
		const X509_NAME *issuer = X509_get_issuer_name(sk_X509_value(chain, i));
		STACK_OF(X509_CRL) *crls = X509_STORE_CTX_get1_crls(ctx, issuer);

		if (crls == NULL) {
			return false;
		}
		bound_by(crls, wall_s, from_s, until_s);
		sk_X509_CRL_pop_free(crls, X509_CRL_free);
	}
	return true;
}
