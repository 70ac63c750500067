/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_NONCE_SCRIPT_H
#define DW_SHARED_NONCE_SCRIPT_H

#include "base/util.h"
#include "store/script.h"

#include <stdbool.h>

/*
 * What sets a nonce in the store. KEYS: the nonce's, by each secret, so that machines which have
 * changed their secret and others which have not yet see the same; ARGV: for how many milliseconds.
 * It returns how many of the keys were not there: all of them, if the nonce is new. False when
 * OpenSSL has no SHA-1.
 */
NODISCARD bool shared_nonce_script_init(struct store_script *script);

#endif
