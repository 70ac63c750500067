/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <string.h>

#define ED25519_KEY_LEN 32
#define ED25519_SIGNATURE_LEN 64
#define P256_NUMBER_LEN 32
#define SHA512_LEN 64

static const char *const words[AGENT_ALGORITHM_COUNT] = {
	[AGENT_ED25519] = "ed25519",
	[AGENT_ECDSA_P256_SHA256] = "ecdsa-p256-sha256",
	[AGENT_RSA_PSS_SHA512] = "rsa-pss-sha512",
};

const char *agent_algorithm_word(enum agent_algorithm algorithm)
{
	return words[algorithm];
}

static const uint8_t *bytes_of(struct str s)
{
	return (const uint8_t *)s.data;
}

EVP_PKEY *agent_key_ed25519(struct str x)
{
	EVP_PKEY *key = NULL;

	ERR_set_mark();
	if (x.len == ED25519_KEY_LEN) {
		key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes_of(x), x.len);
	}
	ERR_pop_to_mark();
	return key;
}

/* `params` may be NULL, and is freed. */
static EVP_PKEY *key_from(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		key = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

EVP_PKEY *agent_key_p256(struct str x, struct str y)
{
	uint8_t point[1 + 2 * P256_NUMBER_LEN] = {POINT_CONVERSION_UNCOMPRESSED};
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;

	ERR_set_mark();
	if (build != NULL && x.len == P256_NUMBER_LEN && y.len == P256_NUMBER_LEN) {
		memcpy(point + 1, x.data, x.len);
		memcpy(point + 1 + x.len, y.data, y.len);
		if (OSSL_PARAM_BLD_push_utf8_string(
			    build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
			OSSL_PARAM_BLD_push_octet_string(
				build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1) {
			params = OSSL_PARAM_BLD_to_param(build);
		}
	}
	/* A point that is not on the curve is refused by fromdata. */
	EVP_PKEY *key = key_from("EC", params);

	OSSL_PARAM_BLD_free(build);
	ERR_pop_to_mark();
	return key;
}

static bool is_number(struct str s)
{
	return s.len > 0 && s.data[0] != '\0';
}

EVP_PKEY *agent_key_rsa(struct str n, struct str e)
{
	if (!is_number(n) || !is_number(e) || n.len > AGENT_RSA_BITS_MAX / 8 ||
		e.len > AGENT_RSA_EXPONENT_MAX) {
		return NULL;
	}
	ERR_set_mark();
	BIGNUM *modulus = BN_bin2bn(bytes_of(n), (int)n.len, NULL);
	BIGNUM *exponent = BN_bin2bn(bytes_of(e), (int)e.len, NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;

	if (modulus != NULL && exponent != NULL && build != NULL && BN_is_odd(modulus) &&
		BN_num_bits(modulus) >= AGENT_RSA_BITS_MIN && BN_is_odd(exponent) &&
		!BN_is_one(exponent) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
		params = OSSL_PARAM_BLD_to_param(build);
	}
	EVP_PKEY *key = key_from("RSA", params);

	OSSL_PARAM_BLD_free(build);
	BN_free(exponent);
	BN_free(modulus);
	ERR_pop_to_mark();
	return key;
}

static bool set_padding(EVP_PKEY_CTX *ctx, enum agent_algorithm algorithm)
{
	return algorithm != AGENT_RSA_PSS_SHA512 ||
	       (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, SHA512_LEN) == 1);
}

/* Whether an error since the last mark says so; some functions of OpenSSL fail without any. */
static bool is_out_of_memory(void)
{
	return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
}

/* The check of a signature as OpenSSL has it. */
static enum agent_key_check check(
	const struct agent_key *key, struct str base, const uint8_t *signature, size_t len)
{
	static const char *const digests[AGENT_ALGORITHM_COUNT] = {
		[AGENT_ECDSA_P256_SHA256] = "SHA256",
		[AGENT_RSA_PSS_SHA512] = "SHA512",
	};
	const char *digest = digests[key->algorithm];
	enum agent_key_check result = AGENT_KEY_FAILED;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *padding = NULL;

	ERR_set_mark();
	if (ctx != NULL &&
		EVP_DigestVerifyInit_ex(ctx, &padding, digest, NULL, NULL, key->key, NULL) == 1 &&
		set_padding(padding, key->algorithm)) {
		result = AGENT_KEY_MATCHES;
		if (EVP_DigestVerify(ctx, signature, len, bytes_of(base), base.len) != 1) {
			result = is_out_of_memory() ? AGENT_KEY_FAILED : AGENT_KEY_DIFFERS;
		}
	}
	ERR_pop_to_mark();
	EVP_MD_CTX_free(ctx);
	return result;
}

/* Writes r and s of a signature in DER (RFC 3279 2.2.3). */
static enum agent_key_check check_ecdsa(
	const struct agent_key *key, struct str base, struct str signature)
{
	enum agent_key_check result = AGENT_KEY_FAILED;
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(bytes_of(signature), P256_NUMBER_LEN, NULL);
	BIGNUM *s = BN_bin2bn(bytes_of(signature) + P256_NUMBER_LEN, P256_NUMBER_LEN, NULL);
	uint8_t *der = NULL;

	if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
		int len = i2d_ECDSA_SIG(pair, &der);

		r = NULL;
		s = NULL;
		if (len > 0) {
			result = check(key, base, der, (size_t)len);
		}
	}
	OPENSSL_free(der);
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	return result;
}

enum agent_key_check agent_key_verify(
	const struct agent_key *key, struct str base, struct str signature)
{
	switch (key->algorithm) {
	case AGENT_ED25519:
		if (signature.len != ED25519_SIGNATURE_LEN) {
			return AGENT_KEY_DIFFERS;
		}
		break;
	case AGENT_ECDSA_P256_SHA256:
		if (signature.len != 2 * P256_NUMBER_LEN) {
			return AGENT_KEY_DIFFERS;
		}
		return check_ecdsa(key, base, signature);
	case AGENT_RSA_PSS_SHA512:
		if (signature.len != (size_t)EVP_PKEY_get_size(key->key)) {
			return AGENT_KEY_DIFFERS;
		}
		break;
	case AGENT_ALGORITHM_COUNT:
		return AGENT_KEY_FAILED;
	}
	return check(key, base, bytes_of(signature), signature.len);
}
