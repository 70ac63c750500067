/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/trust.h"

#include "cert/crl.h"
#include "cert/pins.h"
#include "cert/trust_files.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

struct cert_trust {
	X509_STORE *store;
	struct cert_pins *pins; /* NULL: no pins */
	bool checks_crls;
	bool allow_missing_eku;
};

static bool set_params(X509_STORE *store, const struct cert_trust_settings *s)
{
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
	unsigned long flags = 0;

	flags |= s->crl_file_count > 0 ? X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL : 0;
	flags |= s->partial_chain ? X509_V_FLAG_PARTIAL_CHAIN : 0;
	flags |= s->strict ? X509_V_FLAG_X509_STRICT : 0;
	X509_VERIFY_PARAM_set_depth(param, (int)s->depth);
	X509_VERIFY_PARAM_set_auth_level(param, (int)s->security_level);
	return X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_CLIENT) == 1 &&
	       (flags == 0 || X509_VERIFY_PARAM_set_flags(param, flags) == 1);
}

static bool load_cas(X509_STORE *store, const char *key, const char *path,
	const struct place *place, struct diag *diag)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	bool good = certs != NULL;

	if (!good) {
		diag_error(diag, place, "out of memory");
		return false;
	}
	good = cert_trust_file_read(CERT_TRUST_FILE_CAS, key, path, place, certs, diag);
	for (int i = 0; good && i < sk_X509_num(certs); i++) {
		if (X509_STORE_add_cert(store, sk_X509_value(certs, i)) != 1) {
			diag_error(diag, place, "%s: %s: certificate number %d cannot be used", key,
				path, i + 1);
			good = false;
		}
	}
	sk_X509_pop_free(certs, X509_free);
	return good;
}

static bool load_crls(X509_STORE *store, const struct cert_trust_settings *s, struct diag *diag)
{
	STACK_OF(X509_CRL) *crls = sk_X509_CRL_new_null();
	bool good = crls != NULL;

	if (!good) {
		diag_error(diag, &s->crl_file_place, "out of memory");
		return false;
	}
	for (size_t i = 0; i < s->crl_file_count; i++) {
		good = cert_trust_file_read(CERT_TRUST_FILE_CRLS, "crl_file", s->crl_files[i],
			       &s->crl_file_place, crls, diag) &&
		       good;
	}
	good = good && cert_crl_add(store, crls, &s->crl_file_place, diag);
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	return good;
}

static bool load(struct cert_trust *trust, const struct cert_trust_settings *s, struct diag *diag)
{
	bool good = true;

	if (s->ca_file != NULL) {
		good = load_cas(trust->store, "ca_file", s->ca_file, &s->ca_file_place, diag) &&
		       good;
	}
	if (s->ca_dir != NULL) {
		good = load_cas(trust->store, "ca_dir", s->ca_dir, &s->ca_dir_place, diag) && good;
	}
	good = load_crls(trust->store, s, diag) && good;
	if (s->pins != NULL) {
		trust->pins = cert_pins_load(s->pins, &s->pins_place, diag);
		good = trust->pins != NULL && good;
	}
	return good;
}

struct cert_trust *cert_trust_load(const struct cert_trust_settings *s, struct diag *diag)
{
	struct cert_trust *trust = calloc(1, sizeof(*trust));
	bool good;

	ERR_set_mark();
	if (trust != NULL) {
		trust->store = X509_STORE_new();
		trust->checks_crls = s->crl_file_count > 0;
		trust->allow_missing_eku = s->allow_missing_eku;
	}
	if (trust == NULL || trust->store == NULL || !set_params(trust->store, s)) {
		diag_error(diag, NULL, "out of memory");
		good = false;
	} else {
		good = load(trust, s, diag);
	}
	ERR_pop_to_mark();
	if (!good) {
		cert_trust_free(trust);
		return NULL;
	}
	return trust;
}

