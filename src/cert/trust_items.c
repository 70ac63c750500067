/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/trust_items.h"

#include "cert/crl_set.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

/* The reading of one file's content. */
struct reading {
	enum cert_trust_kind kind;
	const struct cert_trust_files *cas;
	void *items;
	struct bytes *why; /* it cannot be used */
};

const char *cert_trust_items_noun(enum cert_trust_kind kind)
{
	return kind == CERT_TRUST_CAS ? "certificate" : "CRL";
}

void *cert_trust_items_new(enum cert_trust_kind kind)
{
	return kind == CERT_TRUST_CAS ? (void *)sk_X509_new_null() : (void *)sk_X509_CRL_new_null();
}

void cert_trust_items_free(enum cert_trust_kind kind, void *items)
{
	if (kind == CERT_TRUST_CAS) {
		sk_X509_pop_free(items, X509_free);
	} else {
		sk_X509_CRL_pop_free(items, X509_CRL_free);
	}
}

void *cert_trust_items_share(enum cert_trust_kind kind, void *items)
{
	void *copy = kind == CERT_TRUST_CAS ? (void *)sk_X509_dup(items)
					    : (void *)sk_X509_CRL_dup(items);

	for (int i = 0; copy != NULL && i < OPENSSL_sk_num(copy); i++) {
		if (kind == CERT_TRUST_CAS) {
			X509_up_ref(sk_X509_value(copy, i));
		} else {
			X509_CRL_up_ref(sk_X509_CRL_value(copy, i));
		}
	}
	return copy;
}

static bool is_of_key(const X509_CRL *crl, const AUTHORITY_KEYID *key, X509 *ca)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(ca);

	return key->keyid != NULL && id != NULL && ASN1_OCTET_STRING_cmp(key->keyid, id) == 0 &&
	       X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(ca)) == 0;
}

/* Whether the CRL names the key of a known CA, and its signature is not by that key. */
static bool is_forged(X509_CRL *crl, const struct cert_trust_files *cas)
{
	AUTHORITY_KEYID *key = X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, NULL, NULL);
	bool forged = false;

	for (size_t i = 0; key != NULL && cas != NULL && i < cas->count; i++) {
		for (int k = 0; k < sk_X509_num(cas->files[i].items); k++) {
			X509 *ca = sk_X509_value(cas->files[i].items, k);

			forged = forged || (is_of_key(crl, key, ca) &&
						   X509_CRL_verify(crl, X509_get0_pubkey(ca)) != 1);
		}
	}
	AUTHORITY_KEYID_free(key);
	return forged;
}

/* Why it is not added; NULL if it is. */
static const char *add_certificate(struct reading *r, const uint8_t *der, long len)
{
	const uint8_t *at = der;
	X509 *x = d2i_X509(NULL, &at, len);

	if (x != NULL && at == der + len && sk_X509_push(r->items, x) > 0) {
		return NULL;
	}
	X509_free(x);
	return "is malformed";
}

static const char *add_crl(struct reading *r, const uint8_t *der, long len)
{
	const uint8_t *at = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, len);
	const char *why = crl == NULL || at != der + len ? "is malformed" : cert_crl_refusal(crl);

	if (why == NULL && is_forged(crl, r->cas)) {
		why = "is not signed by the key of its CA, which is in ca_file or ca_dir";
	}
	if (why == NULL && sk_X509_CRL_push(r->items, crl) > 0) {
		return NULL;
	}
	X509_CRL_free(crl);
	return why != NULL ? why : "is too large for the memory";
}

static const char *add(struct reading *r, const uint8_t *der, long len)
{
	return r->kind == CERT_TRUST_CAS ? add_certificate(r, der, len) : add_crl(r, der, len);
}

static bool is_wanted(enum cert_trust_kind kind, const char *armor)
{
	if (kind == CERT_TRUST_CAS) {
		return strcmp(armor, PEM_STRING_X509) == 0 ||
		       strcmp(armor, PEM_STRING_X509_OLD) == 0;
	}
	return strcmp(armor, PEM_STRING_X509_CRL) == 0;
}

/* True if all of it could be added. */
static bool read_armored(struct reading *r, const struct bytes *file)
{
	BIO *bio = BIO_new_mem_buf(file->data, (int)file->len);
	const char *wanted = cert_trust_items_noun(r->kind);
	int count = 0;
	bool good = bio != NULL;
	char *armor;
	char *header;
	uint8_t *der;
	long len;

	while (good && PEM_read_bio(bio, &armor, &header, &der, &len) == 1) {
		const char *why = NULL;

		count++;
		if (!is_wanted(r->kind, armor)) {
			bytes_appendf(
				r->why, "expected nothing but %ss; there is a %s", wanted, armor);
			good = false;
		} else if ((why = add(r, der, len)) != NULL) {
			bytes_appendf(r->why, "%s number %d %s", wanted, count, why);
			good = false;
		}
		OPENSSL_free(armor);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	if (good && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		bytes_appendf(r->why, "the armor behind %s number %d is malformed", wanted, count);
		good = false;
	}
	if (good && count == 0) {
		bytes_appendf(r->why, "expected a %s; found none", wanted);
	}
	BIO_free(bio);
	return good && count > 0;
}

bool cert_trust_items_read(enum cert_trust_kind kind, const struct bytes *content,
	const struct cert_trust_files *cas, void *items, struct bytes *why)
{
	static const char begin[] = "-----BEGIN ";
	struct reading r = {kind, cas, items, why};

	if (content->len == 0 ||
		memmem(content->data, content->len, begin, strlen(begin)) != NULL) {
		return read_armored(&r, content);
	}
	const char *refusal = add(&r, content->data, (long)content->len);

	if (refusal != NULL && content->data[0] == 0x30) {
		bytes_appendf(why, "the %s %s", cert_trust_items_noun(kind), refusal);
	} else if (refusal != NULL) {
		bytes_appendf(why, "expected a %s; found none", cert_trust_items_noun(kind));
	}
	return refusal == NULL;
}
