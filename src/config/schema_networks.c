/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "config/schema_private.h"

#include "config/config.h"

const struct config_key config_networks_keys[CONFIG_NETWORKS_KEY_COUNT] = {
	{.name = "asn_database",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, networks.asn_database),
		.example = "asn_database = /var/lib/doorward/networks/GeoLite2-ASN.mmdb",
		.help = "The database for rules with the field asn and for rate asn: a file in the "
			"MaxMind format (.mmdb) whose entries have an autonomous_system_number or "
			"asn, such as GeoLite2-ASN, DB-IP ASN Lite, IPinfo Lite or your own "
			"(nginx: geoip2). Empty: "
			"none. The file is read into memory as a whole, at most 256 MiB, and every "
			"entry of it is checked. It is watched, and read again within seconds; a "
			"file that is cut or damaged is refused, and what was read before stays in "
			"force. doorward -t says its type and date."},
	{.name = "country_database",
		.type = CONFIG_PATH,
		.offset = offsetof(struct config, networks.country_database),
		.example = "country_database = /var/lib/doorward/networks/GeoLite2-Country.mmdb",
		.help = "The database for rules with the field country: the same for a file whose "
			"entries have a country with an iso_code, or a country_code, such as "
			"GeoLite2-Country, GeoLite2-City, DB-IP Country Lite or IPinfo Lite. Where "
			"an address is said to be is an "
			"estimate of the database's maker."},
};
