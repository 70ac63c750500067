/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "agent/jwk.h"

#include "base/base64.h"
#include "base/bytes.h"

#include <openssl/evp.h>
#include <string.h>

#define NUMBER_MAX (AGENT_RSA_BITS_MAX / 8)
#define NUMBERS_MAX 2

/* One way to write a public key: the members that are its numbers, in the order of RFC 7638. */
struct kind {
	const char *kty;
	const char *crv; /* NULL: it has none */
	const char *numbers[NUMBERS_MAX];
	enum agent_algorithm algorithm;
	const char *jose_algorithms[2]; /* `alg` by RFC 7518 3.1, RFC 8037 3.1 and RFC 9864 */
};

static const struct kind kinds[] = {
	{"OKP", "Ed25519", {"x"}, AGENT_ED25519, {"EdDSA", "Ed25519"}},
	{"EC", "P-256", {"x", "y"}, AGENT_ECDSA_P256_SHA256, {"ES256"}},
	{"RSA", NULL, {"e", "n"}, AGENT_RSA_PSS_SHA512, {"PS512"}},
};

/* The thumbprints of RFC 9421 B.1.1 (RSA), B.1.2 (RSA-PSS), B.1.3 (P-256) and B.1.4 (Ed25519). */
static const char *const examples[] = {
	"BHj8s0GPnMEQtkaULIM-PLgEhLBbuGUQ1vMxmBWZzEo",
	"oD0HwocPBSfpNy5W3bpJeyFGY_IQ_YpqxSjQ3Yd-CLA",
	"ydQXMtvbsOsZyFir-Y7A8t7fKEM1gbKPvyFkdpu4fvI",
	"poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U",
};

static bool fail(struct agent_jwk_error *error, const char *member, const char *what)
{
	*error = (struct agent_jwk_error){member, what};
	return false;
}

static struct str member_text(const json_t *jwk, const char *name)
{
	const json_t *value = json_object_get(jwk, name);

	return (struct str){json_string_value(value), json_string_length(value)};
}

/* The member is that text; a type other than a string is a different text. */
static bool is_text(const json_t *jwk, const char *name, const char *text)
{
	return text != NULL && str_eq_text(member_text(jwk, name), text);
}

static const struct kind *kind_of(const json_t *jwk, struct agent_jwk_error *error)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!is_text(jwk, "kty", kinds[i].kty)) {
			continue;
		}
		if (kinds[i].crv == NULL || is_text(jwk, "crv", kinds[i].crv)) {
			return &kinds[i];
		}
		fail(error, "crv", "an unsupported curve: expected Ed25519 (OKP) or P-256 (EC)");
		return NULL;
	}
	fail(error, "kty", "an unsupported type of key: expected OKP, EC or RSA");
	return NULL;
}

static bool has_verify(const json_t *operations)
{
	for (size_t i = 0; i < json_array_size(operations); i++) {
		const char *word = json_string_value(json_array_get(operations, i));

		if (word != NULL && strcmp(word, "verify") == 0) {
			return true;
		}
	}
	return false;
}

/* Whether the key is meant for these signatures (RFC 7517 4.2 to 4.4). */
static bool check_use(const json_t *jwk, const struct kind *kind, struct agent_jwk_error *error)
{
	const json_t *operations = json_object_get(jwk, "key_ops");
	const char *algorithm = agent_algorithm_word(kind->algorithm);

	if (json_object_get(jwk, "d") != NULL) {
		return fail(error, "d", "a private key: expected a public key");
	}
	if (json_object_get(jwk, "use") != NULL && !is_text(jwk, "use", "sig")) {
		return fail(error, "use", "another use: expected \"sig\"");
	}
	if (operations != NULL && !has_verify(operations)) {
		return fail(error, "key_ops", "other uses: expected a list with \"verify\"");
	}
	if (json_object_get(jwk, "alg") != NULL && !is_text(jwk, "alg", algorithm) &&
		!is_text(jwk, "alg", kind->jose_algorithms[0]) &&
		!is_text(jwk, "alg", kind->jose_algorithms[1])) {
		return fail(error, "alg",
			"another algorithm: expected that of this type of key (ed25519, "
			"ecdsa-p256-sha256 or rsa-pss-sha512)");
	}
	return true;
}

static bool read_time(
	const json_t *jwk, const char *name, int64_t *out, struct agent_jwk_error *error)
{
	const json_t *value = json_object_get(jwk, name);
	double seconds = json_number_value(value);

	if (value == NULL) {
		return true;
	}
	if (!json_is_number(value) || !(seconds >= 0 && seconds < 1e15)) {
		return fail(error, name, "no time: expected seconds since 1970-01-01 UTC");
	}
	*out = (int64_t)(seconds >= (double)AGENT_JWK_MILLISECONDS ? seconds / 1000 : seconds);
	return true;
}

