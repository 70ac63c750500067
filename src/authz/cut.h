/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_AUTHZ_CUT_H
#define DW_AUTHZ_CUT_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/str.h"

/* What is left of a client with recent_addresses = cut. */

/* The /24 or /48 of an address. */
struct prefix authz_cut_address(const struct addr *address);
/*
 * Appends the last two labels of a host name, as *.example.org: providers and crawlers put
 * addresses into the names of their hosts.
 */
void authz_cut_host(struct str name, struct bytes *out);

#endif
