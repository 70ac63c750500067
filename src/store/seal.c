/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <stdlib.h>
#include <string.h>

#define MAC_LEN 32u
#define ID_LEN 24u /* bytes of the HMAC in a key of the store: 32 characters */
#define VERSION 1
#define HEAD_LEN 9u /* version, expiry */

struct keys {
	uint8_t names[STORE_LABELS][MAC_LEN];  /* for the keys of the store */
	uint8_t values[STORE_LABELS][MAC_LEN]; /* for its values */
};

struct store_seal {
	size_t count;
	struct keys keys[STORE_SECRETS_MAX];
};

static const char *const words[STORE_LABELS] = {
	[STORE_LABEL_MEMBERS] = "members",
	[STORE_LABEL_RATE] = "rate",
	[STORE_LABEL_NAME] = "name",
	[STORE_LABEL_BAN] = "ban",
};

/* HKDF-SHA-256 without a salt; `info` is "doorward shared 1 PURPOSE LABEL". */
static bool derive(
	struct str secret, const char *purpose, enum store_label label, uint8_t out[MAC_LEN])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	size_t len = MAC_LEN;
	struct bytes info;

	bytes_init(&info, 0);
	bytes_appendf(&info, "doorward shared 1 %s %s", purpose, words[label]);
	bool good = ctx != NULL && !info.failed && EVP_PKEY_derive_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_hkdf_md(ctx, EVP_sha256()) == 1 &&
		    EVP_PKEY_CTX_set1_hkdf_key(
			    ctx, (const unsigned char *)secret.data, (int)secret.len) == 1 &&
		    EVP_PKEY_CTX_add1_hkdf_info(ctx, info.data, (int)info.len) == 1 &&
		    EVP_PKEY_derive(ctx, out, &len) == 1 && len == MAC_LEN;

	bytes_clear(&info);
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static bool derive_all(struct keys *keys, struct str secret)
{
	for (unsigned label = 0; label < STORE_LABELS; label++) {
		if (!derive(secret, "key", (enum store_label)label, keys->names[label]) ||
			!derive(secret, "value", (enum store_label)label, keys->values[label])) {
			return false;
		}
	}
	return true;
}

struct store_seal *store_seal_new(struct str_list secrets)
{
	struct store_seal *seal = calloc(1, sizeof(*seal));

	if (seal == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < secrets.count && i < STORE_SECRETS_MAX; i++) {
		if (!derive_all(&seal->keys[i], secrets.items[i])) {
			store_seal_free(seal);
			return NULL;
		}
		seal->count++;
	}
	return seal;
}

void store_seal_free(struct store_seal *seal)
{
	if (seal != NULL) {
		OPENSSL_cleanse(seal, sizeof(*seal));
		free(seal);
	}
}

size_t store_seal_secret_count(const struct store_seal *seal)
{
	return seal->count;
}

static bool mac(const uint8_t key[MAC_LEN], struct str text, uint8_t out[MAC_LEN])
{
	unsigned len = 0;

	return HMAC(EVP_sha256(), key, MAC_LEN, (const unsigned char *)text.data, text.len, out,
		       &len) != NULL &&
	       len == MAC_LEN;
}

/* base64url (RFC 4648) of whole groups of three bytes. */
static void append_base64url(struct bytes *out, const uint8_t *data, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = 0; i + 2 < len; i += 3) {
		uint32_t bits = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];

		for (unsigned shift = 24; shift > 0; shift -= 6) {
			bytes_append_u8(out, (uint8_t)digits[bits >> (shift - 6) & 63]);
		}
	}
}

void store_seal_key(const struct store_seal *seal, size_t secret, enum store_label label,
	struct str identity, struct bytes *out)
{
	uint8_t id[MAC_LEN];

	if (secret >= seal->count || !mac(seal->keys[secret].names[label], identity, id)) {
		out->failed = true;
		return;
	}
	bytes_append_text(out, STORE_KEY_PREFIX);
	bytes_append_text(out, words[label]);
	bytes_append_u8(out, ':');
	append_base64url(out, id, ID_LEN);
}

/* The length of the identity goes before it, so that no two inputs have the same bytes. */
static bool value_mac(const uint8_t key[MAC_LEN], struct str identity, struct str head_and_value,
	uint8_t out[MAC_LEN])
{
	uint64_t len = identity.len;
	struct bytes text;

	bytes_init(&text, 0);
	for (unsigned i = 0; i < 8; i++) {
		bytes_append_u8(&text, (uint8_t)(len >> (56 - 8 * i)));
	}
	bytes_append_str(&text, identity);
	bytes_append_str(&text, head_and_value);
	bool good = !text.failed && mac(key, bytes_view(&text), out);

	bytes_clear(&text);
	return good;
}

void store_seal_close(const struct store_seal *seal, enum store_label label, struct str identity,
	struct str value, int64_t expires_ms, struct bytes *out)
{
	size_t from = out->len;
	uint8_t code[MAC_LEN];

	bytes_append_u8(out, VERSION);
	for (unsigned i = 0; i < 8; i++) {
		bytes_append_u8(out, (uint8_t)((uint64_t)expires_ms >> (56 - 8 * i)));
	}
	bytes_append_str(out, value);
	if (out->failed || seal->count == 0 ||
		!value_mac(seal->keys[0].values[label], identity, str_from(bytes_view(out), from),
			code)) {
		out->failed = true;
		return;
	}
	bytes_append(out, code, sizeof(code));
}

static bool is_genuine(const struct store_seal *seal, enum store_label label, struct str identity,
	struct str head_and_value, const char *code)
{
	bool genuine = false;

	for (size_t i = 0; i < seal->count; i++) {
		uint8_t right[MAC_LEN];

		if (value_mac(seal->keys[i].values[label], identity, head_and_value, right) &&
			CRYPTO_memcmp(right, code, MAC_LEN) == 0) {
			genuine = true;
		}
	}
	return genuine;
}

enum store_opened store_seal_open(const struct store_seal *seal, enum store_label label,
	struct str identity, struct str sealed, int64_t now_ms, struct str *value,
	int64_t *expires_ms)
{
	uint64_t expires = 0;

	if (sealed.len < HEAD_LEN + MAC_LEN || sealed.data[0] != VERSION) {
		return STORE_FORGED;
	}
	struct str signed_part = {sealed.data, sealed.len - MAC_LEN};

	if (!is_genuine(seal, label, identity, signed_part, sealed.data + signed_part.len)) {
		return STORE_FORGED;
	}
	for (unsigned i = 1; i < HEAD_LEN; i++) {
		expires = expires << 8 | (uint8_t)sealed.data[i];
	}
	if ((int64_t)expires <= now_ms) {
		return STORE_EXPIRED;
	}
	*value = str_from(signed_part, HEAD_LEN);
	*expires_ms = (int64_t)expires;
	return STORE_OPENED;
}
