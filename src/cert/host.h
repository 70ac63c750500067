/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_CERT_HOST_H
#define DW_CERT_HOST_H

#include "base/str.h"

#include <stdbool.h>

/*
 * Whether one of a client's confirmed names is one of its certificate's dNSNames (RFC 6125 6.4):
 * `*.` at the front of a dNSName stands for exactly one label, and has no meaning elsewhere. All
 * names are lower-case and without a final dot.
 */
bool cert_host_is_named(struct str_list dns, struct str_list names);

/* The Public Suffix List, immutable. */
struct cert_suffixes;

/*
 * The system's list, or the one built into libpsl if that is newer. NULL: out of memory, or built
 * without libpsl.
 */
struct cert_suffixes *cert_suffixes_load(void);
void cert_suffixes_free(struct cert_suffixes *suffixes);

#define CERT_DOMAIN_ROOM 254

/* A view of `room`; absent for a public suffix, and without a list. */
struct str cert_suffixes_registrable(
	const struct cert_suffixes *suffixes, struct str name, char room[CERT_DOMAIN_ROOM]);

/* Whether the list itself names it as a public suffix, as com and co.uk; false without a list. */
bool cert_suffixes_has(const struct cert_suffixes *suffixes, struct str name);

/*
 * Whether a confirmed name has the same registrable domain (one label more than a public suffix) as
 * a dNSName; of a wildcard, the part behind `*.` counts. A public suffix has no registrable domain.
 */
bool cert_host_shares_domain(
	const struct cert_suffixes *suffixes, struct str_list dns, struct str_list names);

#endif
