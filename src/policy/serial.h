/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_SERIAL_H
#define DW_POLICY_SERIAL_H

#include "policy/text.h"

/*
 * Serial numbers in hexadecimal, "-" before a negative one, as programs print them: with or without
 * 0x, leading zeros, and single colons or blanks between the digits; `4660 (0x1234)`; each also
 * after `serial=` or `Serial Number:`. What may be decimal is an error: decimal digits without 0x
 * and colons, unless they are whole octets of which the first begins with 0 (`0123`), or octets
 * with blanks between them (`12 34`).
 */
extern const struct policy_text_kind policy_text_serial;

#define POLICY_SERIAL_DIGITS_MAX 128

#endif
