/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_WIRE_SPECIAL_USE_H
#define DW_DNS_WIRE_SPECIAL_USE_H

#include "base/addr.h"

#include <stdbool.h>

/*
 * True for addresses whose reverse names mean nothing outside of the own network, and must not be
 * looked up outside of it (RFC 6303, RFC 6761 section 6.1, RFC 6890): this host, private use,
 * shared, loopback, link-local, benchmarking, multicast, reserved. The documentation prefixes (RFC
 * 5737, RFC 3849) are not among them: manuals, demonstrations and tests use them like all others.
 */
bool dns_addr_is_special_use(const struct addr *addr);
/* The prefix of special use that contains the address; NULL: no prefix does. */
const struct prefix *dns_addr_special(const struct addr *addr);

#endif
