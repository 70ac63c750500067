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
	{"CN", "2.5.4.3", "commonName"},
	{"C", "2.5.4.6", "countryName"},
	{"L", "2.5.4.7", "localityName"},
	{"ST", "2.5.4.8", "stateOrProvinceName S SP"},
	{"O", "2.5.4.10", "organizationName"},
	{"OU", "2.5.4.11", "organizationalUnitName"},
	{"street", "2.5.4.9", "streetAddress"},
	{"SN", "2.5.4.4", "surname"},
	{"GN", "2.5.4.42", "givenName G"},
	{"serialNumber", "2.5.4.5", ""},
	{"title", "2.5.4.12", "T"},
	{"description", "2.5.4.13", ""},
	{"businessCategory", "2.5.4.15", ""},
	{"postalAddress", "2.5.4.16", ""},
	{"postalCode", "2.5.4.17", ""},
	{"postOfficeBox", "2.5.4.18", ""},
	{"physicalDeliveryOfficeName", "2.5.4.19", ""},
	{"telephoneNumber", "2.5.4.20", ""},
	{"name", "2.5.4.41", ""},
	{"initials", "2.5.4.43", "I"},
	{"generationQualifier", "2.5.4.44", ""},
	{"x500UniqueIdentifier", "2.5.4.45", ""},
	{"dnQualifier", "2.5.4.46", "DNQ"},
	{"houseIdentifier", "2.5.4.51", ""},
	{"pseudonym", "2.5.4.65", ""},
	{"role", "2.5.4.72", ""},
	{"organizationIdentifier", "2.5.4.97", ""},
	{"c3", "2.5.4.98", "countryCode3c"},
	{"n3", "2.5.4.99", "countryCode3n"},
	{"dnsName", "2.5.4.100", ""},
	{"emailAddress", PKCS9 "1", "E email"},
	{"unstructuredName", PKCS9 "2", ""},
	{"unstructuredAddress", PKCS9 "8", ""},
	{"UID", PILOT "1", "userId"},
	{"mail", PILOT "3", "rfc822Mailbox"},
	{"host", PILOT "9", ""},
	{"DC", PILOT "25", "domainComponent"},
	{"jurisdictionL", EV "1", "jurisdictionLocalityName"},
	{"jurisdictionST", EV "2", "jurisdictionStateOrProvinceName"},
	{"jurisdictionC", EV "3", "jurisdictionCountryName"},
	{"INN", "1.2.643.3.131.1.1", ""},
	{"OGRN", "1.2.643.100.1", ""},
	{"SNILS", "1.2.643.100.3", ""},
	{"OGRNIP", "1.2.643.100.5", ""},
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
