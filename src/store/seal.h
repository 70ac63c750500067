/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_STORE_SEAL_H
#define DW_STORE_SEAL_H

#include "base/bytes.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a store holds says nothing in clear about clients, and a process that can write to the store
 * but has no secret can neither make a value nor move one to another key. Keys of the store are
 * PREFIX + LABEL + ":" + base64url of an HMAC-SHA-256 of the identity. Values are encrypted and
 * authenticated by AES-256-GCM, with their absolute expiry, which stands in clear, and a key for
 * each value that comes from the label, the identity and 24 random bytes by HMAC-SHA-256. Only the
 * length of a value can be seen. Each label has keys of its own, derived from the secret by
 * HKDF-SHA-256 (RFC 5869). Immutable: threads may share it.
 */
struct store_seal;

#define STORE_SECRETS_MAX 2
#define STORE_SECRET_MIN 32 /* bytes of one secret */
#define STORE_SECRET_MAX 256
#define STORE_KEY_PREFIX "dw1:"

/* What keys and values are for: one label can never be read as another. */
enum store_label {
	STORE_LABEL_MEMBERS,
	STORE_LABEL_RATE,
	STORE_LABEL_NAME,
	STORE_LABEL_BAN,
	STORE_LABEL_NONCE,
	STORE_LABELS
};

/*
 * One or two secrets, copied: the first makes keys and values, each opens values. NULL when out of
 * memory, or if OpenSSL fails.
 */
struct store_seal *store_seal_new(struct str_list secrets);
/* Wipes and frees it; NULL is ignored. */
void store_seal_free(struct store_seal *seal);
size_t store_seal_secret_count(const struct store_seal *seal);

/*
 * Appends the key for `identity` (any bytes) by the secret with this number: 0 for all that is
 * written; 1, if there is one, finds what was written before the secrets changed. On failure
 * out->failed is set.
 */
void store_seal_key(const struct store_seal *seal, size_t secret, enum store_label label,
	struct str identity, struct bytes *out);

/*
 * Appends the sealed form of `value`, valid until `expires_ms` (Unix time in milliseconds). On
 * failure out->failed is set.
 */
void store_seal_close(const struct store_seal *seal, enum store_label label, struct str identity,
	struct str value, int64_t expires_ms, struct bytes *out);

enum store_opened {
	STORE_OPENED,
	STORE_EXPIRED, /* genuine, but its time is over */
	STORE_FORGED   /* not made with a secret for this label and identity, or damaged */
};

/*
 * Opens what store_seal_close made for the same label and identity: appends the value to *value,
 * whose `failed` says when out of memory, and sets *expires_ms, only if STORE_OPENED. `now_ms` is
 * the local real-time clock.
 */
enum store_opened store_seal_open(const struct store_seal *seal, enum store_label label,
	struct str identity, struct str sealed, int64_t now_ms, struct bytes *value,
	int64_t *expires_ms);

#endif
