/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_BASE_OID_NAMES_H
#define DW_BASE_OID_NAMES_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* An object identifier (X.660) and the names by which programs and standards know it. */
struct oid_name {
	const char *oid; /* dotted decimal */
	const char *name;
	const char *others; /* further names, separated by | */
	bool sized;         /* a type of public key whose keys have different sizes in bits */
};

struct oid_names {
	const struct oid_name *items;
	size_t count;
};

/* Types of public keys, and elliptic curves: `rsa`, `ec`, `ed25519`, `P-256`. */
extern const struct oid_names oid_keys;
/* Extended key usages (RFC 5280 4.2.1.12, and those of OpenSSL): `clientAuth`. */
extern const struct oid_names oid_usages;
/* Certificate policies: `anyPolicy`. */
extern const struct oid_names oid_policies;

/* Finds it by OID or by any of its names, without case. NULL: it is not in the table. */
const struct oid_name *oid_find(const struct oid_names *names, struct str text);
/* The name that was probably meant; NULL: no name is similar. */
const char *oid_suggest(const struct oid_names *names, struct str text);

#endif
