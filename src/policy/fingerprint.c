/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/fingerprint.h"

#include "base/fingerprint.h"

#include <string.h>

/* `mistaken`: the message about a fingerprint of something else. */
static bool read_fingerprint(enum fingerprint_of wanted, const char *mistaken, struct str written,
	const struct place *place, struct diag *diag, char room[POLICY_TEXT_ROOM], struct str *out)
{
	bool of_key = wanted == FINGERPRINT_OF_KEY;
	struct fingerprint fingerprint;
	const char *why = fingerprint_read(written, &fingerprint);
	char quoted[POLICY_QUOTE_MAX];

	if (why != NULL) {
		diag_error(diag, place,
			"%s is not a SHA-256 fingerprint, %s: expected 64 hexadecimal digits, as "
			"%sdoorward check --cert shows them",
			policy_quote(written, quoted), why,
			of_key ? "" : "openssl x509 -noout -fingerprint -sha256 or ");
		return false;
	}
	if (fingerprint.of != FINGERPRINT_OF_ANY && fingerprint.of != wanted) {
		diag_error(diag, place, "%s", mistaken);
		return false;
	}
	memcpy(room, fingerprint.digits, FINGERPRINT_DIGITS);
	*out = (struct str){room, FINGERPRINT_DIGITS};
	return true;
}

static bool read_sha256(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	return read_fingerprint(FINGERPRINT_OF_CERTIFICATE,
		"that is the fingerprint of a public key: expected the field cert.spki", written,
		place, diag, room, out);
}

static bool read_spki(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	return read_fingerprint(FINGERPRINT_OF_KEY,
		"that is the fingerprint of a certificate: expected the field cert.sha256, or that "
		"of its public key, as doorward check --cert shows it",
		written, place, diag, room, out);
}

static bool read_ca_key(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	return read_fingerprint(FINGERPRINT_OF_KEY,
		"that is the fingerprint of a certificate: expected that of the public key of the "
		"CA, as doorward check --cert shows it",
		written, place, diag, room, out);
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

const struct policy_text_kind policy_text_ca_key = {
	.expected = "the SHA-256 fingerprint of a CA's public key in hexadecimal",
	.read = read_ca_key,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
	.digest = FINGERPRINT_DIGITS / 2,
};
