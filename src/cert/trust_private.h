/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_TRUST_PRIVATE_H
#define DW_CERT_TRUST_PRIVATE_H

#include "cert/crl_set.h"
#include "cert/pins.h"
#include "cert/trust_files.h"

#include <openssl/x509_vfy.h>

struct cert_trust {
	X509_STORE *store;
	struct cert_trust_files ca_files;
	struct cert_trust_files crl_files;
	STACK_OF(X509) * crl_signers; /* of the CA files; NULL: CRLs are not checked */
	struct cert_crl_set *crls;    /* NULL: CRLs are not checked */
	struct cert_pins *pins;       /* NULL: no pins */
	bool bad_pins; /* the file could not be read again: `pins` is of its last state */
	bool allow_missing_eku;
	char *policy_hint; /* the policies that a chain must assert one of; NULL: any will do */
};

#endif
