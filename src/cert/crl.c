/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/crl.h"

#include <openssl/x509v3.h>

/* As of SSL_set_app_data: OpenSSL hands out no index 0. */
#define APP_DATA 0

/*
 * Without the extended support, OpenSSL takes a delta for a whole list; with it, it also uses
 * indirect CRLs, those for some reasons only, and those signed by a key of their own.
 */
#define FLAGS (X509_V_FLAG_CRL_CHECK | X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS)

static const struct cert_crl_set *set_of(const X509_STORE_CTX *ctx)
{
	return X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(ctx), APP_DATA);
}

static int64_t time_of(const X509_STORE_CTX *ctx)
{
	return X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(ctx));
}

static STACK_OF(X509_CRL) * look_up(const X509_STORE_CTX *ctx, const X509_NAME *issuer)
{
	return cert_crl_set_lookup(
		set_of(ctx), X509_STORE_CTX_get_current_cert(ctx), issuer, time_of(ctx));
}

/* Errors of the revocation check of one certificate. */
static bool is_about_revocation(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_CERT_REVOKED:
		return true;
	default:
		return false;
	}
}

/* Whether the certificate is the last of its chain, and another CA's. */
static bool is_issued_anchor(X509_STORE_CTX *ctx, X509 *cert)
{
	int depth = X509_STORE_CTX_get_error_depth(ctx);

	return depth > 0 && depth == sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1 &&
	       (X509_get_extension_flags(cert) & EXFLAG_SI) == 0;
}

static bool is_signed_by_one(X509_CRL *crl, const STACK_OF(X509) * issuers)
{
	for (int i = 0; i < sk_X509_num(issuers); i++) {
		EVP_PKEY *key = X509_get0_pubkey(sk_X509_value(issuers, i));

		if (key != NULL && X509_CRL_verify(crl, key) == 1) {
			return true;
		}
	}
	return false;
}

/* `issuers` may be NULL: the store has no such certificate. */
static bool is_revoked_anchor(X509_STORE_CTX *ctx, X509 *anchor)
{
	const X509_NAME *name = X509_get_issuer_name(anchor);
	STACK_OF(X509) *issuers = X509_STORE_CTX_get1_certs(ctx, name);
	STACK_OF(X509_CRL) *crls = cert_crl_set_lookup(set_of(ctx), anchor, name, time_of(ctx));
	bool revoked = crls == NULL;

	for (int i = 0; !revoked && i < sk_X509_CRL_num(crls); i++) {
		X509_CRL *crl = sk_X509_CRL_value(crls, i);
		X509_REVOKED *entry;

		revoked = X509_CRL_get0_by_cert(crl, &entry, anchor) == 1 &&
			  is_signed_by_one(crl, issuers);
	}
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	sk_X509_pop_free(issuers, X509_free);
	return revoked;
}

static int on_finding(int good, X509_STORE_CTX *ctx)
{
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);

	if (good == 1 || !is_about_revocation(X509_STORE_CTX_get_error(ctx)) ||
		!is_issued_anchor(ctx, cert)) {
		return good;
	}
	if (is_revoked_anchor(ctx, cert)) {
		X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_REVOKED);
		return 0;
	}
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

bool cert_crl_require(X509_STORE *store, const struct cert_crl_set *set, bool leaf_only)
{
	unsigned long flags = FLAGS | (leaf_only ? 0 : X509_V_FLAG_CRL_CHECK_ALL);

	X509_STORE_set_lookup_crls(store, look_up);
	X509_STORE_set_verify_cb(store, on_finding);
	return X509_STORE_set_ex_data(store, APP_DATA, (void *)(uintptr_t)set) == 1 &&
	       X509_STORE_set_flags(store, flags) == 1;
}

void cert_crl_bound(X509_STORE_CTX *ctx, int64_t wall_s, int64_t *from_s, int64_t *until_s)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);

	for (int i = 0; i < sk_X509_num(chain); i++) {
		cert_crl_set_bound(set_of(ctx), sk_X509_value(chain, i), wall_s, from_s, until_s);
	}
}
