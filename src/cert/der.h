/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_DER_H
#define DW_CERT_DER_H

#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>

#define CERT_DER_MAX_DEPTH 32 /* values within values */

/*
 * True if the bytes are exactly one value in DER (X.690 sections 8, 10 and 11): definite, shortest
 * lengths, strings in one piece, and the canonical form of each BOOLEAN, INTEGER, BIT STRING, NULL
 * and OBJECT IDENTIFIER, at every depth. The contents of implicit tags and of OCTET STRINGs are not
 * checked. *why names what was wrong, a static string.
 */
NODISCARD bool cert_der_check(struct str der, const char **why);

#endif
