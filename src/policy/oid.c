/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/oid.h"

#include "base/oid.h"
#include "base/oid_names.h"

static bool read_oid(const struct oid_names *names, const char *expected, struct str written,
	const struct place *place, struct diag *diag, struct str *out)
{
	const struct oid_name *known = oid_find(names, written);
	const char *meant = known == NULL ? oid_suggest(names, written) : NULL;
	char quoted[POLICY_QUOTE_MAX];

	if (known == NULL && !oid_is_valid(written)) {
		diag_error(diag, place, "%s is not known: expected %s%s%s%s",
			policy_quote(written, quoted), expected,
			meant != NULL ? ", did you mean " : "", meant != NULL ? meant : "",
			meant != NULL ? "?" : "");
		return false;
	}
	*out = known != NULL ? str_view(known->oid) : written;
	return true;
}

static bool read_eku(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	return read_oid(&oid_usages, policy_text_eku.expected, written, place, diag, out);
}

static bool read_policy(struct str written, const struct place *place, struct diag *diag,
	char room[POLICY_TEXT_ROOM], struct str *out)
{
	return read_oid(&oid_policies, policy_text_policy.expected, written, place, diag, out);
}

const struct policy_text_kind policy_text_eku = {
	.expected = "one purpose, such as clientAuth, or an object identifier, such as "
		    "1.3.6.1.5.5.7.3.2",
	.read = read_eku,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
	.no_regex = true,
};

const struct policy_text_kind policy_text_policy = {
	.expected = "one object identifier, such as 1.3.6.1.4.1.99999.1, or anyPolicy",
	.read = read_policy,
	.order = policy_text_order,
	.covers = str_eq,
	.includes = str_eq,
	.no_regex = true,
};