void cert_trust_free(struct cert_trust *trust)
{
	if (trust != NULL) {
		X509_STORE_free(trust->store);
		cert_pins_free(trust->pins);
		free(trust);
	}
}

uint64_t cert_trust_stamp(const struct cert_trust_settings *s)
{
	const char *const paths[] = {s->ca_file, s->ca_dir, s->pins};
	uint64_t stamp = 0;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		stamp += paths[i] != NULL ? cert_trust_file_stamp(paths[i]) : 0;
	}
	for (size_t i = 0; i < s->crl_file_count; i++) {
		stamp += cert_trust_file_stamp(s->crl_files[i]);
	}
	return stamp;
}

static enum cert_finding finding_of(int error)
{
	switch (error) {
	case X509_V_OK:
		return CERT_TRUSTED;
	case X509_V_ERR_CERT_REVOKED:
		return CERT_REVOKED;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return CERT_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return CERT_NOT_YET_VALID;
	case X509_V_ERR_OUT_OF_MEM:
	case X509_V_ERR_UNSPECIFIED:
		return CERT_UNDECIDED;
	default:
		return CERT_UNTRUSTED;
	}
}

/* A key that accepts certificates which are issued like this on purpose; NULL: no such key. */
static const char *key_for(int error, int depth)
{
	switch (error) {
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_INVALID_PURPOSE:
		return depth == 0 ? "cert_pins takes a certificate as it is" : NULL;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
		return "see partial_chain, if ca_file is not to hold a root";
	case X509_V_ERR_CERT_CHAIN_TOO_LONG:
		return "see verify_depth";
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return "see crl_file, which needs the current list of each CA in the chain";
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return "see security_level";
	default:
		return NULL;
	}
}

static void refuse(struct cert_verdict *out, struct arena *arena, int error, int depth,
	const char *text, const char *key)
{
	struct bytes b;

	bytes_init(&b, 0);
	bytes_appendf(&b, "%s (OpenSSL's verify error %d at depth %d)%s%s", text, error, depth,
		key != NULL ? "; " : "", key != NULL ? key : "");
	*out = (struct cert_verdict){
		.finding = finding_of(error),
		.error = error,
		.depth = depth,
		.text = b.failed ? str_view("out of memory") : arena_dup(arena, bytes_view(&b)),
	};
	bytes_clear(&b);
}

static void refuse_as_openssl(struct cert_verdict *out, struct arena *arena, int error, int depth)
{
	refuse(out, arena, error, depth, X509_verify_cert_error_string(error),
		key_for(error, depth));
}

/*
 * What OpenSSL accepts although a TLS client's certificate must not have it; NULL if there is
 * nothing. *key is a key that could help. X509_check_ca rejects CA:TRUE together with a key usage
 * that cannot sign.
 */
static const char *misused(const struct cert_trust *trust, X509 *leaf, const char **key)
{
	uint32_t usage = X509_get_key_usage(leaf);
	bool has_eku = X509_get_ext_by_NID(leaf, NID_ext_key_usage, -1) >= 0;

	*key = NULL;
	if (X509_check_ca(leaf) != 0 || (X509_get_extension_flags(leaf) & EXFLAG_CA) != 0) {
		*key = "cert_pins takes a certificate as it is";
		return "the certificate of a CA in the place of a client's";
	}
	if (!has_eku && !trust->allow_missing_eku) {
		*key = "allow_missing_eku = yes takes it";
		return "no extended key usage, where clientAuth is expected";
	}
	if (usage != UINT32_MAX && (usage & X509v3_KU_DIGITAL_SIGNATURE) == 0) {
		*key = "cert_pins takes a certificate as it is";
		return "a key usage without digitalSignature";
	}
	return NULL;
}

