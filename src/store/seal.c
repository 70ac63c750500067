/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "store/seal.h"

#include "base/random.h"

#include <limits.h>
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
#define NONCE_LEN 24u
#define TAG_LEN 16u

struct keys {
	uint8_t names[STORE_LABELS][MAC_LEN];  /* for the keys of the store */
	uint8_t values[STORE_LABELS][MAC_LEN]; /* for its values */
};

struct store_seal {
	EVP_CIPHER *cipher;
	size_t count;
	struct keys keys[STORE_SECRETS_MAX];
};

static const char *const words[STORE_LABELS] = {
	[STORE_LABEL_MEMBERS] = "members",
	[STORE_LABEL_RATE] = "rate",
	[STORE_LABEL_NAME] = "name",
	[STORE_LABEL_BAN] = "ban",
	[STORE_LABEL_NONCE] = "nonce",
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
	seal->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	if (seal->cipher == NULL) {
		store_seal_free(seal);
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
		EVP_CIPHER_free(seal->cipher);
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

/*
 * The key for one value: an HMAC of the length of the identity, the identity, and a nonce so long
 * that it never comes twice, however many machines draw one. AES-GCM with a nonce of its own 96
 * bits and one key would be safe for some billions of values only.
 */
static bool value_key(
	const uint8_t key[MAC_LEN], struct str identity, const uint8_t *nonce, uint8_t out[MAC_LEN])
{
	uint64_t len = identity.len;
	struct bytes text;

	bytes_init(&text, 0);
	for (unsigned i = 0; i < 8; i++) {
		bytes_append_u8(&text, (uint8_t)(len >> (56 - 8 * i)));
	}
	bytes_append_str(&text, identity);
	bytes_append(&text, nonce, NONCE_LEN);
	bool good = !text.failed && mac(key, bytes_view(&text), out);

	bytes_clear(&text);
	return good;
}

/* As each key is used once, GCM's own nonce is always zero. */
static bool encrypt(const struct store_seal *seal, const uint8_t key[MAC_LEN], const uint8_t *head,
	struct str value, uint8_t *out)
{
	static const uint8_t zero[12];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;
	int rest = 0;
	bool good = ctx != NULL && EVP_EncryptInit_ex2(ctx, seal->cipher, key, zero, NULL) == 1 &&
		    EVP_EncryptUpdate(ctx, NULL, &len, head, HEAD_LEN) == 1 &&
		    EVP_EncryptUpdate(
			    ctx, out, &len, (const uint8_t *)value.data, (int)value.len) == 1 &&
		    EVP_EncryptFinal_ex(ctx, out + len, &rest) == 1 &&
		    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, out + value.len) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return good;
}

void store_seal_close(const struct store_seal *seal, enum store_label label, struct str identity,
	struct str value, int64_t expires_ms, struct bytes *out)
{
	uint8_t head[HEAD_LEN + NONCE_LEN] = {VERSION};
	uint8_t key[MAC_LEN];
	size_t tail = value.len + TAG_LEN;
	uint8_t *room = value.len <= INT_MAX ? malloc(tail) : NULL;

	for (unsigned i = 0; i < 8; i++) {
		head[1 + i] = (uint8_t)((uint64_t)expires_ms >> (56 - 8 * i));
	}
	random_bytes(head + HEAD_LEN, NONCE_LEN);
	if (room == NULL || seal->count == 0 ||
		!value_key(seal->keys[0].values[label], identity, head + HEAD_LEN, key) ||
		!encrypt(seal, key, head, value, room)) {
		out->failed = true;
	} else {
		bytes_append(out, head, sizeof(head));
		bytes_append(out, room, tail);
	}
	OPENSSL_cleanse(key, sizeof(key));
	free(room);
}

/* *out has room for `value`; it is undefined unless true is returned. */
static bool decrypt(const struct store_seal *seal, const uint8_t key[MAC_LEN], const uint8_t *head,
	struct str value, const uint8_t *tag, uint8_t *out)
{
	static const uint8_t zero[12];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t expected[TAG_LEN];
	int len = 0;
	int rest = 0;

	memcpy(expected, tag, TAG_LEN);
	bool good = ctx != NULL && EVP_DecryptInit_ex2(ctx, seal->cipher, key, zero, NULL) == 1 &&
		    EVP_DecryptUpdate(ctx, NULL, &len, head, HEAD_LEN) == 1 &&
		    EVP_DecryptUpdate(
			    ctx, out, &len, (const uint8_t *)value.data, (int)value.len) == 1 &&
		    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, expected) == 1 &&
		    EVP_DecryptFinal_ex(ctx, out + len, &rest) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return good;
}

/* By the first secret that opens it. */
static bool open_by_any(const struct store_seal *seal, enum store_label label, struct str identity,
	const uint8_t *head, struct str value, const uint8_t *tag, uint8_t *out)
{
	bool good = false;

	for (size_t i = 0; i < seal->count && !good; i++) {
		uint8_t key[MAC_LEN];

		good = value_key(seal->keys[i].values[label], identity, head + HEAD_LEN, key) &&
		       decrypt(seal, key, head, value, tag, out);
		OPENSSL_cleanse(key, sizeof(key));
	}
	return good;
}

enum store_opened store_seal_open(const struct store_seal *seal, enum store_label label,
	struct str identity, struct str sealed, int64_t now_ms, struct bytes *value,
	int64_t *expires_ms)
{
	const size_t head_len = HEAD_LEN + NONCE_LEN;
	const uint8_t *head = (const uint8_t *)sealed.data;
	uint64_t expires = 0;

	if (sealed.len < head_len + TAG_LEN || sealed.len > INT_MAX || head[0] != VERSION) {
		return STORE_FORGED;
	}
	size_t len = sealed.len - head_len - TAG_LEN;
	uint8_t *room = malloc(len + 1);

	if (room == NULL ||
		!open_by_any(seal, label, identity, head, (struct str){sealed.data + head_len, len},
			head + head_len + len, room)) {
		free(room);
		return STORE_FORGED;
	}
	for (unsigned i = 1; i < HEAD_LEN; i++) {
		expires = expires << 8 | head[i];
	}
	bool expired = (int64_t)expires <= now_ms;

	if (!expired) {
		bytes_append(value, room, len);
		*expires_ms = (int64_t)expires;
	}
	free(room);
	return expired ? STORE_EXPIRED : STORE_OPENED;
}
