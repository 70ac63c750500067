/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_TRUST_ITEMS_H
#define DW_CERT_TRUST_ITEMS_H

#include "base/bytes.h"
#include "base/util.h"

#include <stdbool.h>
#include <stddef.h>

/* The certificates, or the CRLs, in the files of a trust store. */

enum cert_trust_kind { CERT_TRUST_CAS, CERT_TRUST_CRLS };

struct cert_trust_file {
	char *path;
	void *items; /* a stack of X509 or of X509_CRL, by the kind */
};

/* What was read of one kind of files, each for itself. Begins as zeros but for `kind`. */
struct cert_trust_files {
	enum cert_trust_kind kind;
	struct cert_trust_file *files;
	size_t count;
	size_t room;
	size_t bad; /* files that could not be used: what they had before is kept, if anything */
};

/* An empty stack, as in struct cert_trust_file; NULL when out of memory. */
void *cert_trust_items_new(enum cert_trust_kind kind);
/* A stack with references to the same items; NULL when out of memory. */
void *cert_trust_items_share(enum cert_trust_kind kind, void *items);
void cert_trust_items_free(enum cert_trust_kind kind, void *items);

/*
 * Adds every certificate or every CRL of a file's content, PEM or DER. A CRL by the key of one of
 * the `cas`, which may be NULL, must have a good signature. False: it cannot be used, and `why`
 * says why; some may have been added.
 */
NODISCARD bool cert_trust_items_read(enum cert_trust_kind kind, const struct bytes *content,
	const struct cert_trust_files *cas, void *items, struct bytes *why);

/* "certificate" or "CRL". */
const char *cert_trust_items_noun(enum cert_trust_kind kind);

#endif
