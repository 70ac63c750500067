/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_SHARED_NAME_SCRIPT_H
#define DW_SHARED_NAME_SCRIPT_H

#include "base/util.h"
#include "store/script.h"

#include <stdbool.h>

/*
 * What asks the store for a client's names. KEYS: the client's; ARGV: for how many milliseconds a
 * claim lasts, or 0. It returns the value; or the empty string: another machine has claimed to look
 * the client up; or null: there was nothing, and with ARGV not 0 there is a claim now. False when
 * OpenSSL has no SHA-1.
 */
NODISCARD bool shared_name_script_init(struct store_script *script);

#endif
