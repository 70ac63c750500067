/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_NETWORKS_H
#define DW_AUTHZ_NETWORKS_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/diag.h"
#include "config/config.h"
#include "policy/network.h"

#include <stdbool.h>
#include <stdint.h>

/* The databases of [networks], as they were read together; shared and immutable. */
struct authz_networks;

/*
 * Reads the databases that the configuration names; NULL in *out if it names none. False after at
 * least one diag_error.
 */
NODISCARD bool authz_networks_load(
	const struct config *config, struct authz_networks **out, struct diag *diag);
/* NULL gives NULL. */
struct authz_networks *authz_networks_ref(struct authz_networks *networks);
void authz_networks_unref(struct authz_networks *networks);
/* Another number once a file changes; 0: the configuration names none. */
uint64_t authz_networks_stamp(const struct config *config);

/* What the databases say of an address. */
struct authz_network {
	bool asked; /* a rule could need it; false: nothing was looked at */
	bool asn_known;
	bool country_known;
	uint32_t asn;
	char asn_fact[POLICY_ASN_FACT_MAX];
	char country[3]; /* with its NUL */
};

/* Looks in the databases that there are; `networks` may be NULL. */
void authz_networks_look_up(
	const struct authz_networks *networks, const struct addr *addr, struct authz_network *out);
/* Why the network is not known, for a denial. */
const char *authz_networks_unknown_why(const struct authz_network *network);

/*
 * A line for each database, with its path, type, date and number of networks, and a warning for one
 * that is older than AUTHZ_NETWORKS_AGE_DAYS; NULL: none.
 */
#define AUTHZ_NETWORKS_AGE_DAYS 60
void authz_networks_describe(
	const struct authz_networks *networks, const struct config *config, struct bytes *out);
void authz_networks_warn_of_age(const struct authz_networks *networks, const struct config *config,
	int64_t now_s, struct diag *diag);

#endif
