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
 * A trust store: certificates in which chains may end, revocation lists and pins, read as a whole
 * and immutable from then on. The system's own certificates are not trusted.
 */
struct cert_trust;

/* Paths that are not configured are NULL; the places are for errors. */
struct cert_trust_settings {
	const char *ca_file;
	const char *ca_dir;
	const char *const *crl_files; /* files and folders */
	size_t crl_file_count;
	const char *pins;
	uint32_t depth; /* the most intermediates */
	uint32_t security_level;
	bool crl_leaf_only; /* the first certificate alone needs a CRL */
	bool partial_chain;
	bool strict; /* X509_V_FLAG_X509_STRICT */
	/*
	 * OIDs of certificate policies, of which a chain must assert one (RFC 5280 6.1, the
	 * user-initial-policy-set, with initial-explicit-policy); none: policies do not count.
	 */
	const char *const *policies;
	size_t policy_count;
	bool allow_missing_eku;
	struct place ca_file_place;
	struct place ca_dir_place;
	struct place crl_file_place;
	struct place pins_place;
};

/*
 * NULL after diag_error, which reports all errors in the files. `before`, which may be NULL, is of
 * the same settings: a file that cannot be used now keeps what it had then, so that no other file
 * waits for it.
 */
struct cert_trust *cert_trust_load(const struct cert_trust_settings *settings,
	const struct cert_trust *before, struct diag *diag);
void cert_trust_free(struct cert_trust *trust);
/* Files that could not be used: they keep what they had before, or count for nothing. */
size_t cert_trust_bad_files(const struct cert_trust *trust);
/* A number that changes when a file changes: see cert_trust_file_stamp. */
uint64_t cert_trust_stamp(const struct cert_trust_settings *settings);

/* When a certificate of the CA files, or a CRL that counts now, ends. */
struct cert_trust_end {
	bool is_crl;
	struct str name; /* subject, or issuer of the CRL; RFC 2253 */
	int64_t begins_s;
	int64_t ends_s;
};

typedef void cert_trust_each_end(void *ctx, const struct cert_trust_end *end);

/* `each` borrows its arguments. */
void cert_trust_ends(
	const struct cert_trust *trust, int64_t wall_s, cert_trust_each_end *each, void *ctx);

enum cert_finding {
	CERT_TRUSTED,
	CERT_UNTRUSTED, /* no chain, or one that may not be used for this, or no usable CRL */
	CERT_REVOKED,
	CERT_EXPIRED, /* the certificate, or one of its chain */
	CERT_NOT_YET_VALID,
	CERT_UNDECIDED /* out of memory */
};

/*
 * Keys of a chain that was verified here, by the SHA-256 of their SubjectPublicKeyInfo, as in
 * struct cert_identity. Both are absent if there is no chain, because the certificate is pinned or
 * the front end alone verified it.
 */
struct cert_chain_keys {
	/* that signed the client's certificate; absent if the chain has no other certificate */
	struct str issuer;
	struct str anchor; /* of the trusted certificate in which the chain ends */
};

struct cert_verdict {
	enum cert_finding finding;
	int error;       /* OpenSSL's number, X509_V_ERR_*; 0 with CERT_TRUSTED */
	int depth;       /* of the certificate with the error: 0 is the client's own */
	struct str text; /* OpenSSL's text, or doorward's for number 50; with number and depth */
	/*
	 * CERT_TRUSTED is valid from the first until before the second: the validity of each
	 * certificate of the chain, and of the CRLs.
	 */
	int64_t from_s;
	int64_t until_s;
	struct cert_chain_keys keys; /* with CERT_TRUSTED */
};

/*
 * Verifies a chain as it came, the client's certificate first, as that of a TLS client (RFC 5280,
 * purpose sslclient): the certificates behind the first are untrusted. Beyond OpenSSL's checks, the
 * first must not be a CA's in any of the ways that X509_check_ca(3) knows, must have the extended
 * key usage clientAuth, and digitalSignature if it has a key usage. `identity` is the first
 * certificate's, from cert_read: a pinned certificate passes while it is valid, whatever the other
 * checks find.
 *
 * The texts lie in the arena. Thread-safe; leaves OpenSSL's error queue as it was.
 */
void cert_trust_verify(const struct cert_trust *trust, const struct cert_chain *chain,
	const struct cert_identity *identity, int64_t wall_s, struct arena *arena,
	struct cert_verdict *out);

#endif
