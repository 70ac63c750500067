/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_PINS_H
#define DW_CERT_PINS_H

#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"

#include <stdbool.h>

/* SHA-256 fingerprints of certificates, and of public keys, that are trusted without a chain. */
struct cert_pins;

/*
 * Reads a file of fingerprints, one a line, as fingerprint_read reads them: `spki:` stands before
 * that of a public key. Empty lines, and lines that begin with #, are ignored. NULL after
 * diag_error, also for a file without any fingerprint.
 */
struct cert_pins *cert_pins_load(const char *path, const struct place *place, struct diag *diag);
/* NULL stays NULL. */
struct cert_pins *cert_pins_ref(struct cert_pins *pins);
void cert_pins_unref(struct cert_pins *pins);

/* `sha256` and `spki`: lower-case hexadecimal, as from cert_read. */
bool cert_pins_match(const struct cert_pins *pins, struct str sha256, struct str spki);

#endif