/* Narrows the time to when each certificate of the chain, and each CRL that counts, is valid. */
static bool bound(X509_STORE_CTX *ctx, const struct cert_trust *trust, int64_t wall_s,
	struct cert_verdict *out)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);

	for (int i = 0; i < sk_X509_num(chain); i++) {
		const X509 *x = sk_X509_value(chain, i);
		int64_t first;
		int64_t last;

		if (!cert_time(X509_get0_notBefore(x), &first) ||
			!cert_time(X509_get0_notAfter(x), &last)) {
			return false;
		}
		out->from_s = first > out->from_s ? first : out->from_s;
		out->until_s = last < out->until_s ? last : out->until_s;
	}
	return !trust->checks_crls || cert_crl_bound(ctx, wall_s, &out->from_s, &out->until_s);
}

static void judge(const struct cert_trust *trust, X509_STORE_CTX *ctx, X509 *leaf, int64_t wall_s,
	struct arena *arena, struct cert_verdict *out)
{
	int good = X509_verify_cert(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (good != 1 || error != X509_V_OK) {
		error = error != X509_V_OK ? error : X509_V_ERR_UNSPECIFIED;
		refuse_as_openssl(out, arena, error, X509_STORE_CTX_get_error_depth(ctx));
		return;
	}
	const char *key;
	const char *why = misused(trust, leaf, &key);

	*out = (struct cert_verdict){
		.finding = CERT_TRUSTED, .from_s = INT64_MIN, .until_s = INT64_MAX};
	if (why != NULL) {
		refuse(out, arena, X509_V_ERR_APPLICATION_VERIFICATION, 0, why, key);
	} else if (!bound(ctx, trust, wall_s, out)) {
		refuse(out, arena, X509_V_ERR_OUT_OF_MEM, 0, "out of memory", NULL);
	}
}

static X509 *read_one(struct str der)
{
	const uint8_t *at = (const uint8_t *)der.data;

	return d2i_X509(NULL, &at, (long)der.len);
}

/* An intermediate that is not a certificate is skipped: intermediates are optional. */
static STACK_OF(X509) * read_intermediates(const struct cert_chain *chain)
{
	STACK_OF(X509) *certs = sk_X509_new_null();

	for (size_t i = 1; certs != NULL && i < chain->count; i++) {
		X509 *x = read_one(chain->certs[i]);

		if (x != NULL && sk_X509_push(certs, x) <= 0) {
			X509_free(x);
		}
	}
	return certs;
}

static void verify(const struct cert_trust *trust, const struct cert_chain *chain, int64_t wall_s,
	struct arena *arena, struct cert_verdict *out)
{
	X509 *leaf = read_one(chain->certs[0]);
	STACK_OF(X509) *intermediates = read_intermediates(chain);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	if (leaf == NULL || intermediates == NULL || ctx == NULL ||
		X509_STORE_CTX_init(ctx, trust->store, leaf, intermediates) != 1) {
		refuse(out, arena, X509_V_ERR_OUT_OF_MEM, 0, "out of memory", NULL);
	} else {
		X509_STORE_CTX_set_time(ctx, 0, wall_s);
		judge(trust, ctx, leaf, wall_s, arena, out);
	}
	X509_STORE_CTX_free(ctx);
	sk_X509_pop_free(intermediates, X509_free);
	X509_free(leaf);
}

void cert_trust_verify(const struct cert_trust *trust, const struct cert_chain *chain,
	const struct cert_identity *identity, int64_t wall_s, struct arena *arena,
	struct cert_verdict *out)
{
	bool pinned = trust->pins != NULL &&
		      cert_pins_match(trust->pins, identity->sha256, identity->spki);

	if (!pinned) {
		ERR_set_mark();
		verify(trust, chain, wall_s, arena, out);
		ERR_pop_to_mark();
	} else if (wall_s < identity->not_before) {
		refuse_as_openssl(out, arena, X509_V_ERR_CERT_NOT_YET_VALID, 0);
	} else if (wall_s >= identity->not_after) {
		refuse_as_openssl(out, arena, X509_V_ERR_CERT_HAS_EXPIRED, 0);
	} else {
		*out = (struct cert_verdict){.finding = CERT_TRUSTED,
			.from_s = identity->not_before,
			.until_s = identity->not_after};
	}
}
