/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_TRUST_H
#define DW_CERT_TRUST_H

#include "base/diag.h"
#include "base/str.h"
#include "base/util.h"
#include "cert/cert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What certificates are verified by here: certificates that chains may end in, revocation lists and
 * pins, read as a whole and immutable from then on. Nothing of the system's own is trusted.
 */
struct cert_trust;

/* Paths that are not given are NULL; the places are those that errors name. */
struct cert_trust_settings {
	const char *ca_file;
	const char *ca_dir;
	const char *const *crl_files; /* files and folders */
	size_t crl_file_count;
	const char *pins;
	uint32_t depth; /* intermediates at most */
	uint32_t security_level;
	bool partial_chain;
	bool strict; /* X509_V_FLAG_X509_STRICT */
	bool allow_missing_eku;
	struct place ca_file_place;
	struct place ca_dir_place;
	struct place crl_file_place;
	struct place pins_place;
};

/* NULL after diag_error, which tells everything that is wrong with the files. */
struct cert_trust *cert_trust_load(const struct cert_trust_settings *settings, struct diag *diag);
void cert_trust_free(struct cert_trust *trust);
/* Another number once a file changes: see cert_trust_file_stamp. */
uint64_t cert_trust_stamp(const struct cert_trust_settings *settings);

enum cert_finding {
	CERT_TRUSTED,
	CERT_UNTRUSTED, /* no chain, or one that may not be used like this, or no usable CRL */
	CERT_REVOKED,
	CERT_EXPIRED, /* the certificate, or one that its chain needs */
	CERT_NOT_YET_VALID,
	CERT_UNDECIDED /* out of memory */
};

struct cert_verdict {
	enum cert_finding finding;
	int error;       /* OpenSSL's number, X509_V_ERR_*; 0 with CERT_TRUSTED */
	int depth;       /* of the certificate that it is about: 0 is the client's own */
	struct str text; /* OpenSSL's, or our own for number 50; with number and depth */
	/* CERT_TRUSTED holds from the first until before the second: validity of each certificate
	 * of the chain, and of the CRLs. */
	int64_t from_s;
	int64_t until_s;
};

/*
 * Judges a chain as it came, the client's certificate first, as a TLS client's (RFC 5280, purpose
 * sslclient): the certificates behind the first are untrusted help. Beyond what OpenSSL asks, the
 * first must not be a CA's in any of the ways that X509_check_ca(3) knows, must have the extended
 * key usage clientAuth, and digitalSignature if it has a key usage. `identity` is the first's, as
 * cert_read has it: one that is pinned passes while it is valid, whatever else there is to say.
 *
 * The text lies in the arena. Thread-safe; leaves OpenSSL's error queue as it was.
 */
void cert_trust_verify(const struct cert_trust *trust, const struct cert_chain *chain,
	const struct cert_identity *identity, int64_t wall_s, struct arena *arena,
	struct cert_verdict *out);

#endif
