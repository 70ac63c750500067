/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/fingerprint.h"

#include "base/fingerprint.h"

#include <string.h>

static bool read_fingerprint(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], enum fingerprint_of *of, struct str *out)
{
	struct fingerprint fingerprint;
	const char *why = fingerprint_read(written, &fingerprint);
	char quoted[POLICY_QUOTE_MAX];

	if (why != NULL) {
		diag_error(diag, place,
			"%s is not a SHA-256 fingerprint, %s: expected 64 hexadecimal digits, as "
			"%sdoorward check --cert shows them",
			policy_quote(written, quoted), why,
			*of == FINGERPRINT_OF_CERTIFICATE
				? "openssl x509 -noout -fingerprint -sha256 or "
				: "");
		return false;
	}
	*of = fingerprint.of;
	memcpy(room, fingerprint.digits, FINGERPRINT_DIGITS);
	*out = (struct str){room, FINGERPRINT_DIGITS};
	return true;
}

static bool read_sha256(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	enum fingerprint_of of = FINGERPRINT_OF_CERTIFICATE;

	if (!read_fingerprint(written, place, diag, room, &of, out)) {
		return false;
	}
	if (of == FINGERPRINT_OF_KEY) {
		diag_error(diag, place,
			"that is the fingerprint of a public key: expected the field cert.spki");
	}
	return of != FINGERPRINT_OF_KEY;
}

static bool read_spki(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	enum fingerprint_of of = FINGERPRINT_OF_KEY;

	if (!read_fingerprint(written, place, diag, room, &of, out)) {
		return false;
	}
	if (of == FINGERPRINT_OF_CERTIFICATE) {
		diag_error(diag, place,
			"that is the fingerprint of a certificate: expected the field cert.sha256, "
			"or that of its public key, as doorward check --cert shows it");
	}
	return of != FINGERPRINT_OF_CERTIFICATE;
}

const struct policy_text_kind policy_text_sha256 = {
	.expected = "a SHA-256 fingerprint in hexadecimal",
	.read = read_sha256,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
	.digest = FINGERPRINT_DIGITS / 2,
};

const struct policy_text_kind policy_text_spki = {
	.expected = "the SHA-256 fingerprint of a public key in hexadecimal",
	.read = read_spki,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
	.digest = FINGERPRINT_DIGITS / 2,
};
