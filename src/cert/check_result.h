/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_CHECK_RESULT_H
#define DW_CERT_CHECK_RESULT_H

#include "cert/cert.h"
#include "cert/trust.h"

/* A certificate as it came, with everything except the time on which its checks depend. */
struct cert_check_request {
	struct str text; /* as the front end encodes it */
	enum cert_codec codec;
	bool list;                /* intermediates may follow in the text */
	struct str intermediates; /* a separate text; absent: none */
	/* decoded, in place of the texts; NULL: the texts are used */
	const struct cert_chain *given;
	bool cn_fallback;
	const struct cert_trust *trust; /* NULL: nothing is verified by doorward */
};

/* The expensive part of the checks. Immutable and shared: hold a reference. */
struct cert_check_result {
	enum cert_status status; /* CERT_OK: the members below are set */
	const char *why;         /* otherwise what was wrong, a static string */
	struct cert_identity identity;
	struct cert_verdict verdict; /* with trust NULL: TRUSTED at all times */
};

/* Decodes, reads and verifies: takes about 100 to 400 us. NULL when out of memory. */
const struct cert_check_result *cert_check(
	const struct cert_check_request *request, int64_t wall_s);
const struct cert_check_result *cert_check_result_ref(const struct cert_check_result *checked);
void cert_check_result_unref(const struct cert_check_result *checked);

#endif
