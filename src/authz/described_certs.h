/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_DESCRIBED_CERTS_H
#define DW_AUTHZ_DESCRIBED_CERTS_H

#include "base/util.h"
#include "cert/cert.h"

/*
 * Adds the certificates of a text that people give to *out: at most `max` armored ones (RFC 7468),
 * with anything between them, or without any the whole text as one in DER. NULL, or what was wrong,
 * a static string. A certificate over a limit of cert/cert.h is no error of the text:
 * out->over_limit says so, and the decision is cert_malformed, as it is for a front end's.
 */
NODISCARD const char *authz_described_certs(
	struct str text, size_t max, struct arena *arena, struct cert_chain *out);

#endif