/* SHA-256 of the required members alone, in this order and without blanks (RFC 7638 3). */
static bool take_thumbprint(
	const json_t *jwk, const struct kind *kind, uint8_t out[AGENT_THUMBPRINT_LEN])
{
	static const char *const order[] = {"crv", "e", "kty", "n", "x", "y"};
	struct bytes text;

	bytes_init(&text, 0);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		bool is_number =
			(kind->numbers[0] != NULL && strcmp(order[i], kind->numbers[0]) == 0) ||
			(kind->numbers[1] != NULL && strcmp(order[i], kind->numbers[1]) == 0);

		if (is_number || strcmp(order[i], "kty") == 0 ||
			(strcmp(order[i], "crv") == 0 && kind->crv != NULL)) {
			struct str value = member_text(jwk, order[i]);

			/* No value has a character that JSON escapes. */
			bytes_appendf(&text, "%c\"%s\":\"", text.len == 0 ? '{' : ',', order[i]);
			bytes_append_str(&text, value);
			bytes_append_u8(&text, '"');
		}
	}
	bytes_append_u8(&text, '}');
	bool good =
		!text.failed && EVP_Digest(text.data, text.len, out, NULL, EVP_sha256(), NULL) == 1;

	bytes_clear(&text);
	return good;
}

/* Decodes a number of the key, and says which member is not one. */
static bool read_number(const json_t *jwk, const char *name, uint8_t room[NUMBER_MAX],
	struct str *out, struct agent_jwk_error *error)
{
	size_t len;

	if (!base64_decode(BASE64_URL, member_text(jwk, name), room, NUMBER_MAX, &len) ||
		len == 0) {
		return fail(error, name, "no number: expected base64url without padding");
	}
	*out = str_from_bytes(room, len);
	return true;
}

static EVP_PKEY *make_key(const json_t *jwk, const struct kind *kind, struct agent_jwk_error *error)
{
	uint8_t rooms[NUMBERS_MAX][NUMBER_MAX];
	struct str numbers[NUMBERS_MAX];
	EVP_PKEY *key = NULL;

	for (size_t i = 0; i < NUMBERS_MAX && kind->numbers[i] != NULL; i++) {
		if (!read_number(jwk, kind->numbers[i], rooms[i], &numbers[i], error)) {
			return NULL;
		}
	}
	switch (kind->algorithm) {
	case AGENT_ED25519:
		key = agent_key_ed25519(numbers[0]);
		break;
	case AGENT_ECDSA_P256_SHA256:
		key = agent_key_p256(numbers[0], numbers[1]);
		break;
	case AGENT_RSA_PSS_SHA512:
		key = agent_key_rsa(numbers[1], numbers[0]);
		break;
	case AGENT_ALGORITHM_COUNT:
		break;
	}
	if (key == NULL) {
		fail(error, NULL,
			"its numbers are no key: expected 32 bytes (Ed25519), a point of P-256, or "
			"a "
			"modulus of 2048 to 4096 bits with an exponent of at most 4 bytes (RSA)");
	}
	return key;
}

static bool check_identity(const json_t *jwk, const struct agent_jwk_terms *terms,
	const struct agent_key *key, struct agent_jwk_error *error)
{
	char keyid[BASE64_DIGITS_MAX(AGENT_THUMBPRINT_LEN) + 1] = "";
	size_t len = base64_encode(BASE64_URL, key->thumbprint, AGENT_THUMBPRINT_LEN, keyid);

	for (size_t i = 0; i < ARRAY_LEN(examples) && !terms->accepts_examples; i++) {
		if (str_eq_text((struct str){keyid, len}, examples[i])) {
			return fail(error, NULL,
				"an example key of RFC 9421, whose private key is public: expected "
				"a "
				"key of the agent's own");
		}
	}
	if (terms->kid_is_thumbprint && json_object_get(jwk, "kid") != NULL &&
		!is_text(jwk, "kid", keyid)) {
		return fail(error, "kid",
			"not the thumbprint of the key (RFC 7638): expected it, or no kid");
	}
	return true;
}

bool agent_jwk_read(const json_t *jwk, const struct agent_jwk_terms *terms, struct agent_key *out,
	struct agent_jwk_error *error)
{
	struct agent_key key = {.from_s = INT64_MIN, .until_s = INT64_MAX};

	if (!json_is_object(jwk)) {
		return fail(error, NULL, "no JSON object: expected a key");
	}
	const struct kind *kind = kind_of(jwk, error);

	if (kind == NULL || !check_use(jwk, kind, error) ||
		!read_time(jwk, "nbf", &key.from_s, error) ||
		!read_time(jwk, "exp", &key.until_s, error)) {
		return false;
	}
	key.algorithm = kind->algorithm;
	key.key = make_key(jwk, kind, error);
	if (key.key == NULL) {
		return false;
	}
	if (!take_thumbprint(jwk, kind, key.thumbprint)) {
		EVP_PKEY_free(key.key);
		return fail(error, NULL, "out of memory");
	}
	if (!check_identity(jwk, terms, &key, error)) {
		EVP_PKEY_free(key.key);
		return false;
	}
	*out = key;
	return true;
}
