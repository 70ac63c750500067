/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_OID_H
#define DW_BASE_OID_H

#include "base/str.h"

#include <stdbool.h>

/* The most bytes of an object identifier as text, without a NUL. */
#define OID_MAX_LEN 255

/*
 * Whether the text is an object identifier in its only dotted form: at least two numbers, without
 * leading zeros; the first at most 2, and the second at most 39 unless the first is 2.
 */
bool oid_is_valid(struct str text);

#endif
