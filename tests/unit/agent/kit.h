/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TEST_AGENT_KIT_H
#define DW_TEST_AGENT_KIT_H

/*
 * A signing agent, which knows nothing of the code under test but base64: it signs a base that it
 * writes itself.
 */

#include "agent/verify.h"

#include "base/base64.h"
#include "base/bytes.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIT_NOW 1800000000 /* seconds since 1970-01-01 UTC */
#define KIT_COMPONENTS 40

struct kit_key {
	EVP_PKEY *pair;
	char jwk[2048];
	char keyid[64];
};

static inline size_t kit_base64url(const void *data, size_t len, char *out)
{
	size_t digits = base64_encode(BASE64_URL, data, len, out);

	out[digits] = '\0';
	return digits;
}

/* `members`: those of the thumbprint, in its order, without braces. */
static inline void kit_name_key(struct kit_key *key, const char *members)
{
	uint8_t digest[32];
	char text[2048];
	int len = snprintf(text, sizeof(text), "{%s}", members);

	assert_true(len > 0 && (size_t)len < sizeof(text));
	assert_int_equal(EVP_Digest(text, (size_t)len, digest, NULL, EVP_sha256(), NULL), 1);
	kit_base64url(digest, sizeof(digest), key->keyid);
	len = snprintf(key->jwk, sizeof(key->jwk), "{%s,\"kid\":\"%s\"}", members, key->keyid);
	assert_true(len > 0 && (size_t)len < sizeof(key->jwk));
}

/* The key pair of a seed of 32 bytes, each of which is `fill`, or `seed`, if that is given. */
static inline void kit_ed25519(struct kit_key *key, const uint8_t *seed, uint8_t fill)
{
	uint8_t own[32];
	uint8_t x[32];
	size_t len = sizeof(x);
	char digits[64];
	char members[256];

	memset(own, fill, sizeof(own));
	key->pair = EVP_PKEY_new_raw_private_key(
		EVP_PKEY_ED25519, NULL, seed != NULL ? seed : own, sizeof(own));
	assert_non_null(key->pair);
	assert_int_equal(EVP_PKEY_get_raw_public_key(key->pair, x, &len), 1);
	kit_base64url(x, len, digits);
	snprintf(members, sizeof(members), "\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"",
		digits);
	kit_name_key(key, members);
}

static inline void kit_p256(struct kit_key *key)
{
	uint8_t point[65];
	size_t len;
	char x[64];
	char y[64];
	char members[256];

	key->pair = EVP_EC_gen("P-256");
	assert_non_null(key->pair);
	assert_int_equal(
		EVP_PKEY_get_octet_string_param(key->pair, "pub", point, sizeof(point), &len), 1);
	kit_base64url(point + 1, 32, x);
	kit_base64url(point + 33, 32, y);
	snprintf(members, sizeof(members),
		"\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"", x, y);
	kit_name_key(key, members);
}

static inline void kit_rsa(struct kit_key *key, unsigned bits)
{
	BIGNUM *n = NULL;
	uint8_t bytes[1024];
	char digits[1400];
	char members[1500];

	key->pair = EVP_RSA_gen(bits);
	assert_non_null(key->pair);
	assert_int_equal(EVP_PKEY_get_bn_param(key->pair, "n", &n), 1);
	kit_base64url(bytes, (size_t)BN_bn2bin(n, bytes), digits);
	BN_free(n);
	snprintf(members, sizeof(members), "\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"%s\"", digits);
	kit_name_key(key, members);
}

static inline void kit_key_clear(struct kit_key *key)
{
	EVP_PKEY_free(key->pair);
	key->pair = NULL;
}

/* r and s, 32 bytes each, of a signature in DER. */
static inline size_t kit_raw_ecdsa(uint8_t *signature, size_t len)
{
	const uint8_t *at = signature;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)len);

	assert_non_null(pair);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, 32), 32);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + 32, 32), 32);
	ECDSA_SIG_free(pair);
	return 64;
}

/* Appends `:base64:` of the signature over the base. */
static inline void kit_sign(const struct kit_key *key, struct str base, struct bytes *out)
{
	uint8_t signature[1024];
	size_t len = sizeof(signature);
	char digits[1400];
	int type = EVP_PKEY_get_base_id(key->pair);
	const EVP_MD *digest = type == EVP_PKEY_RSA  ? EVP_sha512()
			       : type == EVP_PKEY_EC ? EVP_sha256()
						     : NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *padding = NULL;

	assert_int_equal(EVP_DigestSignInit(ctx, &padding, digest, NULL, key->pair), 1);
	if (type == EVP_PKEY_RSA) {
		EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, 64);
	}
	assert_int_equal(
		EVP_DigestSign(ctx, signature, &len, (const uint8_t *)base.data, base.len), 1);
	EVP_MD_CTX_free(ctx);
	if (type == EVP_PKEY_EC) {
		len = kit_raw_ecdsa(signature, len);
	}
	len = base64_encode(BASE64_PADDED, signature, len, digits);
	bytes_append_u8(out, ':');
	bytes_append(out, digits, len);
	bytes_append_u8(out, ':');
}

