/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_NAMES_H
#define DW_CERT_NAMES_H

#include "cert/cert.h"

#include <openssl/x509.h>

#define CERT_HOST_NAME_MAX 253 /* characters, without a final dot */

/*
 * The part of cert_read that reads the distinguished names: subject, issuer, and the values of
 * their attributes.
 */
NODISCARD enum cert_status cert_read_subject_and_issuer(
	const X509 *x, struct arena *arena, struct cert_identity *out, const char **why);

/*
 * A host name without its final dot: labels of letters, digits, hyphens (not at an end) and `_`, at
 * most 253 characters in all, the last label not a number (which would make it an IPv4 address).
 */
bool cert_is_host_name(struct str name);
/*
 * Appends a name to the list, whose array is `items` and has room for it. A name without data is
 * one for which there was no memory.
 */
NODISCARD enum cert_status cert_keep_name(
	struct str name, struct str *items, struct str_list *list);
/* A copy in lower case; data is NULL when out of memory. */
struct str cert_dup_lower(struct arena *arena, struct str s);

#endif
