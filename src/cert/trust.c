/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/trust.h"

#include "cert/crl.h"
#include "cert/identity.h"
#include "cert/trust_private.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

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
static const char *key_for(const struct cert_trust *trust, int error, int depth)
{
	switch (error) {
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return "cert_pins takes a certificate as it is";
	case X509_V_ERR_INVALID_PURPOSE:
		return depth == 0
			       ? "expected clientAuth in its extended key usage, and no usage "
				 "that rules out a TLS client; cert_pins takes a certificate as "
				 "it is"
			       : "expected clientAuth in the extended key usage of a CA that has "
				 "one";
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return "see ca_file, which needs the CA that issued it, unless the front end sends "
		       "it";
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return "see ca_file, which lacks the root of this chain";
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
		return "see partial_chain, if ca_file is not to hold a root";
	case X509_V_ERR_CERT_CHAIN_TOO_LONG:
		return "see verify_depth";
	case X509_V_ERR_NO_EXPLICIT_POLICY:
		return trust->policy_hint;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return "see crl_file, which needs the current list of each CA in the chain, and "
		       "crl_check = leaf, which asks for that of the client's CA alone";
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

static void refuse_as_openssl(const struct cert_trust *trust, struct cert_verdict *out,
	struct arena *arena, int error, int depth)
{
	refuse(out, arena, error, depth, X509_verify_cert_error_string(error),
		key_for(trust, error, depth));
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
	if (trust->crls != NULL) {
		cert_crl_bound(ctx, wall_s, &out->from_s, &out->until_s);
	}
	return true;
}

static bool is_trusted(X509_STORE_CTX *ctx, const X509 *x)
{
	STACK_OF(X509) *known = X509_STORE_CTX_get1_certs(ctx, X509_get_subject_name(x));
	bool found = false;

	for (int i = 0; i < sk_X509_num(known); i++) {
		found = found || X509_cmp(sk_X509_value(known, i), x) == 0;
	}
	sk_X509_pop_free(known, X509_free);
	return found;
}

/*
 * With partial_chain, intermediates that are not trusted may stand behind a trusted client's
 * certificate.
 */
static bool read_keys(X509_STORE_CTX *ctx, struct arena *arena, struct cert_chain_keys *out)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	int last = sk_X509_num(chain) - 1;

	while (last >= 0 && !is_trusted(ctx, sk_X509_value(chain, last))) {
		last--;
	}
	return last >= 0 &&
	       cert_read_spki(sk_X509_value(chain, last), arena, &out->anchor) == CERT_OK &&
	       (sk_X509_num(chain) < 2 ||
		       cert_read_spki(sk_X509_value(chain, 1), arena, &out->issuer) == CERT_OK);
}

/* OpenSSL does not check the policies of a chain of one certificate. */
static bool asserts_policy(X509_STORE_CTX *ctx)
{
	const X509_POLICY_TREE *tree = X509_STORE_CTX_get0_policy_tree(ctx);

	return X509_STORE_CTX_get_explicit_policy(ctx) == 1 && tree != NULL &&
	       sk_X509_POLICY_NODE_num(X509_policy_tree_get0_user_policies(tree)) > 0;
}

static void judge(const struct cert_trust *trust, X509_STORE_CTX *ctx, X509 *leaf, int64_t wall_s,
	struct arena *arena, struct cert_verdict *out)
{
	int good = X509_verify_cert(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (good != 1 || error != X509_V_OK) {
		error = error != X509_V_OK ? error : X509_V_ERR_UNSPECIFIED;
		refuse_as_openssl(trust, out, arena, error, X509_STORE_CTX_get_error_depth(ctx));
		return;
	}
	if (trust->policy_hint != NULL && !asserts_policy(ctx)) {
		refuse_as_openssl(trust, out, arena, X509_V_ERR_NO_EXPLICIT_POLICY, 0);
		return;
	}
	const char *key;
	const char *why = misused(trust, leaf, &key);

	*out = (struct cert_verdict){
		.finding = CERT_TRUSTED, .from_s = INT64_MIN, .until_s = INT64_MAX};
	if (why != NULL) {
		refuse(out, arena, X509_V_ERR_APPLICATION_VERIFICATION, 0, why, key);
	} else if (!bound(ctx, trust, wall_s, out) || !read_keys(ctx, arena, &out->keys)) {
		refuse(out, arena, X509_V_ERR_OUT_OF_MEM, 0, "out of memory", NULL);
	}
}

static X509 *read_one(struct str der)
{
	const uint8_t *at = (const uint8_t *)der.data;

	return d2i_X509(NULL, &at, (long)der.len);
}

/*
 * What stands between the client's certificate and a trusted one, or signs CRLs. An intermediate
 * that is not a certificate is skipped: intermediates are optional.
 */
static STACK_OF(X509) *
	read_untrusted(const struct cert_trust *trust, const struct cert_chain *chain)
{
	STACK_OF(X509) *certs = sk_X509_new_null();

	for (size_t i = 1; certs != NULL && i < chain->count; i++) {
		X509 *x = read_one(chain->certs[i]);

		if (x != NULL && sk_X509_push(certs, x) <= 0) {
			X509_free(x);
		}
	}
	for (int i = 0; certs != NULL && i < sk_X509_num(trust->crl_signers); i++) {
		X509 *x = sk_X509_value(trust->crl_signers, i);

		if (X509_add_cert(certs, x, X509_ADD_FLAG_UP_REF) != 1) {
			sk_X509_pop_free(certs, X509_free);
			return NULL;
		}
	}
	return certs;
}

static void verify(const struct cert_trust *trust, const struct cert_chain *chain, int64_t wall_s,
	struct arena *arena, struct cert_verdict *out)
{
	X509 *leaf = read_one(chain->certs[0]);
	STACK_OF(X509) *untrusted = read_untrusted(trust, chain);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	if (leaf == NULL || untrusted == NULL || ctx == NULL ||
		X509_STORE_CTX_init(ctx, trust->store, leaf, untrusted) != 1) {
		refuse(out, arena, X509_V_ERR_OUT_OF_MEM, 0, "out of memory", NULL);
	} else {
		X509_STORE_CTX_set_time(ctx, 0, wall_s);
		judge(trust, ctx, leaf, wall_s, arena, out);
	}
	X509_STORE_CTX_free(ctx);
	sk_X509_pop_free(untrusted, X509_free);
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
		refuse_as_openssl(trust, out, arena, X509_V_ERR_CERT_NOT_YET_VALID, 0);
	} else if (wall_s >= identity->not_after) {
		refuse_as_openssl(trust, out, arena, X509_V_ERR_CERT_HAS_EXPIRED, 0);
	} else {
		*out = (struct cert_verdict){.finding = CERT_TRUSTED,
			.from_s = identity->not_before,
			.until_s = identity->not_after};
	}
}
