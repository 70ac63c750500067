/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/profile_words.h"

const struct cert_words cert_words_success = {
	{{"SUCCESS", CERT_VERIFY_SUCCESS}, {"NONE", CERT_VERIFY_NONE}, {"", CERT_VERIFY_ABSENT}},
	CERT_VERIFY_ABSENT, false};

/* ssl_c_verify is OpenSSL's number, or its name with the converter x509_v_err_str. */
const struct cert_words cert_words_haproxy = {
	{{"0", CERT_VERIFY_SUCCESS}, {"X509_V_OK", CERT_VERIFY_SUCCESS}, {"", CERT_VERIFY_ABSENT}},
	CERT_VERIFY_ABSENT, true};

const struct cert_words cert_words_true = {
	{{"true", CERT_VERIFY_SUCCESS}, {"false", CERT_VERIFY_NO_SUCCESS},
		{"", CERT_VERIFY_ABSENT}},
	CERT_VERIFY_ABSENT, false};

/* No error is sent as an empty value. */
const struct cert_words cert_words_google_errors = {
	{{"", CERT_VERIFY_SUCCESS}, {"client_cert_not_provided", CERT_VERIFY_NONE}},
	CERT_VERIFY_SUCCESS, false};

const struct cert_words cert_words_cloudflare_revoked = {
	{{"false", CERT_VERIFY_SUCCESS}, {"", CERT_VERIFY_ABSENT}}, CERT_VERIFY_ABSENT, false};

enum cert_verify_status cert_words_read(const struct cert_words *words, struct str text)
{
	if (text.data == NULL) {
		return words->absent;
	}
	for (size_t i = 0; words->list[i].word != NULL; i++) {
		if (str_eq_text(text, words->list[i].word)) {
			return words->list[i].means;
		}
	}
	return CERT_VERIFY_FAILED;
}

enum cert_verify_status cert_words_join(enum cert_verify_status a, enum cert_verify_status b)
{
	if (a == CERT_VERIFY_FAILED || b == CERT_VERIFY_FAILED) {
		return CERT_VERIFY_FAILED;
	}
	if (a == CERT_VERIFY_NONE || b == CERT_VERIFY_NONE) {
		return CERT_VERIFY_NONE;
	}
	return a == CERT_VERIFY_SUCCESS ? b : a;
}
