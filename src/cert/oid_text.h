/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_OID_TEXT_H
#define DW_CERT_OID_TEXT_H

#include "base/arena.h"
#include "base/str.h"
#include "base/util.h"

#include <openssl/objects.h>
#include <stdbool.h>

/*
 * Writes the identifier in dotted decimal. False if it takes more than OID_MAX_LEN bytes, or is
 * malformed. True with out->data == NULL when out of memory.
 */
NODISCARD bool cert_oid_text(const ASN1_OBJECT *oid, struct arena *arena, struct str *out);

#endif
