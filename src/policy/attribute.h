/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_POLICY_ATTRIBUTE_H
#define DW_POLICY_ATTRIBUTE_H

#include "base/dn.h"
#include "base/str.h"

#include <stddef.h>

/* A type of attribute in a distinguished name (X.520, RFC 4519, PKCS #9). */
struct policy_attribute {
	const char *name; /* as OpenSSL writes it in RFC 2253 text */
	const char *oid;
	const char *others;       /* other names for it, separated by blanks */
	enum dn_attribute values; /* of the field with its values; DN_ATTRIBUTES: it has no field */
};

extern const struct policy_attribute policy_attributes[];
extern const size_t policy_attribute_count;

/* Finds it by name, without case, or by OID, with or without "OID." before it. NULL: unknown. */
const struct policy_attribute *policy_attribute_find(struct str name);
/* The name that was probably meant; NULL: no name is similar. */
const char *policy_attribute_suggest(struct str name);

#endif
