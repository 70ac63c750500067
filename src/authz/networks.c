/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "authz/networks.h"

#include "base/file_stamp.h"
#include "base/ref.h"
#include "mmdb/database.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400

struct authz_networks {
	struct mmdb_database *asn; /* NULL: not configured */
	struct mmdb_database *country;
	struct ref references;
};

/* True, with NULL, without a path. */
static bool load(const char *path, enum mmdb_about about, const struct place *from,
	struct mmdb_database **out, struct diag *diag)
{
	*out = path != NULL ? mmdb_database_read(path, about, from, diag) : NULL;
	return path == NULL || *out != NULL;
}

bool authz_networks_load(
	const struct config *config, struct authz_networks **out, struct diag *diag)
{
	const struct config_networks *paths = &config->networks;
	const struct place from = {.file = config->path};

	*out = NULL;
	if (paths->asn_database == NULL && paths->country_database == NULL) {
		return true;
	}
	struct authz_networks *networks = calloc(1, sizeof(*networks));

	if (networks == NULL) {
		diag_error(diag, NULL, "out of memory");
		return false;
	}
	ref_init(&networks->references);
	bool good = load(paths->asn_database, MMDB_ASN, &from, &networks->asn, diag);

	good = load(paths->country_database, MMDB_COUNTRY, &from, &networks->country, diag) && good;
	if (!good) {
		authz_networks_unref(networks);
		return false;
	}
	*out = networks;
	return true;
}

struct authz_networks *authz_networks_ref(struct authz_networks *networks)
{
	if (networks != NULL) {
		ref_get(&networks->references);
	}
	return networks;
}

void authz_networks_unref(struct authz_networks *networks)
{
	if (networks != NULL && ref_put(&networks->references)) {
		mmdb_database_free(networks->asn);
		mmdb_database_free(networks->country);
		free(networks);
	}
}

uint64_t authz_networks_stamp(const struct config *config)
{
	const struct config_networks *paths = &config->networks;
	uint64_t asn = paths->asn_database != NULL ? file_stamp_of_path(paths->asn_database) : 0;
	uint64_t country =
		paths->country_database != NULL ? file_stamp_of_path(paths->country_database) : 0;

	/* Not their sum: the two could change places. */
	return asn * 31 + country;
}

void authz_networks_look_up(
	const struct authz_networks *networks, const struct addr *addr, struct authz_network *out)
{
	*out = (struct authz_network){.asked = true};
	if (networks == NULL) {
		return;
	}
	out->asn_known = networks->asn != NULL && mmdb_database_asn(networks->asn, addr, &out->asn);
	out->country_known = networks->country != NULL &&
			     mmdb_database_country(networks->country, addr, out->country);
	if (out->asn_known) {
		policy_network_asn_fact(out->asn, out->asn_fact);
	}
}

const char *authz_networks_unknown_why(const struct authz_network *network)
{
	if (network->asn_known) {
		return "country_database does not say the country of the client's address";
	}
	return network->country_known ? "asn_database does not say the AS of the client's address"
				      : "the databases do not have the client's address";
}

static void describe(
	const struct mmdb_database *database, const char *key, const char *path, struct bytes *out)
{
	char date[sizeof("-2147483648-01-01")] = "?";
	struct tm tm;

	if (database == NULL) {
		return;
	}
	const struct mmdb_description *about = mmdb_database_describe(database);
	time_t built_s = (time_t)about->built_s;

	if (gmtime_r(&built_s, &tm) != NULL) {
		(void)!strftime(date, sizeof(date), "%F", &tm);
	}
	bytes_appendf(out, "%s %s: %.*s, built %s, %" PRIu64 " networks\n", key, path,
		(int)about->type.len, about->type.data, date, about->with_answer);
}

void authz_networks_describe(
	const struct authz_networks *networks, const struct config *config, struct bytes *out)
{
	if (networks != NULL) {
		describe(networks->asn, "asn_database", config->networks.asn_database, out);
		describe(networks->country, "country_database", config->networks.country_database,
			out);
	}
}

static void warn_of_age(
	const struct mmdb_database *database, const char *path, int64_t now_s, struct diag *diag)
{
	const struct place place = {.file = path};
	int64_t days =
		database != NULL ? (now_s - mmdb_database_describe(database)->built_s) / DAY_S : 0;

	if (days > AUTHZ_NETWORKS_AGE_DAYS) {
		diag_warning(diag, &place,
			"the database was built %" PRId64
			" days ago, and networks move: expected a newer one; what downloads it?",
			days);
	}
}

void authz_networks_warn_of_age(const struct authz_networks *networks, const struct config *config,
	int64_t now_s, struct diag *diag)
{
	if (networks != NULL) {
		warn_of_age(networks->asn, config->networks.asn_database, now_s, diag);
		warn_of_age(networks->country, config->networks.country_database, now_s, diag);
	}
}
