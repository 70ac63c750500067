/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_MMDB_DATABASE_H
#define DW_MMDB_DATABASE_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/diag.h"
#include "mmdb/decode.h"

#include <stdint.h>

/*
 * A database in the MaxMind DB format 2.0 (.mmdb) about the networks of addresses: GeoLite2, DB-IP
 * Lite, IPinfo Lite, or one's own. The whole file is in memory, so that nothing that happens to it
 * later matters, and the whole of it is checked when it is read. Immutable then, and safe for
 * threads.
 */

#define MMDB_SIZE_MAX (256U << 20) /* bytes of a file */

/* What is read of an address's entry. */
enum mmdb_about {
	MMDB_ASN,    /* autonomous_system_number; or asn, as AS64496 */
	MMDB_COUNTRY /* country.iso_code, or country_code: two letters (ISO 3166-1) */
};

struct mmdb_database;

/* What the file says about itself. */
struct mmdb_description {
	struct str type;      /* "GeoLite2-ASN"; printable ASCII, valid as long as the database */
	int64_t built_s;      /* Unix time */
	uint64_t networks;    /* entries of its tree, each prefix one */
	uint64_t with_answer; /* those whose entry says what the database was read for */
};

/*
 * Reads a regular file. NULL after a diag_error at the file, or at `from`, where the file is named,
 * if it cannot be opened: a file that is cut, damaged, of another kind, or in which no entry has
 * what it is to be read for.
 */
struct mmdb_database *mmdb_database_read(
	const char *path, enum mmdb_about about, const struct place *from, struct diag *diag);
/* The same for bytes, which are taken, also on failure; `name` stands for the file. */
struct mmdb_database *mmdb_database_take(
	struct bytes *file, enum mmdb_about about, const char *name, struct diag *diag);
void mmdb_database_free(struct mmdb_database *database);
const struct mmdb_description *mmdb_database_describe(const struct mmdb_database *database);

/*
 * The number of the autonomous system, and the two upper-case letters of the country. False if the
 * database does not say them of this address, or was read for the other.
 */
NODISCARD bool mmdb_database_asn(
	const struct mmdb_database *database, const struct addr *addr, uint32_t *asn);
NODISCARD bool mmdb_database_country(
	const struct mmdb_database *database, const struct addr *addr, char country[2]);

#endif
