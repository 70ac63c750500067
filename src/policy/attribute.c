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
	{"CN", "2.5.4.3", "commonName", "cn"},
	{"C", "2.5.4.6", "countryName", "c"},
	{"L", "2.5.4.7", "localityName", "l"},
	{"ST", "2.5.4.8", "stateOrProvinceName S SP", "st"},
	{"O", "2.5.4.10", "organizationName", "o"},
	{"OU", "2.5.4.11", "organizationalUnitName", "ou"},
	{"street", "2.5.4.9", "streetAddress", NULL},
	{"SN", "2.5.4.4", "surname", "surname"},
	{"GN", "2.5.4.42", "givenName G", "given_name"},
	{"serialNumber", "2.5.4.5", "", "serial_attr"},
	{"title", "2.5.4.12", "T", "title"},
	{"description", "2.5.4.13", "", NULL},
	{"businessCategory", "2.5.4.15", "", NULL},
	{"postalAddress", "2.5.4.16", "", NULL},
	{"postalCode", "2.5.4.17", "", NULL},
	{"postOfficeBox", "2.5.4.18", "", NULL},
	{"physicalDeliveryOfficeName", "2.5.4.19", "", NULL},
	{"telephoneNumber", "2.5.4.20", "", NULL},
	{"name", "2.5.4.41", "", NULL},
	{"initials", "2.5.4.43", "I", NULL},
	{"generationQualifier", "2.5.4.44", "", NULL},
	{"x500UniqueIdentifier", "2.5.4.45", "", NULL},
	{"dnQualifier", "2.5.4.46", "DNQ", NULL},
	{"houseIdentifier", "2.5.4.51", "", NULL},
	{"pseudonym", "2.5.4.65", "", NULL},
	{"role", "2.5.4.72", "", NULL},
	{"organizationIdentifier", "2.5.4.97", "", "organization_identifier"},
	{"c3", "2.5.4.98", "countryCode3c", NULL},
	{"n3", "2.5.4.99", "countryCode3n", NULL},
	{"dnsName", "2.5.4.100", "", NULL},
	{"emailAddress", PKCS9 "1", "E email", "email_attr"},
	{"unstructuredName", PKCS9 "2", "", NULL},
	{"unstructuredAddress", PKCS9 "8", "", NULL},
	{"UID", PILOT "1", "userId", "uid"},
	{"mail", PILOT "3", "rfc822Mailbox", NULL},
	{"host", PILOT "9", "", NULL},
	{"DC", PILOT "25", "domainComponent", "dc"},
	{"jurisdictionL", EV "1", "jurisdictionLocalityName", NULL},
	{"jurisdictionST", EV "2", "jurisdictionStateOrProvinceName", NULL},
	{"jurisdictionC", EV "3", "jurisdictionCountryName", NULL},
	{"INN", "1.2.643.3.131.1.1", "", NULL},
	{"OGRN", "1.2.643.100.1", "", NULL},
	{"SNILS", "1.2.643.100.3", "", NULL},
	{"OGRNIP", "1.2.643.100.5", "", NULL},
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
