/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_PROFILE_WORDS_H
#define DW_CERT_PROFILE_WORDS_H

#include "cert/cert.h"

/* The words by which front ends send the result of their check, for the table of profiles. */

struct cert_words {
	struct {
		const char *word;
		enum cert_verify_status means;
	} list[4]; /* the good word first; ends with NULL. Any other word means FAILED. */
	enum cert_verify_status absent;
	bool also_without; /* the good word also comes where there is no certificate */
};

/* mod_ssl, mod_openssl and nginx agree; with GENEROUS (optional_no_ca) nothing was verified. */
extern const struct cert_words cert_words_success;
extern const struct cert_words cert_words_haproxy;
extern const struct cert_words cert_words_true;
extern const struct cert_words cert_words_google_errors;
extern const struct cert_words cert_words_cloudflare_revoked;

/* What the text means; data is NULL if it did not come. */
enum cert_verify_status cert_words_read(const struct cert_words *words, struct str text);
/* What two of them mean together: SUCCESS only if both say so. */
enum cert_verify_status cert_words_join(enum cert_verify_status a, enum cert_verify_status b);

#endif
