/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#ifndef DW_DNS_ZONE_ZONE_H
#define DW_DNS_ZONE_ZONE_H

#include "base/diag.h"
#include "dns/wire/message.h"

/*
 * static_zone: records from a master file (RFC 1035 section 5, read by ldns) that need no server.
 * Immutable; any number of threads may ask. Names at or below a name that has an SOA in the file,
 * and are not in the file, do not exist (NXDOMAIN); other names that are not in the file are looked
 * up at the upstreams.
 *
 * A, AAAA, PTR, CNAME, NS and SOA can be looked up; other types only make their name exist. $ORIGIN
 * is the root, and the TTL 3600, until the file sets others. Errors are: a class other than IN; a
 * TTL above 2^31 - 1; a CNAME together with other records; wildcards and DNAME, which only a server
 * could answer; $INCLUDE and $GENERATE; an entry over 16 KiB; a file over 64 MiB.
 */
struct dns_zone;

/*
 * NULL after a diag_error that names the file, the line and what was wrong; at most 20 errors are
 * reported.
 */
struct dns_zone *dns_zone_load(const char *path, struct diag *diag);
struct dns_zone *dns_zone_ref(struct dns_zone *zone);
void dns_zone_unref(struct dns_zone *zone);

/*
 * True if the zone has an answer, with *answer filled: DATA, CNAME (whose target is looked up at
 * the upstreams), NODATA, NXDOMAIN or CNAME_LOOP, CNAMEs inside followed. An empty non-terminal is
 * NODATA if there is an SOA at or above it, and is looked up at the upstreams otherwise: a file
 * with nothing but www.example.com must not make example.com and com empty. Without an SOA, NODATA
 * has no TTL.
 */
bool dns_zone_answer(const struct dns_zone *zone, const struct dns_name *name, enum dns_type type,
	struct dns_answer *answer);

/*
 * A digest of the content, not cryptographic: equal for two loads of the same records in the same
 * order.
 */
uint64_t dns_zone_digest(const struct dns_zone *zone);

#endif
