/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_CHECK_RESULT_H
#define DW_CERT_CHECK_RESULT_H

#include "cert/cert.h"
#include "cert/trust.h"

/* A certificate as it came, with all that its checks depend on beside the time. */
struct cert_check_request {
	struct str text; /* as the front end encodes it */
	enum cert_codec codec;
	bool list;                      /* intermediates may follow in the text */
	struct str intermediates;       /* a text of their own; absent: none */
	const struct cert_chain *given; /* instead of the texts, decoded; NULL: none */
	bool cn_fallback;
	const struct cert_trust *trust; /* NULL: nothing is verified here */
};

/* What was found: everything that costs much. Immutable and shared: hold a reference. */
struct cert_check_result {
	enum cert_status status; /* CERT_OK: the rest is there */
	const char *why;         /* else what was wrong, a static string */
	struct cert_identity identity;
	struct cert_verdict verdict; /* with trust NULL: TRUSTED at all times */
};

/* Decodes, reads and verifies: some 100 to 400 us. NULL when out of memory. */
const struct cert_check_result *cert_check(
	const struct cert_check_request *question, int64_t wall_s);
const struct cert_check_result *cert_check_result_ref(const struct cert_check_result *checked);
void cert_check_result_unref(const struct cert_check_result *checked);

#endif
