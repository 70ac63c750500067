/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/cert_match.h"

#include "policy/dn.h"

/* Whether the text, as a program prints it, is that name; `has` is RFC 2253 text. */
static bool is_parsed_name(struct str text, struct str has)
{
	char room[POLICY_TEXT_ROOM];
	char other[POLICY_TEXT_ROOM];
	struct str name;
	struct diag diag;

	diag_init(&diag);
	bool same = policy_text_dn.read(text, NULL, &diag, room, &name);

	diag_clear(&diag);
	if (!same) {
		return false;
	}
	same = policy_text_dn.covers(name, has);
	for (size_t i = 1; !same && policy_text_dn.variant(name, i, other, &text); i++) {
		same = policy_text_dn.covers(text, has);
	}
	return same;
}

static struct str without_quotes(struct str text)
{
	if (text.len > 1 && text.data[0] == '"' && text.data[text.len - 1] == '"') {
		return (struct str){text.data + 1, text.len - 2};
	}
	return text;
}

static bool is_name(struct str said, struct str has)
{
	struct str text = without_quotes(str_trim(said));

	/* Without blanks at the end, which a header cannot have. */
	if (str_eq(text, str_trim(has))) {
		return true;
	}
	return text.len > 0 && has.len > 0 && is_parsed_name(text, has);
}

enum cert_input authz_cert_mismatch(const struct authz_trusted_cert *sent,
	const struct cert_sources *sources, const struct cert_identity *identity)
{
	bool any = sent->subject.data != NULL || sent->issuer.data != NULL;
	bool both = sources->both_names && any;

	if (sent->digest.data != NULL && !cert_has_digest(identity, str_trim(sent->digest))) {
		return CERT_INPUT_DIGEST;
	}
	if ((both || sent->subject.data != NULL) && !is_name(sent->subject, identity->subject)) {
		return CERT_INPUT_SUBJECT;
	}
	if ((both || sent->issuer.data != NULL) && !is_name(sent->issuer, identity->issuer)) {
		return CERT_INPUT_ISSUER;
	}
	return CERT_INPUT_COUNT;
}
