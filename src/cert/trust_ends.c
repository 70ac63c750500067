/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/trust.h"

#include "cert/trust_private.h"

struct telling {
	cert_trust_each_end *each;
	void *ctx;
};

static void tell(const struct telling *t, bool is_crl, const X509_NAME *name,
	const ASN1_TIME *begins, const ASN1_TIME *ends)
{
	struct cert_trust_end end = {.is_crl = is_crl};
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;

	if (bio != NULL && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0) {
		long len = BIO_get_mem_data(bio, &text);

		end.name = (struct str){text, len > 0 ? (size_t)len : 0};
	}
	if (cert_time(begins, &end.begins_s) && cert_time(ends, &end.ends_s)) {
		t->each(t->ctx, &end);
	}
	BIO_free(bio);
}

static void tell_crl(void *ctx, const X509_CRL *crl)
{
	tell(ctx, true, X509_CRL_get_issuer(crl), X509_CRL_get0_lastUpdate(crl),
		X509_CRL_get0_nextUpdate(crl));
}

void cert_trust_ends(
	const struct cert_trust *trust, int64_t wall_s, cert_trust_each_end *each, void *ctx)
{
	struct telling t = {each, ctx};

	for (size_t i = 0; i < trust->ca_files.count; i++) {
		STACK_OF(X509) *certs = trust->ca_files.files[i].items;

		for (int k = 0; k < sk_X509_num(certs); k++) {
			const X509 *x = sk_X509_value(certs, k);

			tell(&t, false, X509_get_subject_name(x), X509_get0_notBefore(x),
				X509_get0_notAfter(x));
		}
	}
	if (trust->crls != NULL) {
		cert_crl_set_each(trust->crls, wall_s, tell_crl, &t);
	}
}
