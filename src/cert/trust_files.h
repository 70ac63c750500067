/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_TRUST_FILES_H
#define DW_CERT_TRUST_FILES_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/util.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

/* The files of a trust store: PEM or DER, single files or folders. */

enum cert_trust_file { CERT_TRUST_FILE_CAS, CERT_TRUST_FILE_CRLS };

#define CERT_TRUST_FILE_MAX (64 << 20) /* bytes of one file */

/*
 * Reads every certificate or every CRL of a file; of a folder, those of its files that have the
 * usual names (*.pem; *.crt, *.cer and HASH.N; *.crl and HASH.rN). Adds them to `into`, of X509 or
 * of X509_CRL. False after diag_error: a file that cannot be read, that has none, or that has
 * anything else in armor. What was added before stays.
 */
NODISCARD bool cert_trust_file_read(enum cert_trust_file kind, const char *key, const char *path,
	const struct place *place, void *into, struct diag *diag);

/*
 * A number for the state of a path and, if it is a folder, of the files in it: it changes when one
 * is added, removed, replaced or written to. Only folders are opened.
 */
uint64_t cert_trust_file_stamp(const char *path);

/* Appends a whole file, of at most `max` bytes; on failure errno is set. */
NODISCARD bool cert_trust_file_file(const char *path, size_t max, struct bytes *out);

#endif
