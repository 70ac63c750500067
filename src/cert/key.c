/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/key.h"

#include "base/oid_names.h"
#include "cert/oid_text.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX 2 /* the type, and the curve */
#define WORD_MAX 64 /* a type of the table with its bits, or the name of a curve in OpenSSL */

/* The name of an identifier, or the identifier itself; false if it is malformed. */
static bool word_of(const ASN1_OBJECT *oid, struct arena *arena, struct str *out)
{
	if (!cert_oid_text(oid, arena, out)) {
		return false;
	}
	const struct oid_name *known = oid_find(&oid_keys, *out);

	*out = known != NULL ? str_view(known->name) : *out;
	return true;
}

/*
 * RFC 5480 2.1.1 allows named curves alone; OpenSSL knows a standard curve also by its parameters.
 */
static bool read_curve(EVP_PKEY *key, struct arena *arena, struct str *out)
{
	char name[WORD_MAX];
	ASN1_OBJECT *oid = EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) == 1
				   ? OBJ_txt2obj(name, 0)
				   : NULL;
	bool good = oid != NULL && word_of(oid, arena, out);

	ASN1_OBJECT_free(oid);
	return good;
}

static bool read_size(EVP_PKEY *key, const char *type, struct arena *arena, struct str *out)
{
	char text[WORD_MAX];
	int len = snprintf(text, sizeof(text), "%s %d", type, EVP_PKEY_get_bits(key));

	if (len < 0 || (size_t)len >= sizeof(text)) {
		return false;
	}
	*out = arena_dup(arena, (struct str){text, (size_t)len});
	return true;
}

static enum cert_status read_words(
	const X509 *x, struct arena *arena, struct cert_identity *out, const char **why)
{
	struct str *words = arena_alloc(arena, WORDS_MAX, sizeof(*words));
	X509_ALGOR *algorithm;
	const ASN1_OBJECT *type;
	size_t count = 1;

	if (words == NULL) {
		return CERT_NO_MEMORY;
	}
	X509_PUBKEY_get0_param(NULL, NULL, NULL, &algorithm, X509_get_X509_PUBKEY(x));
	X509_ALGOR_get0(&type, NULL, NULL, algorithm);

	bool good = word_of(type, arena, &words[0]);
	const struct oid_name *known =
		good && words[0].data != NULL ? oid_find(&oid_keys, words[0]) : NULL;

	if (known != NULL && known->sized) {
		EVP_PKEY *key = X509_get0_pubkey(x);

		good = key != NULL && read_size(key, known->name, arena, &words[0]);
		if (good && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
			good = read_curve(key, arena, &words[1]);
			count = 2;
		}
	}
	if (!good) {
		*why = "a public key that is malformed";
		return CERT_MALFORMED;
	}
	out->key = (struct str_list){words, count};
	return words[0].data != NULL && words[count - 1].data != NULL ? CERT_OK : CERT_NO_MEMORY;
}

static enum cert_status read_self_signed(X509 *x, struct cert_identity *out, const char **why)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	if (X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) != 0) {
		return CERT_OK;
	}
	if (key == NULL || OBJ_find_sigid_algs(X509_get_signature_nid(x), NULL, NULL) != 1) {
		*why = "its own issuer, with a signature that OpenSSL cannot check";
		return CERT_MALFORMED;
	}
	out->self_signed = X509_verify(x, key) == 1;
	return CERT_OK;
}

enum cert_status cert_read_key(
	X509 *x, struct arena *arena, struct cert_identity *out, const char **why)
{
	enum cert_status status = read_words(x, arena, out, why);

	return status == CERT_OK ? read_self_signed(x, out, why) : status;
}