/* One line of a signature base. */
struct kit_component {
	const char *identifier; /* with its quotes */
	const char *value;
};

/* A request to be signed; kit_request has one that is good. */
struct kit_sample {
	const char *label;
	struct kit_component components[KIT_COMPONENTS]; /* ended by an identifier that is NULL */
	const char *parameters; /* with KIT_KEYID for the keyid; NULL: good ones */
	const char *method;
	const char *scheme;
	const char *authority;
	const char *target;
	const char *signature_agent;
	bool (*header)(void *ctx, struct str name, struct str *value);
};

#define KIT_KEYID "<keyid>"
#define KIT_AGENT "https://agent.example"
#define KIT_PARAMETERS                                                                             \
	";created=1799999990;expires=1800003590;keyid=\"" KIT_KEYID                                \
	"\";alg=\"ed25519\";nonce=\"bm9uY2U=\""                                                    \
	";tag=\"web-bot-auth\""

static inline struct kit_sample kit_sample(void)
{
	return (struct kit_sample){
		.label = "sig1",
		.components = {{"\"@authority\"", "shop.example"},
			{"\"signature-agent\";key=\"sig1\"", "\"" KIT_AGENT "\""}},
		.method = "GET",
		.scheme = "https",
		.authority = "shop.example",
		.target = "/path?x=1",
		.signature_agent = "sig1=\"" KIT_AGENT "\"",
	};
}

/* The headers of a signed request, and the request that has them. */
struct kit_signed {
	struct bytes input;
	struct bytes signature;
	struct bytes base;
	struct agent_request request;
};

static inline void kit_signed_clear(struct kit_signed *s)
{
	bytes_clear(&s->base);
	bytes_clear(&s->signature);
	bytes_clear(&s->input);
}

static inline void kit_make(
	struct kit_signed *s, const struct kit_sample *sample, const struct kit_key *key)
{
	const char *parameters = sample->parameters != NULL ? sample->parameters : KIT_PARAMETERS;
	const char *place = strstr(parameters, KIT_KEYID);
	size_t start;

	bytes_init(&s->input, 0);
	bytes_init(&s->signature, 0);
	bytes_init(&s->base, 0);
	bytes_appendf(&s->input, "%s=", sample->label);
	start = s->input.len;
	bytes_append_u8(&s->input, '(');
	for (const struct kit_component *c = sample->components; c->identifier != NULL; c++) {
		bytes_appendf(&s->base, "%s: %s\n", c->identifier, c->value);
		bytes_appendf(&s->input, "%s%s", c == sample->components ? "" : " ", c->identifier);
	}
	assert_non_null(place);
	bytes_append_u8(&s->input, ')');
	bytes_append(&s->input, parameters, (size_t)(place - parameters));
	bytes_appendf(&s->input, "%s%s", key->keyid, place + strlen(KIT_KEYID));
	bytes_append_text(&s->base, "\"@signature-params\": ");
	bytes_append_str(&s->base, str_from(bytes_view(&s->input), start));
	bytes_appendf(&s->signature, "%s=", sample->label);
	kit_sign(key, bytes_view(&s->base), &s->signature);
	s->request = (struct agent_request){.signature_input = bytes_view(&s->input),
		.signature = bytes_view(&s->signature),
		.signature_agent = str_view(sample->signature_agent),
		.method = str_view(sample->method),
		.scheme = str_view(sample->scheme),
		.authority = str_view(sample->authority),
		.target = str_view(sample->target),
		.header = sample->header};
}

/* Keys of one agent. */
static inline struct agent_keys *kit_keys(const char *url, const struct kit_key *key)
{
	struct agent_keys *keys = agent_keys_new(AGENT_REFUSE_EXAMPLE_KEYS);
	struct bytes text;
	struct diag diag;

	assert_non_null(keys);
	bytes_init(&text, 0);
	diag_init(&diag);
	bytes_appendf(&text, "{\"keys\":[%s]}", key->jwk);
	bool added =
		agent_keys_add_text(keys, str_view(url), bytes_view(&text), "keys.json", &diag);

	if (!added || diag.warnings > 0) {
		print_error("%.*s", (int)diag.text.len, (const char *)diag.text.data);
	}
	assert_true(added);
	assert_int_equal(diag.warnings, 0);
	diag_clear(&diag);
	bytes_clear(&text);
	return keys;
}

#endif
