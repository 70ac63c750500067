/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "policy/attribute.h"

#include "base/suggest.h"
#include "base/util.h"

#include <string.h>

#define PILOT "0.9.2342.19200300.100.1."
#define PKCS9 "1.2.840.113549.1.9."
#define EV "1.3.6.1.4.1.311.60.2.1."

const struct policy_attribute policy_attributes[] = {
	{"CN", "2.5.4.3", "commonName", DN_CN},
	{"C", "2.5.4.6", "countryName", DN_C},
	{"L", "2.5.4.7", "localityName", DN_L},
	{"ST", "2.5.4.8", "stateOrProvinceName S SP", DN_ST},
	{"O", "2.5.4.10", "organizationName", DN_O},
	{"OU", "2.5.4.11", "organizationalUnitName", DN_OU},
	{"street", "2.5.4.9", "streetAddress", DN_ATTRIBUTES},
	{"SN", "2.5.4.4", "surname", DN_SURNAME},
	{"GN", "2.5.4.42", "givenName G", DN_GIVEN_NAME},
	{"serialNumber", "2.5.4.5", "", DN_SERIAL_NUMBER},
	{"title", "2.5.4.12", "T", DN_TITLE},
	{"description", "2.5.4.13", "", DN_ATTRIBUTES},
	{"businessCategory", "2.5.4.15", "", DN_ATTRIBUTES},
	{"postalAddress", "2.5.4.16", "", DN_ATTRIBUTES},
	{"postalCode", "2.5.4.17", "", DN_ATTRIBUTES},
	{"postOfficeBox", "2.5.4.18", "", DN_ATTRIBUTES},
	{"physicalDeliveryOfficeName", "2.5.4.19", "", DN_ATTRIBUTES},
	{"telephoneNumber", "2.5.4.20", "", DN_ATTRIBUTES},
	{"name", "2.5.4.41", "", DN_ATTRIBUTES},
	{"initials", "2.5.4.43", "I", DN_ATTRIBUTES},
	{"generationQualifier", "2.5.4.44", "", DN_ATTRIBUTES},
	{"x500UniqueIdentifier", "2.5.4.45", "", DN_ATTRIBUTES},
	{"dnQualifier", "2.5.4.46", "DNQ", DN_ATTRIBUTES},
	{"houseIdentifier", "2.5.4.51", "", DN_ATTRIBUTES},
	{"pseudonym", "2.5.4.65", "", DN_ATTRIBUTES},
	{"role", "2.5.4.72", "", DN_ATTRIBUTES},
	{"organizationIdentifier", "2.5.4.97", "", DN_ORGANIZATION_IDENTIFIER},
	{"c3", "2.5.4.98", "countryCode3c", DN_ATTRIBUTES},
	{"n3", "2.5.4.99", "countryCode3n", DN_ATTRIBUTES},
	{"dnsName", "2.5.4.100", "", DN_ATTRIBUTES},
	{"emailAddress", PKCS9 "1", "E email", DN_EMAIL},
	{"unstructuredName", PKCS9 "2", "", DN_ATTRIBUTES},
	{"unstructuredAddress", PKCS9 "8", "", DN_ATTRIBUTES},
	{"UID", PILOT "1", "userId", DN_UID},
	{"mail", PILOT "3", "rfc822Mailbox", DN_ATTRIBUTES},
	{"host", PILOT "9", "", DN_ATTRIBUTES},
	{"DC", PILOT "25", "domainComponent", DN_DC},
	{"jurisdictionL", EV "1", "jurisdictionLocalityName", DN_ATTRIBUTES},
	{"jurisdictionST", EV "2", "jurisdictionStateOrProvinceName", DN_ATTRIBUTES},
	{"jurisdictionC", EV "3", "jurisdictionCountryName", DN_ATTRIBUTES},
	{"INN", "1.2.643.3.131.1.1", "", DN_ATTRIBUTES},
	{"OGRN", "1.2.643.100.1", "", DN_ATTRIBUTES},
	{"SNILS", "1.2.643.100.3", "", DN_ATTRIBUTES},
	{"OGRNIP", "1.2.643.100.5", "", DN_ATTRIBUTES},
};
const size_t policy_attribute_count = ARRAY_LEN(policy_attributes);

static bool is_among(struct str name, const char *words)
{
	struct str rest = str_view(words);
	struct str word;

	while (str_split_next(&rest, ' ', &word)) {
		if (word.len > 0 && str_eq_nocase(name, word)) {
			return true;
		}
	}
	return false;
}

const struct policy_attribute *policy_attribute_find(struct str name)
{
	bool marked = name.len > 4 && str_eq_nocase((struct str){name.data, 4}, str_view("OID."));
	struct str oid = str_from(name, marked ? 4 : 0);

	for (size_t i = 0; i < ARRAY_LEN(policy_attributes); i++) {
		const struct policy_attribute *a = &policy_attributes[i];

		if (str_eq_nocase(name, str_view(a->name)) || str_eq_text(oid, a->oid) ||
			is_among(name, a->others)) {
			return a;
		}
	}
	return NULL;
}

const char *policy_attribute_suggest(struct str name)
{
	const char *names[ARRAY_LEN(policy_attributes)];

	for (size_t i = 0; i < ARRAY_LEN(policy_attributes); i++) {
		names[i] = policy_attributes[i].name;
	}
	return suggest(name, names, ARRAY_LEN(names));
}
