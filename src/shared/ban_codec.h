/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_BAN_CODEC_H
#define DW_SHARED_BAN_CODEC_H

#include "ban/ban.h"
#include "store/seal.h"

/*
 * A ban in the store: a field of a hash, which is derived from what is banned, and its value, which
 * is the line of the ban, encrypted and sealed until the end of its time.
 */

/* Appends field and value. On failure the `failed` of one is set. */
void shared_ban_encode(const struct store_seal *seal, const struct ban *ban, struct bytes *field,
	struct bytes *value);

/* Reads a value; *out, with its texts in the arena, is set only if STORE_OPENED. */
enum store_opened shared_ban_decode(const struct store_seal *seal, struct str field,
	struct str value, int64_t now_ms, struct arena *arena, struct ban *out);

#endif
