/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_TESTS_CERT_GOLDEN_H
#define DW_TESTS_CERT_GOLDEN_H

#include "base/str.h"

#include <stdint.h>

/* A certificate, and what others than doorward read in it. Lists have one value a line. */
struct golden_certificate {
	const char *name;
	const char *subject;
	const char *issuer;
	const char *serial;
	const char *sha256;
	const char *spki;
	const char *cn;
	const char *dns;
	const char *email;
	const char *uri;
	const char *ip;
	int64_t not_before;
	int64_t not_after;
	struct str der;
};

/* What a front end put into a param or header, and the golden certificate it stands for, or -1. */
struct golden_text {
	const char *where;
	int certificate;
	const char *text;
};

/* nginx's own words about a certificate: $ssl_client_s_dn, _i_dn, _serial, _v_end. */
struct golden_words {
	int certificate;
	const char *subject;
	const char *issuer;
	const char *serial;
	const char *not_after;
};

#include "vectors/certificates.inc"

#endif
