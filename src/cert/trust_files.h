/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_TRUST_FILES_H
#define DW_CERT_TRUST_FILES_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/util.h"
#include "cert/trust_items.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The files of a trust store: PEM or DER, single files or folders. */

#define CERT_TRUST_FILE_MAX (64 << 20) /* bytes of one file */

/* Where files are read for. */
struct cert_trust_reading {
	const char *key;
	const struct place *place;
	/*
	 * What these files had when they were last read; NULL: they are read for the first time.
	 * A file that cannot be used now keeps it.
	 */
	const struct cert_trust_files *before;
	/* A CRL by the key of one of these must have a good signature; NULL for certificates. */
	const struct cert_trust_files *cas;
	struct diag *diag;
};

/*
 * Reads every certificate or every CRL of a file; of a folder, those of its files that have the
 * usual names (*.pem; *.crt, *.cer and HASH.N; *.crl and HASH.rN). A file cannot be used if it
 * cannot be read, has none, or has anything else in armor, also in part.
 *
 * Such a file is reported. False if it leaves nothing in its place: if it was not read before, and
 * is not one of several, in a folder of CRLs or at a later reading.
 */
NODISCARD bool cert_trust_files_read(
	struct cert_trust_files *files, const struct cert_trust_reading *reading, const char *path);
void cert_trust_files_clear(struct cert_trust_files *files);

/*
 * A number for the state of a path and, if it is a folder, of the files in it: it changes when one
 * is added, removed, replaced or written to. Only folders are opened.
 */
uint64_t cert_trust_file_stamp(const char *path);

#endif
