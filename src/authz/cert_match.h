/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_CERT_MATCH_H
#define DW_AUTHZ_CERT_MATCH_H

#include "authz/trusted_input.h"

/*
 * What the front end says of the certificate that its result is about, and that does not hold for
 * this one: then it verified another certificate, and this one is the client's own text.
 * CERT_INPUT_COUNT: all that it says holds. Names are compared as rules compare them (policy/dn.h).
 */
enum cert_input authz_cert_mismatch(const struct authz_trusted_cert *sent,
	const struct cert_sources *sources, const struct cert_identity *identity);

#endif
