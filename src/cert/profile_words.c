/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "cert/profile_words.h"

const struct cert_words cert_words_success = {
	{{"SUCCESS", CERT_WORD_VERIFIED}, {"NONE", CERT_WORD_NONE}, {"", CERT_WORD_ABSENT}},
	CERT_WORD_ABSENT, false};

/* ssl_c_verify is OpenSSL's number, or its name with the converter x509_v_err_str. */
const struct cert_words cert_words_haproxy = {
	{{"0", CERT_WORD_VERIFIED}, {"X509_V_OK", CERT_WORD_VERIFIED}, {"", CERT_WORD_ABSENT}},
	CERT_WORD_ABSENT, true};

const struct cert_words cert_words_true = {
	{{"true", CERT_WORD_VERIFIED}, {"false", CERT_WORD_UNVERIFIED}, {"", CERT_WORD_ABSENT}},
	CERT_WORD_ABSENT, false};

/* No error is sent as an empty value. */
const struct cert_words cert_words_google_errors = {
	{{"", CERT_WORD_VERIFIED}, {"client_cert_not_provided", CERT_WORD_NONE}},
	CERT_WORD_VERIFIED, false};

const struct cert_words cert_words_cloudflare_revoked = {
	{{"false", CERT_WORD_VERIFIED}, {"", CERT_WORD_ABSENT}}, CERT_WORD_ABSENT, false};

enum cert_word cert_words_read(const struct cert_words *words, struct str text)
{
	if (text.data == NULL) {
		return words->absent;
	}
	for (size_t i = 0; words->list[i].word != NULL; i++) {
		if (str_eq_text(text, words->list[i].word)) {
			return words->list[i].means;
		}
	}
	return CERT_WORD_FAILED;
}

enum cert_word cert_words_join(enum cert_word a, enum cert_word b)
{
	if (a == CERT_WORD_FAILED || b == CERT_WORD_FAILED) {
		return CERT_WORD_FAILED;
	}
	if (a == CERT_WORD_NONE || b == CERT_WORD_NONE) {
		return CERT_WORD_NONE;
	}
	return a == CERT_WORD_VERIFIED ? b : a;
}
