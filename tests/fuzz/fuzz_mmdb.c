/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

/*
 * Databases of networks: a bad file is told of, a good one has an answer for some network, and what
 * it says of an address has the form that rules expect. The last byte chooses the kind.
 */

#include "mmdb/database.h"

#include "fuzz/check.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void look_up(const struct mmdb_database *db, enum mmdb_about about, const char *text)
{
	struct addr addr;
	char country[2];
	uint32_t asn;

	check(addr_parse(str_view(text), &addr));
	if (mmdb_database_country(db, &addr, country)) {
		check(about == MMDB_COUNTRY);
		check(country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' &&
			country[1] <= 'Z');
	}
	check(!mmdb_database_asn(db, &addr, &asn) || about == MMDB_ASN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum mmdb_about about = len > 0 && data[len - 1] % 2 == 0 ? MMDB_ASN : MMDB_COUNTRY;
	struct bytes file;
	struct diag diag;

	diag_init(&diag);
	bytes_init(&file, 0);
	bytes_append(&file, data, len > 0 ? len - 1 : 0);
	struct mmdb_database *db = mmdb_database_take(&file, about, "t.mmdb", &diag);

	check((db == NULL) == (diag.errors == 1));
	if (db != NULL) {
		check(mmdb_database_describe(db)->with_answer > 0);
		look_up(db, about, "192.0.2.1");
		look_up(db, about, "255.255.255.255");
		look_up(db, about, "0.0.0.0");
		look_up(db, about, "2001:db8::1");
		look_up(db, about, "ffff::");
		mmdb_database_free(db);
	}
	diag_clear(&diag);
	return 0;
}
